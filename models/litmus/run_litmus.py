#!/usr/bin/env python3
"""Explores the litmus programs and compares what comes out with expected.tsv, number by number.

  run_litmus.py --bin DIR --work DIR [--only GLOB] [--skip GLOB] [--update] [--jobs N]

`--bin` has proberen-cc and proberen-c++; programs are built in `--work`, and again only when something has changed. A row of expected.tsv is a
program, the macros that it is compiled with, a memory model, the number of complete executions (`-` where the search ends with a failure), and the
outcomes that are observed (`pass` where none are) or the kind of failure. `--update` writes the last two columns anew: read the difference before
you commit it.
"""
import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED = HERE / "expected.tsv"
LIMIT_S = 10  # for one search


@dataclasses.dataclass
class Row:
    program: str
    defines: str
    model: str
    executions: str
    result: str

    def name(self):
        return f"{self.program} [{self.defines}] {self.model}"

    def key(self):
        return self.program, self.defines, self.model


def read_rows(text):
    return [Row(*line.split("\t")) for line in text.splitlines() if line and not line.startswith("#")]


def source_of(program):
    return next(path for path in (HERE / f"{program}.c", HERE / f"{program}.cpp") if path.exists())


def build(options, program, defines):
    """The executable, or the compiler's words."""
    source = source_of(program)
    target = options.work / re.sub(r"\W+", "_", f"{program} {defines}".strip("- "))
    wrapper = options.bin / ("proberen-cc" if source.suffix == ".c" else "proberen-c++")
    inputs = [source, wrapper, *HERE.glob("*.h"), *options.bin.glob("*.so")]
    if target.exists() and all(path.stat().st_mtime < target.stat().st_mtime for path in inputs):
        return target, ""
    words = [wrapper, "-O1", "-g", "-Wall", "-Wextra", "-pthread", "-std=gnu11" if source.suffix == ".c" else "-std=c++20"]
    words += [f"-D{define}" for define in defines.split() if define != "-"]
    done = subprocess.run([*words, source, "-o", target], capture_output=True, text=True)
    return (target, "") if done.returncode == 0 else (None, done.stderr)


def explore(options, target, model):
    """What a row says of it: executions, result; and how long it took."""
    record = target.with_name(f"{target.name}.{model}.jsonl")
    record.unlink(missing_ok=True)
    orders = f"model={model} search=exhaustive time_ms={LIMIT_S * 1000} leaks=1 record={record}"
    start = time.monotonic()
    try:
        done = subprocess.run([target], env={**os.environ, "PROBEREN_EXPLORE": orders}, capture_output=True, text=True, errors="replace",
                              timeout=2 * LIMIT_S)
    except subprocess.TimeoutExpired:
        return "-", "does not end", time.monotonic() - start
    took = time.monotonic() - start
    if not record.exists():
        return "-", f"no record, status {done.returncode}: {done.stderr.strip()[-200:]!r}", took
    found = json.loads(record.read_text().splitlines()[-1])
    record.unlink()
    if found["verdict"] == "fail":
        return "-", "fail " + found["failure"]["kind"], took
    if not found["complete"]:
        return "-", "inconclusive: " + found.get("reason", ""), took
    outcomes = sorted(name.removeprefix("outcome ") for name in found["counts"] if name.startswith("outcome "))
    return str(found["counts"]["executions"]), "; ".join(outcomes) or "pass", took


def check(options, group):
    (program, defines), rows = group
    target, errors = build(options, program, defines)
    if target is None:
        return [(row, "-", "does not compile: " + errors.strip(), 0) for row in rows]
    return [(row, *explore(options, target, row.model)) for row in rows]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of proberen-cc and proberen-c++")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the programs")
    parser.add_argument("--only", default="*", help="programs that match the glob")
    parser.add_argument("--skip", default="", help="but not those that match this one")
    parser.add_argument("--update", action="store_true", help="write what comes out into expected.tsv")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def update(text, got):
    lines = []
    for line in text.splitlines():
        cells = line.split("\t")
        new = got.get(tuple(cells[:3]))
        lines.append("\t".join([*cells[:3], *new]) if new else line)
    EXPECTED.write_text("\n".join(lines) + "\n")


def main():
    options = parse()
    options.work.mkdir(parents=True, exist_ok=True)
    text = EXPECTED.read_text()
    groups = {}
    for row in read_rows(text):
        if fnmatch.fnmatch(row.program, options.only) and not fnmatch.fnmatch(row.program, options.skip):
            groups.setdefault((row.program, row.defines), []).append(row)
    if not groups:
        sys.exit("run_litmus.py: no program matches")
    got, wrong, slowest = {}, 0, (0, "")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for results in pool.map(lambda group: check(options, group), groups.items()):
            for row, executions, result, took in results:
                got[row.key()] = (executions, result)
                slowest = max(slowest, (took, row.name()))
                if (executions, result) == (row.executions, row.result):
                    continue
                wrong += 1
                print(f"{row.name()}\n  expected {row.executions:>6}  {row.result}\n  got      {executions:>6}  {result}", flush=True)
    print(f"{len(got)} explorations of {len({program for program, _ in groups})} programs, {wrong} not as expected; "
          f"the slowest took {slowest[0]:.2f} s: {slowest[1]}")
    if options.update:
        update(text, got)
    elif wrong:
        sys.exit(1)


main()
