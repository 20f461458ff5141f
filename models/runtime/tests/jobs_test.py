#!/usr/bin/env python3
"""Searches that several processes share: jobs_test.py <folder of the wrappers> <cc> <c++>"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

WRAPPERS, COMPILERS = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:4]

ADDS = """
#include <pthread.h>
#include <stdatomic.h>
#include <proberen/explore.h>
atomic_int x;
static void* add(void* mine) { for (int i = 0; i < TURNS; ++i) *(int*)mine = atomic_fetch_add(&x, 1); return mine; }
int main(void) {
  pthread_t threads[THREADS];
  int last[THREADS];
  for (int i = 0; i < THREADS; ++i) pthread_create(&threads[i], 0, add, &last[i]);
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], 0);
  proberen_observe("first", last[0]);
  proberen_observe("second", last[1]);
  FAILS
}
"""
# Loads and locks too: other kinds of alternatives.
MIXED = """
#include <pthread.h>
#include <stdatomic.h>
#include <proberen/explore.h>
atomic_int x, y;
int held;
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* turn(void* number) {
  const int mine = (int)(long)number;
  atomic_store_explicit(&x, mine, memory_order_relaxed);
  pthread_mutex_lock(&mutex);
  held = held * 2 + mine;
  pthread_mutex_unlock(&mutex);
  int expected = mine;
  atomic_compare_exchange_strong(&y, &expected, mine + atomic_load_explicit(&x, memory_order_relaxed));
  return number;
}
int main(void) {
  pthread_t threads[3];
  for (long i = 0; i < 3; ++i) pthread_create(&threads[i], 0, turn, (void*)i);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  proberen_observe("held", held);
  proberen_observe("y", y);
}
"""


class Jobs(unittest.TestCase):
    def setUp(self):
        keeper = tempfile.TemporaryDirectory()
        self.addCleanup(keeper.cleanup)
        self.folder = pathlib.Path(keeper.name)
        self.environment = {**os.environ, "PROBEREN_CC": COMPILERS[0], "PROBEREN_CXX": COMPILERS[1]}

    def build(self, text, *words):
        (self.folder / "program.c").write_text(text)
        subprocess.run([WRAPPERS / "proberen-cc", *words, "program.c", "-o", "program"], cwd=self.folder, env=self.environment, check=True)

    def start(self, options):
        return subprocess.Popen(["./program"], cwd=self.folder, stderr=subprocess.PIPE, text=True,
                                env={**self.environment, "PROBEREN_EXPLORE": f"record=records.jsonl {options}"})

    def explore(self, options, status):
        search = self.start(options)
        _, said = search.communicate(timeout=60)
        self.assertEqual(search.returncode, status, said)
        record, = [json.loads(line) for line in (self.folder / "records.jsonl").read_text().splitlines()]
        (self.folder / "records.jsonl").unlink()
        return record

    def adds(self, threads, turns, fails=""):
        self.build(ADDS, f"-DTHREADS={threads}", f"-DTURNS={turns}", f"-DFAILS={fails}")

    def test_the_counts_are_those_of_one_process(self):
        for build in (lambda: self.adds(3, 3), lambda: self.adds(4, 2), lambda: self.build(MIXED)):
            build()
            alone = self.explore("", 0)
            self.assertGreater(len([count for count in alone["counts"] if count.startswith("outcome")]), 3)
            for jobs in (1, 2, 3):
                shared = self.explore(f"jobs={jobs}", 0)
                self.assertEqual((shared["verdict"], shared["complete"], shared["counts"]), ("pass", True, alone["counts"]), f"jobs={jobs}")

    def test_the_first_failure_ends_all(self):
        self.adds(5, 2, "proberen_assert(last[4] != 1 || last[3] != 3);")
        for jobs in (1, 2, 3):
            record = self.explore(f"jobs={jobs}", 1)
            self.assertEqual((record["failure"]["kind"], record["complete"]), ("assertion", False))
            self.assertTrue(record["failure"]["interleaving"])
            again = self.explore(f"search=replay witness={record['failure']['witness']}", 1)
            self.assertEqual(again["failure"]["message"], record["failure"]["message"])

    def test_a_race_that_is_to_be_explored_is_everybodys(self):
        self.build("""
          #include <pthread.h>
          #include <proberen/explore.h>
          int x, y;
          static void* add(void* unused) { ++x; ++y; return unused; }
          int main(void) {
            pthread_t threads[3];
            for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, add, 0);
            for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
            proberen_observe("x", x);
            proberen_observe("y", y);
          }""")
        alone = self.explore("races=explore", 0)
        for jobs in (2, 3):
            self.assertEqual(self.explore(f"races=explore jobs={jobs}", 0)["counts"], alone["counts"])

    def test_a_budget_is_for_all_together(self):
        self.adds(5, 2)
        for jobs in (1, 2, 3):
            record = self.explore(f"jobs={jobs} executions=5000", 3)
            self.assertEqual((record["counts"]["executions"], record["reason"]), (5000, "a budget ended before every execution was visited"))

    def test_a_process_that_dies_is_an_error(self):
        self.adds(6, 2)
        search = self.start("jobs=2")
        self.addCleanup(search.kill)
        time.sleep(0.5)
        workers = pathlib.Path(f"/proc/{search.pid}/task/{search.pid}/children").read_text().split()
        self.assertEqual(len(workers), 2)
        os.kill(int(workers[0]), signal.SIGKILL)
        _, said = search.communicate(timeout=10)
        self.assertEqual((search.returncode, said),
                         (2, "proberen: a process of the search died of signal 9 (Killed): its part of the executions was not visited\n"))
        self.assertFalse((self.folder / "records.jsonl").exists())
        self.assertFalse(pathlib.Path(f"/proc/{workers[1]}").exists())

    def test_workers_follow_the_first_process(self):
        self.adds(6, 2)
        search = self.start("jobs=2")
        time.sleep(0.5)
        workers = pathlib.Path(f"/proc/{search.pid}/task/{search.pid}/children").read_text().split()
        search.kill()
        search.communicate()
        deadline = time.monotonic() + 5
        while any(pathlib.Path(f"/proc/{worker}/exe").exists() for worker in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse([worker for worker in workers if pathlib.Path(f"/proc/{worker}/exe").exists()])

    def test_what_cannot_be_shared_is_refused(self):
        self.adds(2, 1)
        for options in ("search=random jobs=2", "jobs=0", "jobs=65"):
            search = self.start(options)
            _, said = search.communicate(timeout=10)
            self.assertEqual(search.returncode, 2)
            self.assertRegex(said, r"\Aproberen: PROBEREN_EXPLORE: jobs=[^\n]+\n\Z")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
