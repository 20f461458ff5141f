"""A program made for a test: takes its orders from PROBEREN_EXPLORE as one built with proberen-c++ does. Copied behind a line `DOES = "..."`."""
import json
import os
import signal
import sys
import time

orders = dict(word.split("=", 1) for word in os.environ["PROBEREN_EXPLORE"].split(" "))


def put(verdict, **more):
    line = {"schema": 1, "subject": "program", "method": "explore", "verdict": verdict, "complete": verdict == "pass", "environment": {},
            "configuration": {"model": orders["model"]}, "counts": {"executions": 4, "blocked": 0}, **more}
    with open(orders["record"], "a") as file:
        file.write(json.dumps(line) + "\n")


def fail():
    steps = [{"thread": 0, "text": "store relaxed 1", "location": "a.cpp:3", "begin": 1, "end": 1},
             {"thread": 1, "text": "load acquire", "result": "0", "location": "a.cpp:9", "begin": 2, "end": 2}]
    put("fail", failure={"kind": "assertion", "message": "r0 == 1", "witness": "P1-abc", "location": "a.cpp:9", "interleaving": steps})
    sys.exit(1)


def note():
    with open("orders", "w") as file:
        json.dump([orders, sys.argv[1:]], file)
    put("pass")


def wait():
    def stop(*_):
        put("inconclusive", reason="interrupted", complete=False)
        sys.exit(3)

    signal.signal(signal.SIGINT, stop)
    open("ready", "w").close()
    time.sleep(60)


def deaf():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    open("ready", "w").close()
    time.sleep(60)


def refuse():
    print("the witness belongs to another build of this program", file=sys.stderr)
    sys.exit(2)


def die():
    print("last words", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


{"pass": lambda: put("pass"), "fail": fail, "note": note, "wait": wait, "deaf": deaf, "refuse": refuse, "die": die, "nothing": lambda: None,
 "inconclusive": lambda: put("inconclusive", reason="the time was up")}[DOES]()
