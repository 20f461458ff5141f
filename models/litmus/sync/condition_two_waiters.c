/* Two waiters for one event. ONE: only one of them is woken, and the other sleeps for ever. */
#include "../litmus.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int ready, woken;

THREAD(waiter) {
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&changed, &mutex);
  woken += 1;
  pthread_mutex_unlock(&mutex);
}

THREAD(signaller) {
  pthread_mutex_lock(&mutex);
  ready = 1;
#ifdef ONE
  pthread_cond_signal(&changed);
#else
  pthread_cond_broadcast(&changed);
#endif
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  run(waiter, waiter, signaller);
  observe(woken);
}
