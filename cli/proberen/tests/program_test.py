"""`proberen explore ./program` and `proberen replay`, from outside. The programs are small scripts.

  program_test.py <proberen> [unittest arguments]
"""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True  # the source folder stays as it is

from harness import PROBEREN, CliTest, subject, wait_for  # noqa: E402

FAKE = (pathlib.Path(__file__).parent / "fake_program.py").read_text()


class ProgramTest(CliTest):
    def program(self, does, name="program"):
        path = self.folder / name
        path.write_text(f"#!{sys.executable} -S\nDOES = {does!r}\n{FAKE}")
        path.chmod(0o755)
        return f"./{name}"

    def orders(self, *words, status=0):
        self.run_cli(*words, status=status)
        return json.loads((self.folder / "orders").read_text())

    def test_the_verdict_is_the_exit_status(self):
        for does, status in (("pass", 0), ("fail", 1), ("inconclusive", 3)):
            self.run_cli("explore", self.program(does), "--json", "r.jsonl", status=status)
            self.assertEqual([r["verdict"] for r in self.records(self.folder / "r.jsonl")], [does])

    def test_a_failure_is_shown_with_its_lanes_and_how_to_replay_it(self):
        text = self.run_cli("explore", self.program("fail"), "a b", "--memory-model", "sc", status=1).stdout
        self.assertRegex(text, r"(?m)^ +thread 0 +thread 1$")
        self.assertIn("load acquire → 0", text)
        self.assertIn("replay:   proberen replay P1-abc ./program --memory-model sc 'a b'\n", text)
        self.assertNotIn("1  thread 0", text)
        self.assertRegex(self.run_cli("explore", "./program", "--trace", status=1).stdout, r"(?m)^1  thread 0  store relaxed 1 +a.cpp:3$")

    def test_what_the_program_is_told(self):
        program = self.program("note")
        orders, arguments = self.orders("explore", program)
        self.assertEqual(arguments, [])
        record = orders.pop("record")
        self.assertFalse(pathlib.Path(record).exists())
        orders.pop("seed")
        self.assertEqual(orders, {"model": "rc11", "search": "exhaustive", "races": "fail"})
        self.assertEqual(self.orders("explore", program, "--jobs", 3)[0]["jobs"], "3")
        orders, arguments = self.orders("explore", program, "one", "--search", "pct", "--depth", 2, "--seed", 7, "--executions", 9, "--time", "1.5",
                                        "--bound", "preemptions=2", "--data-races", "explore", "--spurious", "--leaks", "--trace", "--", "--two")
        self.assertEqual(arguments, ["one", "--two"])
        orders.pop("record")
        self.assertEqual(orders, {"model": "rc11", "search": "pct", "depth": "2", "seed": "7", "executions": "9", "time_ms": "1500",
                                  "preemptions": "2", "races": "explore", "spurious": "1", "leaks": "1", "trace": "1"})

    def test_a_sampled_search_has_a_limit_and_a_seed(self):
        program = self.program("note")
        self.assertEqual(self.orders("explore", program, "--search", "random")[0]["time_ms"], "3000")
        self.assertNotIn("time_ms", self.orders("explore", program, "--search", "random", "--executions", 5)[0])
        self.assertTrue(self.run_cli("explore", program, "--search", "surw", "--seed", 3, status=0).stdout.startswith("seed 3\n"))

    def test_replay(self):
        orders, arguments = self.orders("replay", "P1-abc", self.program("note"), "x")
        self.assertEqual((orders["search"], orders["witness"], arguments), ("replay", "P1-abc", ["x"]))
        (self.folder / "saved").write_text("P1-def\n")
        self.assertEqual(self.orders("replay", "saved", "./program")[0]["witness"], "P1-def")
        self.assertEqual(self.refused("replay", "P1", self.program("refuse")), "proberen: the witness belongs to another build of this program\n")
        self.assertIn("is no program", self.refused("replay", "P1", "program"))

    def test_programs_that_do_not_know_the_engine(self):
        shutil.copy("/bin/true", self.folder / "plain")
        words = "was not built with proberen-cc or proberen-c++"
        self.assertIn(f"'./plain' {words}", self.refused("explore", "./plain"))
        self.assertIn(f"'./program' {words}", self.refused("explore", self.program("nothing")))

    def test_programs_that_die_cost_a_record(self):
        text = self.run_cli("explore", self.program("die"), status=1).stdout
        self.assertIn("the program died outside an exploration: SIGSEGV", text)
        self.assertIn("last words", text)

    def test_requests_that_are_wrong(self):
        program = self.program("pass")
        self.assertIn("no program './nowhere'", self.refused("explore", "./nowhere"))
        (self.folder / "text").write_text("")
        self.assertIn("cannot be executed", self.refused("explore", "./text"))
        for words in (["--bound", "x=1"], ["--bound", "preemptions=-1"], ["--memory-model", "tso"], ["--search", "all"], ["--executions", "0"]):
            self.refused("explore", program, *words)
        self.assertIn("--quick belongs to subjects", self.refused("explore", program, "--quick"))
        self.check("queue", subject("Queue"))
        self.assertIn("--search belongs to a program", self.refused("explore", "Queue", "--search", "pct"))
        self.run_cli("explore", "Queue", status=0)

    def start(self, does):
        self.program(does)
        command = [PROBEREN, "explore", "./program", "--json", "r.jsonl"]
        child = subprocess.Popen(command, cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for((self.folder / "ready").exists, "the program")
        return child

    def interrupted(self, does, signals, number=signal.SIGINT, pause=0.3):
        child = self.start(does)
        for _ in range(signals):
            child.send_signal(number)
            time.sleep(pause)
        output, errors = child.communicate(timeout=30)
        self.assertEqual(child.returncode, 128 + number, output + errors)
        return output, errors

    def test_an_interrupted_search_leaves_what_it_has(self):
        output, errors = self.interrupted("wait", 1)
        self.assertIn("inconclusive", output)
        self.assertEqual(errors, "proberen: interrupted; the record so far is in r.jsonl\n")
        self.assertEqual([r["reason"] for r in self.records(self.folder / "r.jsonl")], ["interrupted"])

    def test_a_signal_that_comes_twice_at_once_is_one(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            output, _ = self.interrupted("wait", 2, number, 0.01)
            self.assertIn("inconclusive", output)
            (self.folder / "ready").unlink()

    def test_signals_that_go_on_to_the_end_change_nothing_of_how_it_ends(self):
        child = self.start("wait")
        while child.poll() is None:
            child.send_signal(signal.SIGINT)
        output, errors = child.communicate()
        self.assertEqual(child.returncode, 128 + signal.SIGINT, output + errors)
        self.assertIn("proberen: interrupted", errors)

    def test_a_second_interrupt_kills(self):
        _, errors = self.interrupted("deaf", 2)
        self.assertEqual(errors, "proberen: interrupted; the program left no record\n")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: program_test.py <proberen>")
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
