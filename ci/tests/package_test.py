#!/usr/bin/env python3
"""Installs the package, builds the example as somebody else's project, and runs the gate on it: the bug must be found and shown."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD, EXAMPLES = map(pathlib.Path, sys.argv[1:3])


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


# Everything that explore.h offers, in one program; natively it runs once, and the header does nothing.
SPEAKS = """#include <proberen/explore.h>
int main(void) {
  int x = (int)proberen_choose(3);
  proberen_assume(x != 2);
  while (x > 2) proberen_spin_hint();
  proberen_observe("x", x);
  proberen_acceptable("x=0");
  proberen_interesting("x=1");
  proberen_forbidden("x=2");
  proberen_assert(x < 2);
  return 0;
}
"""

OUTPUTS = {
    "lock": ["1", "0", "1"],
    "timer": ["cancelled", "hello"],
    "thread_local": ["0", "1"],
    "queue_and_pipe": ['[42, none, "hello"]'] * 2,
    "stop": ["a task", "stopped"],
    "pool": ["1", "4", "9"],
}


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        installed = run("cmake", "--install", BUILD, "--prefix", cls.root / "prefix")
        if installed.returncode != 0:
            raise RuntimeError(installed.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def build(self, example):
        """Builds an example as its author would, and returns where."""
        build = self.root / example
        configured = run("cmake", "-S", EXAMPLES / example, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                         f"-DCMAKE_PREFIX_PATH={self.root / 'prefix'}")
        self.assertEqual(configured.returncode, 0, configured.stderr + configured.stdout)
        self.assertNotIn("-Werror", (build / "build.ninja").read_text(), "our own warnings are nobody else's")
        built = run("cmake", "--build", build)
        self.assertEqual(built.returncode, 0, built.stdout[-4000:] + built.stderr)
        return build

    def test_the_primitives_in_short_programs(self):
        build = self.build("primitives")
        for name, lines in OUTPUTS.items():
            ended = run(build / name, timeout=60)
            self.assertEqual((ended.returncode, ended.stdout.splitlines()), (0, lines), name + ": " + ended.stderr)
            self.assertLess(len((EXAMPLES / "primitives" / f"{name}.cpp").read_text().splitlines()), 30, name)

    def test_a_target_of_somebody_outside_is_explored(self):
        build = self.build("explore")
        proberen = self.root / "prefix" / "bin" / "proberen"
        for program, status, words in (("semaphore", 1, "deadlock"), ("proberen_semaphore", 0, "exhaustive")):
            explored = run(proberen, "explore", f"./{program}", "--json", f"{program}.jsonl", cwd=build, timeout=60)
            self.assertEqual(explored.returncode, status, explored.stdout + explored.stderr)
            self.assertIn(words, explored.stdout)
            self.assertNotIn("debug information", explored.stdout)

    def test_a_program_speaks_to_its_exploration(self):
        for wrapper, name in (("proberen-cc", "speaks.c"), ("proberen-c++", "speaks.cpp")):
            (self.root / name).write_text(SPEAKS)
            built = run(self.root / "prefix" / "bin" / wrapper, name, "-o", "speaks", cwd=self.root)
            self.assertEqual(built.returncode, 0, built.stderr)
            self.assertEqual(run(self.root / "speaks").returncode, 0)
            explored = run(self.root / "speaks", cwd=self.root, env={**os.environ, "PROBEREN_EXPLORE": "record=speaks.jsonl"})
            self.assertEqual(explored.returncode, 0, explored.stderr)
            counts = json.loads((self.root / "speaks.jsonl").read_text())["counts"]
            self.assertEqual(len([count for count in counts if count.startswith("outcome x=")]), 2, counts)
            (self.root / "speaks.jsonl").unlink()

    def test_a_bug_is_found_by_somebody_outside(self):
        build = self.build("my_queue")
        proberen = self.root / "prefix" / "bin" / "proberen"
        gate = run(proberen, "gate", build, "--quick", "--seed", "1", env={**os.environ, "NO_COLOR": "1"})
        self.assertEqual(gate.returncode, 1, gate.stdout + gate.stderr)
        self.assertIn("not-linearizable", gate.stdout)
        self.assertIn("replay:", gate.stdout)
        records = [json.loads(line) for line in (build / "gate" / "records.jsonl").read_text().splitlines()]
        self.assertIn("fail", {r["verdict"] for r in records if r["method"] == "explore"})
        for name in ("report.html", "junit.xml", "summary.md"):
            self.assertTrue((build / "gate" / name).exists(), name)
        explored = {r["configuration"]["variant"]: r for r in records if r["method"] == "explore"}
        self.assertEqual(explored["relacy"]["verdict"], "skipped")
        self.assertTrue(explored["relacy"]["reason"])
        ran = [r for r in records if r["method"] == "explore" and r["configuration"]["variant"] == "explored"]
        self.assertEqual({r["configuration"].get("engine") for r in ran}, {"proberen"})
        self.assertNotIn("skipped", {r["verdict"] for r in ran})
        # On real threads it takes luck, and a gate's second may not be enough of it on a busy machine.
        fuzz = run(proberen, "fuzz", "MyQueue", "--seed", "1", "--time", "60", "--json", "fuzz.jsonl", cwd=build)
        self.assertEqual(fuzz.returncode, 1, fuzz.stdout + fuzz.stderr)
        (found,) = [json.loads(line)["failure"] for line in (build / "fuzz.jsonl").read_text().splitlines()]
        self.assertLessEqual(sum(len(thread.split()) for thread in found["scenario"].split("|")), 12, found["scenario"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
