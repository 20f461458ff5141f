/* A signal after the lock was given back is as good; IF: without the loop, one wake-up is taken for the other's. */
#include "../litmus.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int items, taken;

THREAD(consumer) {
  pthread_mutex_lock(&mutex);
#ifdef IF
  if (items == 0) pthread_cond_wait(&changed, &mutex);
#else
  while (items == 0) pthread_cond_wait(&changed, &mutex);
#endif
  proberen_assert(items > 0);
  items -= 1;
  taken += 1;
  pthread_mutex_unlock(&mutex);
}

THREAD(producer) {
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&mutex);
    items += 1;
    pthread_mutex_unlock(&mutex);
    pthread_cond_signal(&changed);
  }
}

int main(void) {
  run(consumer, consumer, producer);
  observe(taken);
}
