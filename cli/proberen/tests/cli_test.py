"""The command from outside: its exit statuses, its files, and what it makes of checks that misbehave. The checks are small scripts.

  cli_test.py <proberen> [unittest arguments]
"""
import json
import os
import pty
import re
import sys
import unittest

sys.dont_write_bytecode = True  # the source folder stays as it is

from gate_test import GateTest, KilledTest  # noqa: E402,F401  for unittest to find
from harness import PROBEREN, CliTest, subject, twin  # noqa: E402


class MethodTest(CliTest):
    def test_one_method_on_named_subjects(self):
        self.check("queue", subject("Queue", {"fuzz": "fail"}), subject("Lock"))
        done = self.run_cli("explore", "Queue", "--build", self.build, "--json", "r.jsonl", "--seed", 5, status=0)
        self.assertTrue(done.stdout.startswith("seed 5\n"))
        ran = [(r["subject"], r["method"]) for r in self.records(self.folder / "r.jsonl") if r["verdict"] != "skipped"]
        self.assertEqual(ran, [("Queue", "explore")])
        self.run_cli("fuzz", "--build", self.build, status=1)
        self.run_cli("fuzz", "Lock", "--build", self.build, status=0)

    def test_a_twin_asked_for_by_name_is_judged_like_any_subject(self):
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["fuzz"], {"fuzz": "fail", "stress": "pass"}))
        self.run_cli("fuzz", "--build", self.build, status=0)
        done = self.run_cli("fuzz", "Deaf", "--build", self.build, "--json", "r.jsonl", status=1)
        self.assertIn("it broke", done.stdout)
        self.assertEqual(self.records(self.folder / "r.jsonl")[0]["twin_of"], "Queue")
        self.run_cli("stress", "Deaf", "--build", self.build, status=0)

    def test_scenario_and_witness_go_to_one_subject(self):
        self.check("queue", subject("Queue", {"fuzz": "note"}), subject("Lock"))
        self.run_cli("fuzz", "Queue", "--build", self.build, "--scenario", "put(1) | get", "--witness", "W1", status=0)
        told = json.loads((self.folder / "arguments").read_text())
        self.assertEqual((told["scenario"], told["witness"]), ("put(1) | get", "W1"))
        self.assertIn("name it", self.refused("fuzz", "--build", self.build, "--scenario", "get"))

    def test_unknown_names_are_answered_with_the_nearest(self):
        self.check("queue", subject("Queue"), subject("Lock"))
        self.assertIn("no subject 'lokc': did you mean 'Lock'?", self.refused("fuzz", "lokc", "--build", self.build))
        self.assertIn("no verb 'explroe': did you mean 'explore'?", self.refused("explroe"))
        self.assertIn("no option '--sed': did you mean '--seed'?", self.refused("fuzz", "--sed", "4", "--build", self.build))
        self.assertIn("no method 'fuz': did you mean 'fuzz'?", self.refused("gate", self.build, "--method", "fuz"))

    def test_requests_that_are_wrong(self):
        self.check("queue", subject("Queue"))
        for words in ([], ["gate", "--jobs", "0"], ["fuzz", "--seed", "x"], ["fuzz", "--time", "-1"], ["gate", "a", "b"], ["report"],
                      ["gate", "--method", "bench", "--no-bench"], ["list", "Queue"]):
            with self.subTest(words):
                self.refused(*words)

    def test_help_and_version(self):
        for words in (["--help"], ["gate", "--help"], ["explore", "--help"], ["report", "--help"], ["list", "--help"], ["doctor", "--help"]):
            self.assertIn("Example", self.run_cli(*words, status=0).stdout)
        self.assertRegex(self.run_cli("--version", status=0).stdout, r"\Aproberen \d+\.\d+")


class BuildFolderTest(CliTest):
    def test_it_is_found(self):
        self.assertIn("no build folder", self.refused("list"))
        self.check("queue", subject("Queue"))
        for where in (self.folder, self.build):
            self.assertIn("Queue", self.run_cli("list", status=0, cwd=where).stdout)
        (self.folder / "release").mkdir()
        self.build.rename(self.folder / "moved")
        (self.folder / "build").mkdir()
        (self.folder / "moved").rename(self.folder / "build/release")
        (self.folder / "build/release/proberen-checks/queue.json").write_text("{")
        self.assertIn("build/release/proberen-checks/queue.json is not the note of a check", self.refused("list"))

    def test_it_is_not_one(self):
        self.assertIn("no build folder 'nowhere'", self.refused("gate", "nowhere"))
        self.assertIn("has no proberen-checks", self.refused("gate", "."))
        (self.folder / "proberen-checks").mkdir()
        self.assertIn("has no checks", self.refused("gate", "."))


class ReportTest(CliTest):
    GOOD = {"schema": 1, "subject": "Queue", "method": "fuzz", "configuration": {}, "verdict": "pass", "complete": True, "counts": {},
            "environment": {}}

    def write(self, *records, tail=""):
        path = self.folder / "records.jsonl"
        path.write_text("".join(json.dumps(r) + "\n" for r in records) + tail)
        return path

    def test_reports_are_made_again(self):
        failed = {**self.GOOD, "verdict": "fail", "failure": {"kind": "hang", "message": "it hung"}}
        path = self.write(self.GOOD, failed)
        done = self.run_cli("report", path, "--html", "a.html", "--junit", "b.xml", "--markdown", "c.md", status=1)
        self.assertIn("it hung", done.stdout)
        for name in ("a.html", "b.xml", "c.md"):
            self.assertIn("it hung", (self.folder / name).read_text())
        self.run_cli("report", self.write({**self.GOOD, "verdict": "inconclusive", "reason": "time"}), "--require-complete", status=3)

    def test_files_that_are_not_records(self):
        self.assertIn("truncated", self.refused("report", self.write(self.GOOD, tail=json.dumps(self.GOOD)[:40])))
        self.assertIn("unknown schema version 9", self.refused("report", self.write({**self.GOOD, "schema": 9})))
        self.assertIn("records.jsonl:1: not a record", self.refused("report", self.write(tail="<html>\n")))
        self.assertIn("No such file", self.refused("report", "nothing.jsonl"))
        self.assertIn("cannot write", self.refused("report", self.write(self.GOOD), "--html", "nowhere/a.html"))

    def test_no_records_prove_nothing(self):
        self.run_cli("report", self.write(), status=2)


class ListAndDoctorTest(CliTest):
    def test_list(self):
        self.check("queue", subject("Queue", benchmarks=4), twin("Deaf", "Queue", ["fuzz", "explore"]))
        text = self.run_cli("list", status=0).stdout
        self.assertRegex(text, r"Queue +\(check queue\)\n  methods: explore, fuzz, stress, bench\n  operations: put, get\n  benchmarks: 4\n  twin Deaf")
        lines = [json.loads(line) for line in self.run_cli("list", "--json", status=0).stdout.splitlines()]
        self.assertEqual([(line["subject"], line.get("caught_by")) for line in lines], [("Queue", None), ("Deaf", ["fuzz", "explore"])])

    def test_doctor(self):
        self.check("queue", subject("Queue"), variants=["native", "relacy", "tsan", "asan"])
        text = self.run_cli("doctor", status=0).stdout
        self.assertEqual(len(re.findall(r"^ok +check queue \((?:native|relacy|tsan|asan)\): starts", text, re.M)), 4)
        for thing in ("cores", "kernel", "address space randomization"):
            self.assertIn(thing, text)
        (self.build / "queue.asan").unlink()
        self.assertRegex(self.run_cli("doctor", status=2).stdout, r"(?m)^wrong +check queue \(asan\): .*cannot execute")
        self.run_cli("doctor", "--build", "nowhere", status=2)


class TerminalTest(CliTest):
    def on_terminal(self, *words, **environment):
        """What the command writes on a terminal that is both its outputs."""
        pid, descriptor = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execve(PROBEREN, [PROBEREN, *words], self.environment(**environment))
        text = b""
        try:
            while chunk := os.read(descriptor, 65536):
                text += chunk
        except OSError:
            pass  # the terminal's way to say that nobody holds its other end
        os.close(descriptor)
        os.waitpid(pid, 0)
        return text.decode()

    def test_progress_and_colour_on_terminals_alone(self):
        self.check("queue", subject("Queue"))
        text = self.on_terminal("fuzz", "Queue")
        self.assertIn("[1/1] Queue fuzz…", text)
        self.assertRegex(text, "\x1b\\[[0-9;]*m")
        self.assertNotRegex(self.on_terminal("fuzz", "Queue", NO_COLOR="1"), "\x1b\\[[0-9;]*m")
        done = self.run_cli("fuzz", "Queue", status=0)
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assertNotIn("[1/1]", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: cli_test.py <proberen>")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
