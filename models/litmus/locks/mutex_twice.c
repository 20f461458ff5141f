/* A mutex locked twice by its owner: RECURSIVE ones may be. */
#define _GNU_SOURCE
#include "../litmus.h"

static pthread_mutex_t mutex;
static int counter;

THREAD(body) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&mutex);
  counter += 1;
  pthread_mutex_unlock(&mutex);
  pthread_mutex_unlock(&mutex);
}

int main(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
#ifdef RECURSIVE
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
#endif
  pthread_mutex_init(&mutex, &attributes);
  run_times(2, body);
  observe(counter);
}
