// A join in time, or too late: then the clock agrees, and the thread is still to be joined.
// expect: pass complete
// outcomes: late=0 late again=0: *, late=1 late again=0: *, late=1 late again=1: *
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include <proberen/explore.h>

static void* end(void* unused) { return unused; }

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, end, 0);
  struct timespec deadline, now;
  clock_gettime(CLOCK_MONOTONIC, &deadline);
  deadline.tv_sec += 3;
  const int late = pthread_clockjoin_np(thread, 0, CLOCK_MONOTONIC, &deadline);
  assert(late == 0 || late == ETIMEDOUT);
  int late_again = 0;
  if (late) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert(now.tv_sec >= deadline.tv_sec);
    late_again = pthread_timedjoin_np(thread, 0, &deadline);
    if (late_again) pthread_join(thread, 0);
  }
  proberen_observe("late", late != 0);
  proberen_observe("late again", late_again != 0);
}
