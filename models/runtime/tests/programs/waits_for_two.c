// expect: pass complete
// executions: 13
// outcomes: woken=0: 3, woken=1: 2, woken=11: 8
//
// One thread sleeps at two futexes at once (futex_waitv(2)). Each of the others changes a word and wakes whoever sleeps there.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <proberen/explore.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_uint words[2];

static void *change(void *argument) {
  atomic_uint *word = argument;
  *word = 1;
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
  return 0;
}

int main(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], 0, change, &words[i]);
  const struct futex_waitv waiters[2] = {{0, (uintptr_t)&words[0], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
                                         {0, (uintptr_t)&words[1], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}};
  const long woken = syscall(SYS_futex_waitv, waiters, 2, 0, 0, 0);
  if (woken < 0) assert(errno == EAGAIN);
  assert(woken >= 0 ? words[woken] == 1 : words[0] + words[1] > 0);
  proberen_observe("woken", woken < 0 ? 11 : woken);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], 0);
  return 0;
}
