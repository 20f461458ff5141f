// Conditions with attributes: the clock of deadlines, and sharing by processes.
// expect: pass complete
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void wait_with(const pthread_condattr_t* attributes, clockid_t clock) {
  pthread_cond_t condition;
  pthread_cond_init(&condition, attributes);
  struct timespec deadline, after;
  clock_gettime(clock, &deadline);
  deadline.tv_sec += 2;
  pthread_mutex_lock(&mutex);
  assert(pthread_cond_timedwait(&condition, &mutex, &deadline) == ETIMEDOUT);
  pthread_mutex_unlock(&mutex);
  clock_gettime(clock, &after);
  assert(after.tv_sec >= deadline.tv_sec);
  pthread_cond_destroy(&condition);
}

int main(void) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  wait_with(&attributes, CLOCK_MONOTONIC);
  pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  wait_with(&attributes, CLOCK_MONOTONIC);
  pthread_condattr_setclock(&attributes, CLOCK_REALTIME);
  wait_with(&attributes, CLOCK_REALTIME);
}
