"""GenMC beside the engine: programs of the litmus corpus, taken unchanged by both, with the same number of executions."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LITMUS = HERE.parent / "litmus"
LIMIT_S = 120
# Symmetry is off, and so is revisiting in place: with them it counts fewer executions. Races are looked for by both.
OPTIONS = ["--rc11", "--disable-mm-detector", "--disable-estimation", "--disable-sr", "--disable-ipr"]
SMALLEST = ("classic/sb", "")
PROGRAMS = [
    ("classic/add_twice", "N=4"),
    ("classic/add_chain", "N=7"),
    ("classic/swap_chain", "N=7"),
    ("classic/readers", "N=8"),
    ("locks/mutex", "N=6"),
    ("locks/ticket_lock", "N=5 R=acquire W=release"),
    ("locks/ticket_lock", "N=6 R=acquire W=release"),
    ("locks/ttas_lock", "N=4 U=acquire W=release"),
    ("locks/spin_lock", "N=5 U=acquire W=release"),
    ("locks/cas_lock", "N=5 U=acquire W=release"),
    ("locks/clh_lock", "N=5 U=acq_rel R=acquire W=release"),
    ("locks/mcs_lock", "N=4 U=acq_rel R=acquire W=release"),
]


def found():
    return shutil.which("genmc")


def macros(defines):
    return [f"-D{define}" for define in defines.split()]


def run_genmc(program, defines):
    """Executions, and its own seconds, compilation included."""
    words = [found(), *OPTIONS, "--", "-O1", f"-I{HERE / 'genmc_headers'}", f"-I{LITMUS}", *macros(defines), LITMUS / f"{program}.c"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S)
    text = done.stdout + done.stderr
    count = re.search(r"complete executions explored: (\d+)", text)
    seconds = re.search(r"wall-clock time: ([\d.]+)s", text)
    if done.returncode != 0 or not count or not seconds:
        raise RuntimeError(f"genmc on {program} {defines}: {text.strip().splitlines()[-1:]}")
    return int(count[1]), float(seconds[1])


class Ours:
    """The same file, compiled by the wrapper."""

    def __init__(self, wrapper, work, program, defines):
        self.target = pathlib.Path(work) / re.sub(r"\W+", "_", f"{program} {defines}")
        words = [wrapper, "-O1", "-g", "-pthread", "-std=gnu11", *macros(defines), LITMUS / f"{program}.c", "-o", self.target]
        subprocess.run(words, check=True, capture_output=True)

    def run(self, jobs=1):
        """Executions, and the seconds of its record."""
        with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as record:
            orders = f"model=rc11 search=exhaustive jobs={jobs} time_ms={LIMIT_S * 1000} record={record.name}"
            subprocess.run([self.target], env={**os.environ, "PROBEREN_EXPLORE": orders}, capture_output=True, check=True, timeout=2 * LIMIT_S)
            line = json.loads(pathlib.Path(record.name).read_text().splitlines()[-1])
        return line["counts"]["executions"], line["duration_s"]
