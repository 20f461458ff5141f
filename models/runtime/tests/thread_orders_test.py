#!/usr/bin/env python3
"""In which order threads are created is no difference to how many executions a program has: thread_orders_test.py <folder of the wrappers> <cc>

Random programs of three threads, whose calls are all that can block, be refused or run out of time. The search takes threads in the order of
their creation, so a program whose numbers differ has executions that were left out, or visited twice. PROBEREN_TEST_SEED is the seed of the
first program (default: 1), PROBEREN_TEST_PROGRAMS how many there are (default: 60).
"""
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

WRAPPERS, CC = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
THREADS = 3

ACCESSES = ["RESULT(atomic_load_explicit(&{word}, memory_order_{load}));",
            "atomic_store_explicit(&{word}, {value}, memory_order_{store});",
            "RESULT(atomic_fetch_add_explicit(&{word}, 1, memory_order_{update}));",
            "{{ unsigned old = {value}; RESULT(atomic_compare_exchange_strong_explicit(&{word}, &old, {other}, memory_order_{update}, "
            "memory_order_relaxed)); }}"]
IN_A_SECTION = ["pthread_mutex_lock(&{mutex}); {access} pthread_mutex_unlock(&{mutex});",
                "if (pthread_mutex_trylock(&{mutex}) == 0) {{ {access} pthread_mutex_unlock(&{mutex}); }}",
                "if (pthread_mutex_timedlock(&{mutex}, soon()) == 0) {{ {access} pthread_mutex_unlock(&{mutex}); }}",
                "pthread_rwlock_rdlock(&shared); {access} pthread_rwlock_unlock(&shared);",
                "pthread_rwlock_wrlock(&shared); {access} pthread_rwlock_unlock(&shared);",
                "if (pthread_rwlock_tryrdlock(&shared) == 0) {{ {access} pthread_rwlock_unlock(&shared); }}",
                "if (pthread_rwlock_trywrlock(&shared) == 0) {{ {access} pthread_rwlock_unlock(&shared); }}",
                "pthread_spin_lock(&spin); {access} pthread_spin_unlock(&spin);",
                "if (pthread_spin_trylock(&spin) == 0) {{ {access} pthread_spin_unlock(&spin); }}"]
FUTEX = ["RESULT(syscall(SYS_futex, &{word}, FUTEX_WAIT_PRIVATE, {value}, &second));",
         "RESULT(syscall(SYS_futex, &{word}, FUTEX_WAKE_PRIVATE, {count}));",
         "{{ const struct futex_waitv both[2] = {{{{{value}, (uintptr_t)&x, FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}}, "
         "{{{other}, (uintptr_t)&y, FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}}}}; RESULT(syscall(SYS_futex_waitv, both, 2, 0, soon(), CLOCK_REALTIME)); }}"]
REQUEUE = ["RESULT(syscall(SYS_futex, &{word}, FUTEX_REQUEUE_PRIVATE, {few}, {few}, &{other_word}, 0));",
           "RESULT(syscall(SYS_futex, &{word}, FUTEX_CMP_REQUEUE_PRIVATE, {few}, {count}, &{other_word}, {value}));"]
OTHERS = ["atomic_thread_fence(memory_order_seq_cst);", "pthread_once(&once, first);",
          "sem_post(&semaphore);", "RESULT(sem_trywait(&semaphore));", "RESULT(sem_timedwait(&semaphore, soon()));",
          "{{ int value; sem_getvalue(&semaphore, &value); RESULT(value); }}",
          "pthread_mutex_lock(&waited); RESULT(pthread_cond_timedwait(&condition, &waited, soon())); pthread_mutex_unlock(&waited);",
          "pthread_cond_signal(&condition);", "pthread_cond_broadcast(&condition);"]
THEMES = [ACCESSES + IN_A_SECTION, ACCESSES[1:3] + FUTEX, ACCESSES[1:3] + FUTEX[:2] + REQUEUE, ACCESSES + IN_A_SECTION + FUTEX + OTHERS]

FRAME = """#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#define RESULT(value) (void)(value)
static atomic_uint x, y;
static pthread_mutex_t first_mutex = PTHREAD_MUTEX_INITIALIZER, second_mutex = PTHREAD_MUTEX_INITIALIZER, waited = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_spinlock_t spin;
static sem_t semaphore;
static const struct timespec second = {1, 0};
static void first(void) { atomic_fetch_add(&x, 1); }
static const struct timespec *soon(void) {
  static _Thread_local struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  ++end.tv_sec;
  return &end;
}
%s
int main(int count, char **words) {
  void *(*const bodies[])(void *) = {thread_0, thread_1, thread_2};
  pthread_t threads[3];
  sem_init(&semaphore, 0, 1);
  pthread_spin_init(&spin, 0);
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, bodies[words[1][i] - '0'], 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
"""


def statement(drawn, forms):
    """One of the forms, and what it needs."""
    form = drawn.choice(forms)
    fields = {"word": drawn.choice("xy"), "value": drawn.choice([0, 0, 1]), "other": drawn.choice([0, 1, 2]), "count": drawn.choice([1, 2]),
              "few": drawn.choice([0, 1]), "other_word": drawn.choice("xy"),
              "mutex": drawn.choice(["first_mutex", "first_mutex", "second_mutex"]), "load": drawn.choice(["relaxed", "acquire", "seq_cst"]),
              "store": drawn.choice(["relaxed", "release", "seq_cst"]), "update": drawn.choice(["relaxed", "acq_rel", "seq_cst"])}
    if "{access}" in form:
        fields["access"] = statement(drawn, ACCESSES)
    return form.format(**fields)


def program(seed):
    drawn = random.Random(seed)
    theme = drawn.choice(THEMES)
    forms = drawn.sample(theme, min(6, len(theme))) + ACCESSES[1:2]
    bodies = [" ".join(statement(drawn, forms) for _ in range(drawn.choice([1, 2, 2, 3]))) for _ in range(THREADS)]
    return FRAME % "\n".join(f"static void *thread_{i}(void *mine) {{ {body} return mine; }}" for i, body in enumerate(bodies))


def explore(folder, order, model):
    """The verdict, and the number of executions where it has visited all of them."""
    record = folder / "record.json"
    options = f"record={record} model={model} executions=20000"
    subprocess.run([folder / "program", order], env={**os.environ, "PROBEREN_EXPLORE": options}, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=120)
    found = json.loads(record.read_text())
    record.unlink()
    return found["verdict"], found["counts"]["executions"] if found["verdict"] == "pass" else 0


def main():
    first = int(os.environ.get("PROBEREN_TEST_SEED", "1"))
    programs = int(os.environ.get("PROBEREN_TEST_PROGRAMS", "60"))
    wrong = counted = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in range(first, first + programs):
            text = program(seed)
            (folder / "program.c").write_text(text)
            subprocess.run([WRAPPERS / "proberen-cc", "-O1", "-g", "-w", folder / "program.c", "-o", folder / "program"], check=True,
                           env={**os.environ, "PROBEREN_CC": CC})
            model = "sc" if seed % 4 == 0 else "rc11"
            found = {}
            for order in map("".join, itertools.permutations("012")):
                found[order] = explore(folder, order, model)
                if found[order][0] == "inconclusive":
                    break
            results = set(found.values())
            if any(verdict == "inconclusive" for verdict, _ in results):
                continue
            counted += results != {("fail", 0)}
            if len(results) > 1:
                wrong += 1
                print(f"{model}, PROBEREN_TEST_SEED={seed}: {found}\n{text}")
    print(f"{programs} programs, from seed {first}; {counted} with a number of executions, in six orders each; {wrong} differ")
    return 1 if wrong or 2 * counted < programs else 0


if __name__ == "__main__":
    sys.exit(main())
