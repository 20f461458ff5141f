// A hundred threads sleep at one futex, the last of them with a bit of its own. It is woken alone, then one of the others, then the rest.
// expect: pass
// options: search=random executions=20 seed=1
#define _GNU_SOURCE
#include <assert.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { kThreads = 100, kLast = 1, kOthers = 2 };
static atomic_int word, called;

static long wake(int most, int bit) {
  called |= bit;
  return syscall(SYS_futex, &word, FUTEX_WAKE_BITSET, most, 0, 0, bit);
}

static void* sleep_with(void* bit) {
  if (syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 0, 0, 0, *(int*)bit) == 0) assert((called & *(int*)bit) != 0);
  return 0;
}

int main(void) {
  static int last = kLast, others = kOthers;
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) pthread_create(&threads[i], 0, sleep_with, i + 1 < kThreads ? &others : &last);
  word = 1;  // who has not gone to sleep does not any more
  assert(wake(INT_MAX, kLast) <= 1);
  const long one = wake(1, kOthers), rest = wake(INT_MAX, kOthers);
  assert(one == 1 || (one == 0 && rest == 0));
  for (int i = 0; i < kThreads; ++i) pthread_join(threads[i], 0);  // all come: nobody sleeps on
}
