#!/usr/bin/env python3
"""Two engines, one set of litmus programs: the same outcomes, but where differences.tsv says which and why.

  differential_test.py PEER_EXPLORED PEER_RELACY
"""
import pathlib
import subprocess
import sys
import unittest

EXPLORED, RELACY = sys.argv[1:3]
DIFFERENCES = pathlib.Path(__file__).with_name("differences.tsv")


def outcomes_of(peer):
    done = subprocess.run([peer, "outcomes"], capture_output=True, text=True, timeout=60, check=True)
    return {tuple(line.split("\t")) for line in done.stdout.splitlines()}


class Differential(unittest.TestCase):
    maxDiff = None

    def test_the_engines_differ_only_where_it_is_said_why(self):
        explored, relacy = outcomes_of(EXPLORED), outcomes_of(RELACY)
        self.assertEqual({program for program, _ in explored}, {program for program, _ in relacy})
        self.assertGreaterEqual(len({program for program, _ in explored}), 40)
        rows = [line.split("\t") for line in DIFFERENCES.read_text().splitlines() if not line.startswith("#")]
        expected = {(program, outcome): who for program, outcome, who, why in rows if why}
        found = {key: "explored" for key in explored - relacy} | {key: "relacy" for key in relacy - explored}
        self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
