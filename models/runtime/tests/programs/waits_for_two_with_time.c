// expect: pass complete
// executions: 5
// outcomes: woken=0: 2, woken=11: 1, woken=12: 2
//
// A wait for several futexes that may end by itself, and is over then: later wake-ups are not meant for it. Wrong requests are refused.
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <linux/futex.h>
#include <proberen/explore.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_uint words[2];

static void *change(void *argument) {
  atomic_uint *word = argument;
  *word = 1;
  return (void *)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1);
}

static int refused(const struct futex_waitv *waiters, unsigned count, unsigned flags, int clock) {
  const struct timespec past = {0, 0};
  return syscall(SYS_futex_waitv, waiters, count, flags, &past, clock) == -1 && errno == EINVAL;
}

int main(void) {
  struct futex_waitv waiters[2] = {{0, (uintptr_t)&words[0], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0},
                                   {0, (uintptr_t)&words[1], FUTEX_32 | FUTEX_PRIVATE_FLAG, 0}};
  assert(refused(0, 2, 0, CLOCK_MONOTONIC) && refused(waiters, 0, 0, CLOCK_MONOTONIC) && refused(waiters, 129, 0, CLOCK_MONOTONIC));
  assert(refused(waiters, 2, 1, CLOCK_MONOTONIC) && refused(waiters, 2, 0, CLOCK_PROCESS_CPUTIME_ID));
  waiters[1].flags = 0;
  assert(refused(waiters, 2, 0, CLOCK_MONOTONIC));
  waiters[1].flags = FUTEX_32 | FUTEX_PRIVATE_FLAG;
  pthread_t thread;
  pthread_create(&thread, 0, change, &words[0]);
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += 1;
  const long woken = syscall(SYS_futex_waitv, waiters, 2, 0, &end, CLOCK_MONOTONIC);
  assert(woken == 0 || (woken == -1 && (errno == EAGAIN || errno == ETIMEDOUT)));
  const int is_over = woken == -1 && errno == ETIMEDOUT;
  void *told;
  pthread_join(thread, &told);
  assert((told != 0) == (woken == 0));  // whom it says that it woke
  proberen_observe("woken", woken == 0 ? 0 : is_over ? 11 : 12);
  return 0;
}
