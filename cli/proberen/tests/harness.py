"""What the tests of the command share: build folders of fake checks, and ways to run the command in them."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

PROBEREN = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
FAKE = (pathlib.Path(__file__).parent / "fake_check.py").read_text()
METHODS = {"native": ["fuzz", "stress", "bench"], "relacy": ["explore"], "explored": ["explore"], "tsan": ["stress"], "asan": ["stress"]}
REPORTS = ["report.html", "junit.xml", "summary.md"]


def subject(name, does=None, **more):
    return {"subject": name, "problem": "", "explorable": True, "operations": ["put", "get"], "process_shared": False, "benchmarks": 0,
            "does": does or {}, **more}


def twin(name, of, caught_by, does=None):
    return subject(name, does, twin_of=of, fault="a wake-up is dropped", caught_by=caught_by)


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.build = self.folder / "build"

    def check(self, name, *subjects, variants=("native", "relacy"), **more):
        programs = {}
        for variant in variants:
            plan = {"subjects": subjects, "variant": variant, "methods": METHODS[variant], "notes": str(self.folder), **more.get(variant, {})}
            program = self.build / f"{name}.{variant}"
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(f"#!{sys.executable} -S\nPLAN = {plan!r}\n{FAKE}")
            program.chmod(0o755)
            programs[variant] = str(program)
        notes = self.build / "proberen-checks"
        notes.mkdir(parents=True, exist_ok=True)
        (notes / f"{name}.json").write_text(json.dumps({"check": name, "variants": programs}))

    def environment(self, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PROBEREN_") and k != "NO_COLOR"}
        return {**environment, "TERM": "xterm", "TMPDIR": str(self.folder), **more}

    def run_cli(self, *words, status, cwd=None, **environment):
        done = subprocess.run([PROBEREN, *map(str, words)], cwd=cwd or self.folder, env=self.environment(**environment), text=True,
                              capture_output=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def refused(self, *words, cwd=None, **environment):
        """Status 2, nothing on standard output, one line on standard error, which is returned."""
        done = self.run_cli(*words, status=2, cwd=cwd, **environment)
        self.assertRegex(done.stderr, r"\Aproberen: [^\n]+\n\Z")
        return done.stderr

    def records(self, path=None):
        return [json.loads(line) for line in (path or self.build / "gate" / "records.jsonl").read_text().splitlines()]

    def failures(self):
        return [(r["subject"], r["method"], r["failure"]["kind"]) for r in self.records() if r["verdict"] == "fail"]
