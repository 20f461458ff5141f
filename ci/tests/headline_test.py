"""The program of the front page: ten lines, nothing special, and it deadlocks; with proberen::Semaphore it does not.

  headline_test.py <proberen> <folder of proberen-c++> <source folder>
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROBEREN, WRAPPERS, SOURCE = (pathlib.Path(word) for word in sys.argv[1:4])
del sys.argv[1:4]


class HeadlineTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def build(self, name, *more):
        subprocess.run([WRAPPERS / "proberen-c++", "-O1", "-std=c++20", *more, SOURCE / "examples/explore" / f"{name}.cpp", "-o", self.folder / name],
                       check=True)

    def explore(self, *words, status):
        file = self.folder / "records.jsonl"
        file.unlink(missing_ok=True)
        done = subprocess.run([PROBEREN, *words, "--json", file], cwd=self.folder, text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(file.read_text().splitlines()[0])

    def test_the_semaphore_of_the_compiler_loses_a_wake_up(self):
        self.build("semaphore")
        failure = self.explore("explore", "./semaphore", status=1)["failure"]
        self.assertEqual(failure["kind"], "deadlock")
        self.assertIn("futex", failure["message"])
        last = [step for step in failure["interleaving"]][-1]
        self.assertIn("sleepers", last["text"])  # it goes to sleep, on a value that is no longer there
        again = self.explore("replay", failure["witness"], "./semaphore", status=1)["failure"]
        self.assertEqual([step["text"] for step in again["interleaving"]], [step["text"] for step in failure["interleaving"]])

    def test_a_witness_is_of_one_build(self):
        self.build("semaphore")
        witness = self.explore("explore", "./semaphore", status=1)["failure"]["witness"]
        self.build("semaphore", "-DOTHER", "-O2")
        done = subprocess.run([PROBEREN, "replay", witness, "./semaphore"], cwd=self.folder, text=True, capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("belongs to build", done.stderr)

    def test_ours_does_not(self):
        native = SOURCE / "primitives/native"
        self.build("proberen_semaphore", f"-I{SOURCE}/primitives", native / "native_platform.cpp", native / "stop.cpp")
        record = self.explore("explore", "./proberen_semaphore", status=0)
        self.assertTrue(record["complete"])


unittest.main()
