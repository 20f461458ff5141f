#!/usr/bin/env python3
"""The engine's speed beside its peers', on this machine, in this run: ratios, with their spread over the rounds.

  speed.py --build DIR [--rounds N] [--json FILE] [--quick] [--only sampled,exhaustive,genmc,jobs,memory]

`--build` is the build folder. Every round runs each side once, one after the other. `--json` gets records that `proberen report` takes. `--quick`
shows that it works: its figures mean nothing. Nothing here fails because of a time.
"""
import argparse
import contextlib
import pathlib
import statistics
import subprocess
import tempfile

import genmc
from measure import Ratio, geometric_mean, goal, print_table, series, short, taking_turns, write_record

SAMPLED = ["ring of stores and loads, 2 threads", "ring of stores and loads, 4 threads", "additions, 3 threads, 2 each", "Peterson's lock, once each",
           "test-and-set lock, 2 threads", "test-and-set lock, 3 threads", "ticket lock, 3 threads", "stack, 3 threads push", "ring buffer, 3 items"]
QUICK = "additions, 2 threads, 4 each"
LONG = [("locks/ttas_lock", "N=6 U=acquire W=release"), ("locks/ticket_lock", "N=8 R=acquire W=release")]
LARGE = "additions, 3 threads, 6 each"


class Peers:
    def __init__(self, build):
        self.folder = build / "models" / "peers"

    def ask(self, peer, *words):
        """Executions, seconds, state, KiB."""
        done = subprocess.run([self.folder / f"peer_{peer}", *map(str, words)], capture_output=True, text=True, check=True, timeout=600)
        executions, seconds, state, kib = done.stdout.split("\t")
        if state == "wrong":
            raise RuntimeError(f"{peer}: a failure in a program that is right: {words}")
        return int(executions), float(seconds), state, int(kib)

    def programs(self):
        return subprocess.run([self.folder / "peer_explored", "list"], capture_output=True, text=True, check=True).stdout.splitlines()


def how(options):
    return f"{options.rounds} rounds, each side in turn"


def sampled(peers, options, file):
    """Random executions: how many a second."""
    count = 2_000 if options.quick else 100_000
    rows, ratios, all_series = [], [], []
    for program in [QUICK] if options.quick else SAMPLED:
        sides = [lambda peer=peer: peers.ask(peer, "random", program, count) for peer in ("explored", "relacy")]
        ours, theirs = ([executions / seconds for executions, seconds, *_ in side] for side in taking_turns(options.rounds, *sides))
        ratio = Ratio([a / b for a, b in zip(ours, theirs)])
        ratios.append(ratio.median)
        rows.append([program, short(statistics.median(ours)), short(statistics.median(theirs)), ratio])
        all_series += [series(f"random: {program}", "", "executions/s", ours), series(f"random: {program}", "Relacy", "executions/s", theirs)]
    mean = geometric_mean(ratios)
    print_table("Random executions a second", ["program", "proberen", "Relacy", "ratio"], rows, [f"geometric mean of the ratios: {short(mean)}"])
    write_record(file, "engine: sampled", how(options), all_series, [goal("random executions a second, at least Relacy's", mean, 1)])


def exhaustive(peers, options, file):
    """All executions: the time to the same verdict, for every size that both finish; the sizes of one family show how both grow."""
    limit = 1 if options.quick else options.limit
    rows, ratios, all_series = [], [], []
    for program in [QUICK] if options.quick else peers.programs():
        first = peers.ask("relacy", "full", program, limit)
        ours_alone = peers.ask("explored", "full", program, limit)
        if "unfinished" in (first[2], ours_alone[2]):
            texts = [f"{side[0]:,}{'+' if side[2] == 'unfinished' else ''}" for side in (ours_alone, first)]
            times = [f"> {limit} s" if side[2] == "unfinished" else f"{short(1000 * side[1])} ms" for side in (ours_alone, first)]
            rows.append([program, texts[0], texts[1], *times, "–"])
            continue
        sides = [lambda peer=peer: peers.ask(peer, "full", program, limit) for peer in ("explored", "relacy")]
        ours, theirs = taking_turns(options.rounds, *sides)
        seconds = [[side[1] for side in both] for both in (ours, theirs)]
        ratio = Ratio([b / a for a, b in zip(*seconds)])
        ratios.append(ratio.median)
        rows.append([program, f"{ours[0][0]:,}", f"{theirs[0][0]:,}", *(f"{short(1000 * statistics.median(side))} ms" for side in seconds), ratio])
        all_series += [series(f"all: {program}", peer, "s", side, True) for peer, side in zip(("", "Relacy"), seconds)]
    mean = geometric_mean(ratios)
    foot = [f"geometric mean of the ratios of the {len(ratios)} that both finish: {short(mean)}"]
    print_table("All executions: time to the verdict", ["program", "executions", "Relacy's", "proberen", "Relacy", "ratio"], rows, foot)
    write_record(file, "engine: exhaustive", how(options), all_series, [goal("exhaustive search at least 10 times sooner than Relacy's full search", mean, 10)])


def beside_genmc(build, options, file):
    """All executions of the same C files: executions a second, each without the time of its smallest program, which is that of starting."""
    if not genmc.found():
        reason = "there is no genmc on the PATH"
        print(f"\nBeside GenMC: skipped: {reason}")
        return write_record(file, "engine: beside GenMC", "", [], [], skipped=reason)
    rows, ratios, all_series = [], [], []
    with tempfile.TemporaryDirectory() as work:
        wrapper = build / "models" / "runtime" / "proberen-cc"
        smallest = genmc.Ours(wrapper, work, *genmc.SMALLEST)
        starts = [min(side() for _ in range(3)) for side in (lambda: smallest.run()[1], lambda: genmc.run_genmc(*genmc.SMALLEST)[1])]
        for program, defines in genmc.PROGRAMS[:1] if options.quick else genmc.PROGRAMS:
            ours = genmc.Ours(wrapper, work, program, defines)
            sides = taking_turns(options.rounds, ours.run, lambda: genmc.run_genmc(program, defines))
            counts = [side[0][0] for side in sides]
            name = f"{program} {defines}"
            if counts[0] != counts[1]:
                raise RuntimeError(f"{name}: {counts[0]} executions, and GenMC has {counts[1]}")
            # GenMC tells hundredths of a second: what is below is not told apart.
            rates = [[count / max(seconds - start, least) for count, seconds in side] for side, start, least in zip(sides, starts, (1e-4, 0.01))]
            ratio = Ratio([a / b for a, b in zip(*rates)])
            ratios.append(ratio.median)
            rows.append([name, f"{counts[0]:,}", *(short(statistics.median(rate)) for rate in rates), ratio])
            all_series += [series(f"beside GenMC: {name}", peer, "executions/s", rate) for peer, rate in zip(("", "GenMC"), rates)]
    mean = geometric_mean(ratios)
    foot = [f"geometric mean of the ratios: {short(mean)}; GenMC with {' '.join(genmc.OPTIONS)}"]
    print_table("All executions of a C program, executions a second", ["program", "executions", "proberen", "GenMC", "ratio"], rows, foot)
    write_record(file, "engine: beside GenMC", how(options), all_series, [goal("at least 10 times GenMC's executions a second", mean, 10)])


def jobs(build, options, file):
    """Two processes that share one search, beside one, on searches of many seconds."""
    rows, all_series, ratios = [], [], []
    with tempfile.TemporaryDirectory() as work:
        for program, defines in [("classic/add_chain", "N=5")] if options.quick else LONG:
            ours = genmc.Ours(build / "models" / "runtime" / "proberen-cc", work, program, defines)
            sides = taking_turns(options.rounds, lambda: ours.run(1), lambda: ours.run(2))
            counts = {executions for side in sides for executions, _ in side}
            if len(counts) != 1:
                raise RuntimeError(f"{program} {defines}: two jobs count otherwise than one: {sorted(counts)}")
            one, two = ([seconds for _, seconds in side] for side in sides)
            ratio = Ratio([a / b for a, b in zip(one, two)])
            ratios.append(ratio.median)
            name = f"{program} {defines}"
            rows.append([name, f"{counts.pop():,}", *(f"{short(statistics.median(side))} s" for side in (one, two)), ratio])
            all_series += [series(f"jobs: {name}, {number}", "", "s", side, True) for number, side in ((1, one), (2, two))]
    print_table("One search by two jobs", ["program", "executions", "1 job", "2 jobs", "ratio"], rows)
    write_record(file, "engine: jobs", how(options), all_series, [goal("two jobs at least 1.7 times sooner than one", min(ratios), 1.7)])


def memory(peers, options, file):
    """The most memory held by an exhaustive search, by the number of executions."""
    counts = [1_000, 10_000] if options.quick else [100_000, 1_000_000, 10_000_000]
    held = [peers.ask("explored", "first", LARGE, count)[3] / 1024 for count in counts]
    all_series = [series(f"memory: {LARGE}, {count:,} executions", "", "MiB", [mib], True) for count, mib in zip(counts, held)]
    print_table("Memory, by executions", ["program", *(f"{count:,}" for count in counts)], [[LARGE, *(f"{short(mib)} MiB" for mib in held)]])
    write_record(file, "engine: memory", "one run for each number of executions", all_series, [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=20, help="seconds for one exhaustive search")
    parser.add_argument("--json", default="/dev/null")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="sampled,exhaustive,genmc,jobs,memory")
    options = parser.parse_args()
    if options.quick:
        options.rounds = min(options.rounds, 2)
    options.build = options.build.resolve()
    peers = Peers(options.build)
    parts = {"sampled": lambda file: sampled(peers, options, file), "exhaustive": lambda file: exhaustive(peers, options, file),
             "genmc": lambda file: beside_genmc(options.build, options, file), "jobs": lambda file: jobs(options.build, options, file),
             "memory": lambda file: memory(peers, options, file)}
    with contextlib.closing(open(options.json, "w")) as file:
        for part in options.only.split(","):
            parts[part](file)


main()
