"""What measuring peers has in common: rounds that take turns, ratios with their spread, tables, records."""
import dataclasses
import json
import math
import os
import platform
import statistics


@dataclasses.dataclass
class Ratio:
    """How many times better ours is, round by round: what disturbs the machine disturbs both sides of a round."""
    samples: list

    @property
    def median(self):
        return statistics.median(self.samples)

    def __str__(self):
        return f"{short(self.median)} ({short(min(self.samples))}–{short(max(self.samples))})"


def short(number):
    """Three digits, thousands apart."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def taking_turns(rounds, *sides):
    """The results of each side, in rounds: every side once, then every side again."""
    results = [[] for _ in sides]
    for _ in range(rounds):
        for side, kept in zip(sides, results):
            kept.append(side())
    return results


def print_table(title, head, rows, foot=()):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    print(f"\n{title}\n")
    for row in [head, *rows]:
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())
    for line in foot:
        print(f"  {line}")


def series(benchmark, peer, unit, samples, less_is_better=False):
    return {"benchmark": benchmark, "peer": peer, "threads": 1, "unit": unit, "less_is_better": less_is_better, "samples": samples}


def write_record(file, subject, how, all_series, goals, skipped=""):
    """One record of the method bench: reports/schema/record-1.schema.json."""
    record = {"schema": 1, "subject": subject, "method": "bench", "configuration": {}, "verdict": "skipped" if skipped else "pass",
              "complete": not skipped, "how": how, "counts": {}, "environment": {"cores": str(os.cpu_count()), "kernel": platform.release()},
              "series": all_series, "goals": goals}
    if skipped:
        record["reason"] = skipped
    file.write(json.dumps(record) + "\n")


def goal(text, ratio, limit):
    return {"text": text, "ratio": ratio, "limit": limit, "at_most": False, "met": ratio >= limit}
