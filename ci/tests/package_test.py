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


class Package(unittest.TestCase):
    def test_a_bug_is_found_by_somebody_outside(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            installed = run("cmake", "--install", BUILD, "--prefix", root / "prefix")
            self.assertEqual(installed.returncode, 0, installed.stderr)
            configured = run("cmake", "-S", EXAMPLES / "my_queue", "-B", root / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                             f"-DCMAKE_PREFIX_PATH={root / 'prefix'}")
            self.assertEqual(configured.returncode, 0, configured.stderr + configured.stdout)
            flags = run("cat", root / "build" / "build.ninja").stdout
            self.assertNotIn("-Werror", flags, "our own warnings are nobody else's")
            built = run("cmake", "--build", root / "build")
            self.assertEqual(built.returncode, 0, built.stdout[-4000:] + built.stderr)
            proberen = root / "prefix" / "bin" / "proberen"
            gate = run(proberen, "gate", root / "build", "--quick", "--seed", "1", env={**os.environ, "NO_COLOR": "1"})
            self.assertEqual(gate.returncode, 1, gate.stdout + gate.stderr)
            self.assertIn("not-linearizable", gate.stdout)
            self.assertIn("replay:", gate.stdout)
            records = [json.loads(line) for line in (root / "build" / "gate" / "records.jsonl").read_text().splitlines()]
            found = [r for r in records if r["method"] == "fuzz" and r["verdict"] == "fail"]
            self.assertTrue(found, "fuzz must find it")
            self.assertLessEqual(sum(len(t.split()) for t in found[0]["failure"]["scenario"].split("|")), 8, found[0]["failure"]["scenario"])
            for name in ("report.html", "junit.xml", "summary.md"):
                self.assertTrue((root / "build" / "gate" / name).exists(), name)
            explored = [r for r in records if r["method"] == "explore"]
            self.assertEqual([r["verdict"] for r in explored], ["skipped"])
            self.assertTrue(explored[0]["reason"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
