"""A check made for a test: speaks the protocol of cli/check/main.cpp, and does what the test says. Copied behind a line `PLAN = {...}`."""
import json
import os
import signal
import subprocess
import sys
import time


def record(subject, method, options, verdict="pass", **more):
    listed = next(s for s in PLAN["subjects"] if s["subject"] == subject)
    line = {"schema": 1, "subject": subject, "method": method, "verdict": verdict, "complete": True, "counts": {"executions": 3},
            "configuration": {"seed": options.get("seed", ""), "variant": options.get("variant", "")}, "environment": {"cpu": "fake"}}
    if "twin_of" in listed:
        line.update(twin_of=listed["twin_of"], fault=listed["fault"], expected_to_fail=bool({method, options.get("variant")} & set(listed["caught_by"])))
    line.update(more)
    return json.dumps(line) + "\n"


def append(options, text):
    with open(options["records"], "a") as file:
        file.write(text)


def note(name, text):
    with open(os.path.join(PLAN["notes"], name), "a") as file:
        file.write(text + "\n")


def fail(subject, method, options):
    append(options, record(subject, method, options, "fail", failure={
        "kind": "assertion", "message": "it broke", "history": [{"thread": 0, "text": "put(1)", "begin": 1, "end": 2}]}))


def crash(subject, method, options):
    append(options, record(subject, method, options))
    print("first words\nlast words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGABRT)


def hang(subject, method, options):
    child = subprocess.Popen(["sleep", "600"])
    append(options, record(subject, method, options, how="before it hung"))
    append(options, '{"schema":1,"subject":"cut o')
    note("pids", f"{os.getpid()} {child.pid}")
    time.sleep(600)


def refuse(subject, method, options):
    print("some noise\nscenario 'x' does not fit", file=sys.stderr)
    sys.exit(2)


def missing_library(subject, method, options):
    print("prog: error while loading shared libraries: libtsan.so.2: cannot open shared object file", file=sys.stderr)
    sys.exit(127)


def bench(subject, method, options):
    note("order", f"begin {subject} {method}")
    time.sleep(0.05)
    append(options, record(subject, method, options))
    note("order", f"end {subject} {method}")


DOES = {
    "pass": lambda s, m, o: append(o, record(s, m, o)),
    "fail": fail,
    "inconclusive": lambda s, m, o: append(o, record(s, m, o, "inconclusive", complete=False, reason="the time was up")),
    "crash": crash,
    "exit 66": lambda s, m, o: sys.exit(66),
    "hang": hang,
    "refuse": refuse,
    "nothing": lambda s, m, o: None,
    "garbage": lambda s, m, o: append(o, "this is no record\n"),
    "missing library": missing_library,
    "bench": bench,
    "note": lambda s, m, o: (note("arguments", json.dumps(o)), append(o, record(s, m, o))),
}


def main():
    if sys.argv[1] == "list":
        if PLAN.get("does_not_start"):
            print(PLAN["does_not_start"], file=sys.stderr)
            sys.exit(PLAN.get("start_status", 127))
        for subject in PLAN["subjects"]:
            line = {key: value for key, value in subject.items() if key != "does"}
            print(json.dumps({**line, "methods": PLAN["methods"]}))
        return
    options = {}
    words = sys.argv[2:]
    while words:
        name = words.pop(0)[2:]
        options[name] = True if name in ("quick", "catch-only", "progress") else words.pop(0)
    subject, method = options["subject"], options["method"]
    does = next(s for s in PLAN["subjects"] if s["subject"] == subject).get("does", {})
    what = does.get(method + " " + PLAN["variant"], does.get(method, "pass"))
    DOES[what](subject, method, options)


main()
