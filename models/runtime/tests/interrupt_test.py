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
# A wait that asks neither the runtime nor the processor: a system call of its own.
KERNEL = """
#include <linux/futex.h>
static int word;
int main(void) {
  register long no_timeout __asm__("r10") = 0;
  long call = 202;
  __asm__ volatile("syscall" : "+a"(call) : "D"(&word), "S"(FUTEX_WAIT_PRIVATE), "d"(0), "r"(no_timeout) : "rcx", "r11", "memory");
}
"""
# What is said of where the execution was that had to be left.
RAN_ON = r"; thread 0 then ran on and on at .*/program\.c:1"
WAITED = r"; thread 0 then waited in the kernel at .*/program\.c:7"


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
        self.assertEqual((record["verdict"], record["complete"]), ("inconclusive", False))
        self.assertRegex(record["reason"], f"^{reason}$")
        (self.folder / "records.jsonl").unlink()
        return record["counts"]

    def interrupted(self, source, number, options="events=1000000000", where=""):
        search = self.start(source, options)
        time.sleep(0.7)
        search.send_signal(number)
        search.send_signal(number)  # as timeout(1) does
        return self.check_end(search, "the search was interrupted" + where)

    def test_what_was_visited_is_kept(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for jobs in (1, 2, 3):
                self.assertGreater(self.interrupted(MANY, number, f"jobs={jobs}")["executions"], 0)

    def test_an_execution_without_end_is_left(self):
        for source, where in (STEPS, ""), (WRITES, ""), (NOTHING, RAN_ON), (KERNEL, WAITED):
            for number in (signal.SIGINT, signal.SIGTERM):
                self.assertEqual(self.interrupted(source, number, where=where)["executions"], 0)
            self.assertEqual(self.interrupted(source, signal.SIGTERM, "jobs=2 events=1000000000", where)["executions"], 0)

    def test_a_budget_of_time_ends_it_too(self):
        for source, where in (MANY, ""), (STEPS, ""), (NOTHING, RAN_ON), (KERNEL, WAITED):
            for jobs in (1, 2):
                search = self.start(source, f"jobs={jobs} time_ms=700 events=1000000000")
                self.check_end(search, "a budget ended before every execution was visited" + where)

    def test_a_wait_in_the_kernel_is_not_for_ever(self):
        search = self.start(KERNEL, "")
        self.assertEqual(search.wait(timeout=20), 1)
        record = json.loads((self.folder / "records.jsonl").read_text())
        self.assertEqual(record["failure"]["kind"], "unsupported")
        self.assertRegex(record["failure"]["message"], "waits for seconds in the kernel")
        self.assertRegex(record["failure"]["location"], r"program\.c:7$")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
