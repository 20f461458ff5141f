"""The command from outside: its exit statuses, its files, and what it makes of checks that misbehave. The checks are small scripts.

  cli_test.py <proberen> [unittest arguments]
"""
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROBEREN = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
FAKE = (pathlib.Path(__file__).parent / "fake_check.py").read_text()
METHODS = {"native": ["fuzz", "stress", "bench"], "relacy": ["explore"], "tsan": ["stress"], "asan": ["stress"]}
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
        return {**environment, "TERM": "xterm", **more}

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


class GateTest(CliTest):
    def test_everything_passes(self):
        self.check("queue", subject("Queue"), twin("Queue, deaf", "Queue", ["fuzz"], {"fuzz": "fail"}))
        done = self.run_cli("gate", self.build, status=0)
        self.assertRegex(done.stdout, r"\Aseed \d+\n")
        self.assertEqual(done.stderr, "")
        self.assertNotIn("\x1b", done.stdout)
        for report in REPORTS:
            self.assertGreater((self.build / "gate" / report).stat().st_size, 0, report)
        ran = sorted((r["subject"], r["method"]) for r in self.records() if r["verdict"] != "skipped")
        self.assertEqual(ran, [("Queue", "bench"), ("Queue", "explore"), ("Queue", "fuzz"), ("Queue", "stress"), ("Queue, deaf", "fuzz")])
        self.assertEqual(sorted(p.name for p in (self.build / "gate").iterdir()), sorted(["records.jsonl", *REPORTS]))

    def test_variants_that_the_build_lacks_are_skipped_with_the_reason(self):
        self.check("queue", subject("Queue"), variants=["native", "tsan"])
        self.run_cli("gate", self.build, status=0)
        skipped = {(r["method"], r["configuration"]["variant"]): r["reason"] for r in self.records() if r["verdict"] == "skipped"}
        self.assertEqual(sorted(skipped), [("explore", "relacy"), ("stress", "asan")])
        self.assertIn("this build has no asan variant", skipped["stress", "asan"])

    def test_a_failure(self):
        self.check("queue", subject("Queue", {"fuzz": "fail"}))
        done = self.run_cli("gate", self.build, status=1)
        self.assertIn("it broke", done.stdout)
        self.assertEqual(self.failures(), [("Queue", "fuzz", "assertion")])

    def test_inconclusive_is_a_failure_only_where_completeness_is_required(self):
        self.check("queue", subject("Queue", {"explore": "inconclusive"}))
        self.run_cli("gate", self.build, status=0)
        self.run_cli("gate", self.build, "--require-complete", status=3)

    def test_a_missed_twin(self):
        self.check("queue", subject("Queue"), twin("Queue, deaf", "Queue", ["fuzz", "explore"], {"fuzz": "fail"}))
        done = self.run_cli("gate", self.build, status=1)
        self.assertIn("Queue, deaf", done.stdout)
        self.run_cli("gate", self.build, "--method", "fuzz", status=0)

    def test_a_twin_that_no_variant_can_run(self):
        self.check("queue", subject("Queue"), twin("Queue, deaf", "Queue", ["explore"]), variants=["native"])
        done = self.run_cli("gate", self.build, status=1)
        self.assertIn("not run", done.stdout)

    def test_a_crash_costs_one_record_and_keeps_those_before_it(self):
        self.check("queue", subject("Queue", {"fuzz": "crash"}), subject("Other"))
        self.run_cli("gate", self.build, "--method", "fuzz", "--seed", 7, status=1)
        crash = next(r for r in self.records() if r["verdict"] == "fail")
        self.assertEqual(crash["failure"]["kind"], "crash")
        self.assertIn("SIGABRT", crash["failure"]["message"])
        self.assertEqual(crash["failure"]["details"][-1], "last words")
        self.assertEqual(crash["failure"]["replay"], "proberen fuzz Queue --seed 7")
        self.assertEqual(crash["configuration"], {"seed": "7", "variant": "native"})
        self.assertEqual(sorted(r["subject"] for r in self.records() if r["verdict"] == "pass"), ["Other", "Queue"])

    def test_children_that_do_not_keep_to_the_protocol_are_failures(self):
        for what, kind, words in [("exit 66", "crash", "66"), ("nothing", "other", "without a record"), ("garbage", "other", "not a record")]:
            with self.subTest(what):
                self.check("queue", subject("Queue", {"fuzz": what}))
                self.run_cli("gate", self.build, "--method", "fuzz", status=1)
                self.assertEqual(self.failures(), [("Queue", "fuzz", kind)])
                self.assertIn(words, self.records()[0]["failure"]["message"])

    def test_a_twin_that_crashes_is_caught(self):
        self.check("queue", subject("Queue"), twin("Queue, torn", "Queue", ["stress"], {"stress": "crash"}))
        self.run_cli("gate", self.build, status=0)

    def test_a_hang_is_killed_with_what_it_started(self):
        self.check("queue", subject("Queue", {"fuzz": "hang"}))
        self.run_cli("gate", self.build, "--method", "fuzz", "--time", 0.1, status=1, PROBEREN_HANG_LIMIT_MS="1500")
        self.assertEqual(self.failures(), [("Queue", "fuzz", "hang")])
        self.assertEqual([r.get("how") for r in self.records() if r["verdict"] == "pass"], ["before it hung"])
        for pid in (self.folder / "pids").read_text().split():
            wait_for(lambda: not alive(pid), f"the end of {pid}")

    def test_a_check_that_refuses_the_request_is_a_bad_request(self):
        self.check("queue", subject("Queue", {"fuzz": "refuse"}))
        self.assertIn("Queue fuzz: scenario 'x' does not fit", self.refused("gate", self.build))

    def test_a_missing_sanitizer_runtime_is_named_with_its_package(self):
        loader = "prog: error while loading shared libraries: libtsan.so.2: cannot open shared object file: No such file or directory"
        self.check("queue", subject("Queue"), variants=["native", "tsan"], tsan={"does_not_start": loader})
        self.assertIn("install the Debian package libtsan2", self.refused("gate", self.build))
        self.run_cli("fuzz", "--build", self.build, status=0)  # which needs no ThreadSanitizer
        self.check("queue", subject("Queue", {"fuzz": "missing library"}))
        self.assertIn("install the Debian package libtsan2", self.refused("gate", self.build))

    def test_addresses_that_thread_sanitizer_cannot_bear(self):
        words = "FATAL: ThreadSanitizer: unexpected memory mapping 0x55c3d1b4e000-0x55c3d1b6f000"
        self.check("queue", subject("Queue"), variants=["native", "tsan"], tsan={"does_not_start": words, "start_status": 66})
        self.assertIn("setarch -R", self.refused("gate", self.build))

    def test_a_program_that_was_not_built(self):
        self.check("queue", subject("Queue"))
        (self.build / "queue.native").unlink()
        self.assertRegex(self.refused("gate", self.build), r"queue\.native: cannot execute: No such file.*is it built")

    def test_filters_take_the_twins_along(self):
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["fuzz"], {"fuzz": "fail"}), subject("Lock", {"fuzz": "fail"}))
        self.run_cli("gate", self.build, "--filter", "Qu*", status=0)
        self.assertEqual({r["subject"] for r in self.records()}, {"Queue", "Deaf"})
        self.assertIn("did you mean 'Queue'", self.refused("gate", self.build, "--filter", "Queu"))

    def test_benchmarks_run_one_at_a_time_with_nothing_beside_them(self):
        does = {"bench": "bench", "fuzz": "bench"}
        self.check("queue", *(subject(f"S{i}", does) for i in range(3)), twin("Twin", "S0", ["fuzz"], {"fuzz": "fail"}))
        self.run_cli("gate", self.build, "--jobs", 3, "--method", "fuzz", "--method", "bench", status=0)
        order = (self.folder / "order").read_text().splitlines()
        first = next(i for i, line in enumerate(order) if line.endswith("bench"))
        self.assertTrue(all(line.endswith("bench") for line in order[first:]))
        self.assertEqual([line.split()[0] for line in order[first:]], ["begin", "end"] * 3)
        self.run_cli("gate", self.build, "--no-bench", status=0)
        self.assertNotIn("bench", {r["method"] for r in self.records()})

    def test_what_a_child_is_told(self):
        self.check("queue", subject("Queue", {"fuzz": "note"}))
        self.run_cli("gate", self.build, "--method", "fuzz", "--seed", 11, "--time", 0.25, "--quick", status=0)
        told = json.loads((self.folder / "arguments").read_text())
        del told["records"]
        self.assertEqual(told, {"method": "fuzz", "subject": "Queue", "variant": "native", "seed": "11", "time": "250", "quick": True})

    def test_records_start_fresh_and_go_to_a_second_file(self):
        self.check("queue", subject("Queue"))
        for _ in range(2):
            self.run_cli("gate", self.build, "--output", "out/gate", "--json", "copy.jsonl", "--method", "fuzz", status=0)
        self.assertEqual(len(self.records(self.folder / "out/gate/records.jsonl")), 1)
        self.assertEqual((self.folder / "copy.jsonl").read_text(), (self.folder / "out/gate/records.jsonl").read_text())

    def test_outputs_that_cannot_be_written_are_refused_before_anything_runs(self):
        self.check("queue", subject("Queue", {"fuzz": "note"}))
        (self.folder / "file").write_text("")
        (self.folder / "taken/report.html").mkdir(parents=True)
        for words in (["--output", "file/gate"], ["--output", "taken"], ["--json", "file/x"], ["--json", "nowhere/x"]):
            self.assertIn("cannot write", self.refused("gate", self.build, *words))
        self.assertFalse((self.folder / "arguments").exists())

    def test_declarations_that_are_wrong(self):
        self.check("queue", subject("Queue", problem="'put' is no operation of the spec"))
        self.assertIn("subject 'Queue': 'put' is no operation", self.refused("gate", self.build))
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["fuz"]))
        self.assertIn("did you mean 'fuzz'", self.refused("gate", self.build))
        self.check("queue", subject("Queue"))
        self.check("again", subject("Queue"))
        self.assertIn("declared twice", self.refused("gate", self.build))


class KilledTest(CliTest):
    def start(self):
        self.check("queue", subject("Queue"), subject("Slow", {"fuzz": "hang"}))
        words = [PROBEREN, "gate", str(self.build), "--method", "fuzz", "--jobs", "2"]
        process = subprocess.Popen(words, cwd=self.folder, env=self.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.kill)
        pids = self.folder / "pids"
        records = self.build / "gate" / "records.jsonl"
        wait_for(lambda: pids.exists() and pids.read_text().endswith("\n") and records.exists() and records.read_text(), "the first record")
        return process, pids.read_text().split()

    def test_signals_end_the_children_and_keep_the_records(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                process, pids = self.start()
                process.send_signal(number)
                _, errors = process.communicate(timeout=20)
                self.assertEqual(process.returncode, 128 + number)
                self.assertRegex(errors, r"\Aproberen: interrupted; [^\n]*records\.jsonl\n\Z")
                for pid in pids:
                    wait_for(lambda: not alive(pid), f"the end of {pid}")
                self.assertEqual(sorted(r["subject"] for r in self.records()), ["Queue", "Slow"])
                self.run_cli("report", self.build / "gate", status=0)
                (self.folder / "pids").unlink()

    def test_a_run_that_is_killed_leaves_whole_records(self):
        process, pids = self.start()
        process.kill()
        process.communicate(timeout=20)
        wait_for(lambda: not alive(pids[0]), "the end of the child")
        os.kill(int(pids[1]), signal.SIGKILL)
        done = self.run_cli("report", self.build / "gate" / "records.jsonl", status=0)
        self.assertIn("Queue", done.stdout)


class MethodTest(CliTest):
    def test_one_method_on_named_subjects(self):
        self.check("queue", subject("Queue", {"fuzz": "fail"}), subject("Lock"))
        done = self.run_cli("explore", "Queue", "--build", self.build, "--json", "r.jsonl", "--seed", 5, status=0)
        self.assertTrue(done.stdout.startswith("seed 5\n"))
        self.assertEqual([(r["subject"], r["method"]) for r in self.records(self.folder / "r.jsonl")], [("Queue", "explore")])
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
