#!/usr/bin/env python3
"""The command on the reference check, as a person uses it."""
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

PROBEREN, BUILD = sys.argv[1:3]


def proberen(*words):
    return subprocess.run([PROBEREN, *words], capture_output=True, text=True, timeout=300)


class Reference(unittest.TestCase):
    def replay_of(self, output):
        lines = [line for line in output.splitlines() if "replay:" in line]
        self.assertTrue(lines, output)
        return shlex.split(lines[0].split("replay:", 1)[1])[1:]

    def test_explore_finds_a_dropped_wake_and_its_witness_replays(self):
        found = proberen("explore", "Lock.wake-dropped", "--build", BUILD, "--time", "2", "--seed", "3")
        self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
        self.assertIn("lost-wake-up", found.stdout)
        self.assertIn("a wake-up was lost", found.stdout)
        again = proberen(*self.replay_of(found.stdout), "--build", BUILD)
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.assertIn("lost-wake-up", again.stdout)

    def test_fuzz_finds_a_torn_lock_and_shrinks_it(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "records.jsonl"
            found = proberen("fuzz", "RLock.any-owner", "--build", BUILD, "--time", "3", "--seed", "3", "--json", str(file))
            self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
            record = json.loads(file.read_text().splitlines()[0])
            self.assertEqual(record["configuration"]["seed"], "3")
            self.assertLessEqual(len(record["failure"]["scenario"].split()), 8, record["failure"]["scenario"])
        again = proberen(*self.replay_of(found.stdout), "--build", BUILD)
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)

    def test_a_seeded_race_turns_the_gate_red_with_its_place(self):
        found = proberen("stress", "Lock.acquire-relaxed", "--build", BUILD, "--time", "2", "--seed", "3")
        self.assertEqual(found.returncode, 1, found.stdout + found.stderr)
        self.assertIn("data-race", found.stdout)
        self.assertIn("guarded.hpp:", found.stdout)

    def test_processes_of_every_start_method_share_a_lock(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "records.jsonl"
            passed = proberen("stress", "ipc.PlainLock", "--build", BUILD, "--time", "3", "--json", str(file))
            self.assertEqual(passed.returncode, 0, passed.stdout + passed.stderr)
            records = [json.loads(line) for line in file.read_text().splitlines()]
        methods = {r["configuration"].get("start method"): r for r in records}
        for method in ("fork", "spawn", "forkserver"):
            self.assertIn(method, methods)
            self.assertGreaterEqual(methods[method]["counts"]["processes"], 3)
            self.assertTrue(any("blind" in limit for limit in methods[method]["limits"]))

    def test_scenarios_of_shipped_primitives_are_exhausted(self):
        # Executions: of the check `reference` as GCC 12 compiles it. Exact: each is visited once, and nothing of the harness around a subject
        # adds any.
        golden = {
            ("Lock", "acquire release | acquire release"): 12,
            ("Semaphore", "try_acquire try_acquire : acquire | release(1)"): 5,
            ("Queue", "try_put(1) | try_get"): 2,
            ("Queue", "put(1) | get"): 9,
            ("Queue", "put(1) put(2) : put(3) | get"): 9,
            ("Queue", "get | close"): 9,
            ("Queue.unbounded", "put(1) | get"): 9,
            ("Queue.handshake", "put(1) get : task_done | join"): 9,
            ("LifoQueue", "put(1) | get"): 248,
            ("PriorityQueue", "try_put(1) | try_put(2)"): 12,
            ("Timer", "begin | start"): 52,
            ("Timer", "start : begin finish | cancel_and_wait"): 1085,
            ("ThreadLocal", "touch(1) | touch(2)"): 288,
            ("ipc.Lock", "acquire die | acquire mark_consistent release"): 27,
            ("ipc.RLock", "acquire acquire release release | acquire release"): 90,
            ("ipc.PriorityQueue.core", "try_put(1,0) | try_get"): 12,
            ("ThreadPool.tasks", "submit(1) | end serve"): 12,
            ("ThreadLocal.indices", "claim free claim | claim free claim"): 2214,
        }
        program = json.loads((pathlib.Path(BUILD) / "proberen-checks" / "reference.json").read_text())["variants"].get("explored")
        if program is None:
            self.skipTest("this build has no variant explored")
        found = {}
        for subject, scenario in golden:
            with tempfile.TemporaryDirectory() as folder:
                file = pathlib.Path(folder) / "records.jsonl"
                subprocess.run([program, "run", "--method", "explore", "--variant", "explored", "--subject", subject, "--scenario", scenario,
                                "--time", "20000", "--records", str(file)], check=True, timeout=60)
                (record,) = [json.loads(line) for line in file.read_text().splitlines()]
            found[subject, scenario] = record["counts"]["executions"] if record["complete"] else record
        self.assertEqual(found, golden)

    def test_what_is_wrong_with_a_request_is_one_line_and_status_2(self):
        for words in (["explore", "Lokc"], ["fuzz", "Lock", "--scenario", "acquire("], ["explore", "Lock", "--scenario", "acquire release",
                      "--witness", "nonsense"], ["fuzz", "Lock", "--scenario", "get | put(1)"]):
            refused = proberen(*words, "--build", BUILD)
            self.assertEqual(refused.returncode, 2, refused.stdout + refused.stderr)
            lines = [line for line in refused.stderr.splitlines() if not line.startswith("seed ")]
            self.assertEqual(len(lines), 1, refused.stderr)
        self.assertIn("Lock", proberen("explore", "Lokc", "--build", BUILD).stderr)

    def test_list_and_doctor(self):
        listed = proberen("list", "--build", BUILD)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        for name in ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Queue", "ipc.PlainLock", "Queue.cas-split"):
            self.assertIn(name, listed.stdout)
        self.assertEqual(proberen("doctor", "--build", BUILD).returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
