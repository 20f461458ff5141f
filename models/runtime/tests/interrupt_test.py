#!/usr/bin/env python3
"""Searches that are told to end, by a signal or by their budget: interrupt_test.py <folder of the wrappers> <cc> <c++>"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

WRAPPERS, CC = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
SECONDS = 5  # a search that is told to end must have ended by then

MANY = """
#include <pthread.h>
#include <stdatomic.h>
atomic_int x;
static void* add(void* unused) { for (int i = 0; i < 4; ++i) atomic_fetch_add(&x, 1); return unused; }
int main(void) {
  pthread_t threads[6];
  for (int i = 0; i < 6; ++i) pthread_create(&threads[i], 0, add, 0);
  for (int i = 0; i < 6; ++i) pthread_join(threads[i], 0);
}
"""
# One execution without end: of steps, of writes that are no steps, of nothing that could be seen.
STEPS = "#include <stdatomic.h>\nint main(void) { atomic_int x = 0; for (;;) atomic_fetch_add(&x, 1); }\n"
WRITES = "long turns;\nint main(void) { for (;;) { ++turns; __asm__ volatile(\"\" ::: \"memory\"); } }\n"
NOTHING = "int main(void) { for (;;) __asm__ volatile(\"\"); }\n"


class Interrupt(unittest.TestCase):
    def setUp(self):
        self.keeper = tempfile.TemporaryDirectory()
        self.addCleanup(self.keeper.cleanup)
        self.folder = pathlib.Path(self.keeper.name)

    def start(self, source, options):
        (self.folder / "program.c").write_text(source)
        subprocess.run([WRAPPERS / "proberen-cc", "program.c", "-o", "program"], cwd=self.folder, env={**os.environ, "PROBEREN_CC": CC}, check=True)
        search = subprocess.Popen(["./program"], cwd=self.folder, stderr=subprocess.PIPE, text=True, start_new_session=True,
                                  env={**os.environ, "PROBEREN_EXPLORE": f"record=records.jsonl {options}"})
        self.addCleanup(search.communicate)
        self.addCleanup(search.kill)
        return search

    def check_end(self, search, reason):
        self.assertEqual(search.wait(timeout=SECONDS), 3)
        record, = [json.loads(line) for line in (self.folder / "records.jsonl").read_text().splitlines()]
        self.assertEqual((record["verdict"], record["complete"], record["reason"]), ("inconclusive", False, reason))
        (self.folder / "records.jsonl").unlink()
        return record["counts"]

    def interrupted(self, source, number, options="events=1000000000"):
        search = self.start(source, options)
        time.sleep(0.7)
        search.send_signal(number)
        search.send_signal(number)  # as timeout(1) does
        return self.check_end(search, "the search was interrupted")

    def test_what_was_visited_is_kept(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for jobs in (1, 2, 3):
                self.assertGreater(self.interrupted(MANY, number, f"jobs={jobs}")["executions"], 0)

    def test_an_execution_without_end_is_left(self):
        for source in (STEPS, WRITES, NOTHING):
            for number in (signal.SIGINT, signal.SIGTERM):
                self.assertEqual(self.interrupted(source, number)["executions"], 0)
            self.assertEqual(self.interrupted(source, signal.SIGTERM, "jobs=2 events=1000000000")["executions"], 0)

    def test_a_budget_of_time_ends_it_too(self):
        for source in (MANY, STEPS):
            for jobs in (1, 2):
                self.check_end(self.start(source, f"jobs={jobs} time_ms=300 events=1000000000"), "a budget ended before every execution was visited")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
