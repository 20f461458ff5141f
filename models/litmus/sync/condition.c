/* A condition variable with its predicate. HASTY: the flag is set and signalled without the lock, so the signal may come before the wait. */
#include "../litmus.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_int ready;
static int message;

THREAD(waiter) {
  pthread_mutex_lock(&mutex);
  while (load(ready, relaxed) == 0) pthread_cond_wait(&changed, &mutex);
  message += 1;
  pthread_mutex_unlock(&mutex);
}

THREAD(signaller) {
#ifdef HASTY
  store(ready, 1, relaxed);
  pthread_cond_signal(&changed);
#else
  pthread_mutex_lock(&mutex);
  store(ready, 1, relaxed);
  message = 1;
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&mutex);
#endif
}

int main(void) {
  run(waiter, signaller);
  observe(message);
}
