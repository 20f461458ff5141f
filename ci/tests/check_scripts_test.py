#!/usr/bin/env python3
"""The hygiene checks catch what they are for: each is run on a small tree or file with one thing wrong, and on one with nothing wrong."""
import pathlib
import subprocess
import tempfile
import unittest

CI = pathlib.Path(__file__).resolve().parent.parent


def run(script, *arguments):
    return subprocess.run([CI / script, *arguments], capture_output=True, text=True)


class Floors(unittest.TestCase):
    def tree(self, files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    def test_down_is_fine(self):
        root = self.tree({"primitives/proberen/lock.hpp": "", "fuzz/fuzz.cpp": '#include "proberen/lock.hpp"\n'})
        self.assertEqual(run("check-floors", root).returncode, 0)

    def test_up_is_refused(self):
        root = self.tree({"primitives/proberen/lock.hpp": '#include "proberen/record.hpp"\n', "reports/record/proberen/record.hpp": ""})
        result = run("check-floors", root)
        self.assertEqual(result.returncode, 1)
        self.assertIn("primitives/proberen/lock.hpp:1: primitives must not use reports/record", result.stdout)

    def test_methods_stand_side_by_side(self):
        root = self.tree({"fuzz/private.hpp": "", "stress/stress.cpp": '#include "fuzz/private.hpp"\n'})
        self.assertEqual(run("check-floors", root).returncode, 1)

    def test_an_empty_tree_is_no_pass(self):
        self.assertEqual(run("check-floors", self.tree({"README.md": ""})).returncode, 2)


class Atomics(unittest.TestCase):
    GOOD = """
      // (1) release: synchronizes with the acquire (2)
      word.store(1, std::memory_order_release);
      // (2) acquire: synchronizes with the release (1)
      word.load(std::memory_order_acquire);
    """

    def check(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".hpp") as file:
            file.write(text)
            file.flush()
            return run("check-atomics", file.name)

    def test_a_pair(self):
        self.assertEqual(self.check(self.GOOD).returncode, 0)

    def test_a_dangling_number(self):
        self.assertIn("not defined", self.check(self.GOOD.replace("acquire (2)", "acquire (3)")).stdout)

    def test_a_pair_named_from_one_end_only(self):
        text = self.GOOD + "\n// (3) acquire: synchronizes with the release (1)\n"
        self.assertIn("does not name (3)", self.check(text).stdout)

    def test_an_order_without_a_number(self):
        self.assertIn("without a number", self.check("\n\nword.load(std::memory_order_acquire);\n").stdout)


if __name__ == "__main__":
    unittest.main()
