// expect: pass complete
// executions: 126
//
// A lock that is waited for with and without a limit of time, and tried: every order of its holders once, whoever comes first.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static atomic_uint x;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *waits_long(void *argument) {
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  ++soon.tv_sec;
  if (pthread_mutex_timedlock(&mutex, &soon) == 0) pthread_mutex_unlock(&mutex);
  atomic_load_explicit(&x, memory_order_relaxed);
  return argument;
}

static void *tries(void *argument) {
  atomic_load_explicit(&x, memory_order_acquire);
  if (pthread_mutex_trylock(&mutex) == 0) pthread_mutex_unlock(&mutex);
  return argument;
}

static void *locks(void *argument) {
  pthread_mutex_lock(&mutex);
  atomic_fetch_add_explicit(&x, 1, memory_order_relaxed);
  pthread_mutex_unlock(&mutex);
  atomic_store_explicit(&x, 1, memory_order_relaxed);
  return argument;
}

int main(void) {
  void *(*const bodies[])(void *) = {waits_long, tries, locks};
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) pthread_create(&threads[i], 0, bodies[i], 0);
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], 0);
  return 0;
}
