"""`proberen gate` against checks that pass, fail, crash, hang and lie, and runs of it that are killed. Run by cli_test.py."""
import json
import os
import signal
import subprocess

from harness import PROBEREN, REPORTS, CliTest, alive, subject, twin, wait_for


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
        self.assertEqual(sorted(skipped), [("explore", "explored"), ("explore", "relacy"), ("stress", "asan")])
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

    def test_a_variant_that_claims_a_twin_must_catch_it_itself(self):
        variants = ["native", "relacy", "explored"]
        does = {"explore relacy": "fail", "explore explored": "pass"}
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["explore"], does), variants=variants)
        self.run_cli("gate", self.build, status=0)
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["explore", "explored"], does), variants=variants)
        self.assertIn("not caught by explored: Deaf", self.run_cli("gate", self.build, status=1).stdout)
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["explored"], {"explore": "fail"}), variants=variants)
        self.run_cli("gate", self.build, status=0)
        self.check("queue", subject("Queue"), twin("Deaf", "Queue", ["explore", "explored"], does))  # this build has no such variant
        self.run_cli("gate", self.build, status=0)

    def test_a_twin_that_no_variant_can_run(self):
        self.check("queue", subject("Queue"), twin("Queue, deaf", "Queue", ["explore"]), variants=["native"])
        done = self.run_cli("gate", self.build, status=1)
        self.assertIn("not run", done.stdout)

    def test_a_claim_that_nothing_runs_for_does_not_hold(self):
        self.check("queue", subject("Queue"), twin("Queue, slow", "Queue", ["bench"]))  # the gate measures no twins
        self.assertIn("not run", self.run_cli("gate", self.build, status=1).stdout)
        self.run_cli("gate", self.build, "--no-bench", status=0)

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
