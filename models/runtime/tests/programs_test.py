#!/usr/bin/env python3
"""Compiles every program in programs/ with the wrappers and explores it: programs_test.py <folder of the wrappers> <cc> <c++> [program ...]

What a program is expected to do stands in comments at its top:

    expect: pass complete | fail <kind> | inconclusive     the verdict
    reason: TEXT                            of one that is inconclusive
    limit: TEXT                             in one of the verdict's limits
    executions: N      blocked: N           exact counts
    message: REGEX     detail: TEXT         of the failure; a line of its details
    outcomes: a=1 b=0: N, …                 the outcomes and their counts; *: any
    options: key=value …                    for PROBEREN_EXPLORE
    build: -OPTION …                        for the compiler
    steps: yes                              the failure comes with its execution
    native: N                               run as it is, not explored, it exits with N
    quiet: yes                              explored, it prints nothing

and the line with a comment HERE is where the failure must be located.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


def read_expectations(source):
    wanted, here = {}, None
    for number, line in enumerate(source.read_text().splitlines(), 1):
        match = re.match(r"// (\w+): (.*)", line)
        if match:
            wanted.setdefault(match[1], []).append(match[2])
        if "// HERE" in line:
            here = number
    return wanted, here


def check_outcomes(record, text):
    found = {key.removeprefix("outcome ").split(" (")[0]: count for key, count in record["counts"].items() if key.startswith("outcome ")}
    wanted = dict(part.rsplit(": ", 1) for part in text.split(", "))
    if set(found) != set(wanted):
        return [f"outcomes {sorted(found)}, expected {sorted(wanted)}"]
    return [f"outcome {key} {found[key]} times, expected {count}" for key, count in wanted.items() if count != "*" and int(count) != found[key]]


def check_failure(failure, source, wanted, here):
    problems = []
    for pattern in wanted.get("message", []):
        if not re.search(pattern, failure["message"]):
            problems.append(f"message {failure['message']!r} has no {pattern!r}")
    for text in wanted.get("detail", []):
        if text not in failure.get("details", []):
            problems.append(f"no detail {text!r} in {failure.get('details')}")
    places = [failure.get("location", "")] + re.findall(r" at (\S+:\d+)", "\n".join(failure.get("details", [])))
    if here and f"{source.resolve()}:{here}" not in places:
        problems.append(f"located at {places}, not at line {here}")
    if "steps" in wanted and not failure.get("interleaving"):
        problems.append("no interleaving")
    return problems


def check_record(record, source, wanted, here):
    problems = []
    verdict, *rest = wanted["expect"][0].split()
    if record["verdict"] != verdict:
        failure = record.get("failure", {})
        return [f"verdict {record['verdict']} {record.get('reason', '')} {failure.get('kind')} {failure.get('message')}, expected {verdict}"]
    if rest == ["complete"] and not record["complete"]:
        problems.append("not complete")
    if verdict == "fail":
        if record["failure"]["kind"] != rest[0]:
            problems.append(f"kind {record['failure']['kind']}: {record['failure']['message']}, expected {rest[0]}")
        problems += check_failure(record["failure"], source, wanted, here)
    if record.get("reason", "") != wanted.get("reason", [record.get("reason", "")])[0]:
        problems.append(f"reason {record['reason']!r}")
    for text in wanted.get("limit", []):
        if not any(text in limit for limit in record["limits"]):
            problems.append(f"no limit {text!r} in {record['limits']}")
    for count in ("executions", "blocked"):
        for number in wanted.get(count, []):
            if record["counts"][count] != int(number):
                problems.append(f"{record['counts'][count]} {count}, expected {number}")
    for text in wanted.get("outcomes", []):
        problems += check_outcomes(record, text)
    return problems


def check_explored(explored, records, source, wanted, here):
    if not records.exists():
        return [f"no record; status {explored.returncode}: {explored.stderr}"]
    record = json.loads(records.read_text())
    records.unlink()
    problems = []
    status = {"pass": 0, "fail": 1, "inconclusive": 3}[record["verdict"]]
    if explored.returncode != status:
        problems.append(f"status {explored.returncode}, expected {status}")
    if "quiet" in wanted and explored.stdout + explored.stderr:
        problems.append(f"printed {explored.stdout + explored.stderr!r}")
    return problems + check_record(record, source, wanted, here)


def check(source, wrappers, compilers, folder):
    wanted, here = read_expectations(source)
    program, records = folder / source.stem, folder / f"{source.stem}.jsonl"
    environment = {**os.environ, "PROBEREN_CC": compilers[0], "PROBEREN_CXX": compilers[1]}
    wrapper, standard = ("proberen-cc", "-std=gnu11") if source.suffix == ".c" else ("proberen-c++", "-std=c++20")
    built = subprocess.run([wrappers / wrapper, standard, source, *" ".join(wanted.get("build", [])).split(), "-o", program], env=environment, capture_output=True, text=True)
    if built.returncode != 0:
        return [f"does not compile: {built.stderr}"]
    problems = []
    if "native" in wanted:
        native = subprocess.run([program], capture_output=True, text=True, timeout=60)
        if native.returncode != int(wanted["native"][0]):
            problems.append(f"not explored it exits with {native.returncode}: {native.stderr}")
    # Both ways to give a fiber its identity; a program that needs its pointers has them in both.
    for identity in ("pointer", "contents"):
        environment["PROBEREN_EXPLORE"] = " ".join([f"record={records}", f"identity={identity}", *wanted.get("options", [])])
        explored = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=100)
        problems += [f"{problem} (identity={identity})" for problem in check_explored(explored, records, source, wanted, here)]
    return problems


def main():
    wrappers, compilers, names = pathlib.Path(sys.argv[1]), sys.argv[2:4], sys.argv[4:]
    sources = sorted(source for source in PROGRAMS.iterdir() if not names or source.stem in names)
    failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda source: check(source, wrappers, compilers, pathlib.Path(folder)), sources)
        for source, problems in zip(sources, results):
            failed += bool(problems)
            for problem in problems:
                print(f"{source.name}: {problem}")
    print(f"{len(sources) - failed} of {len(sources)} programs are as expected")
    return 1 if failed or not sources else 0


sys.exit(main())
