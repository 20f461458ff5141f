// Whether the time of the lock is over or not, thread 1 waits for ever.
// expect: fail deadlock
#include <pthread.h>
#include <time.h>

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* waits(void* unused) {
  pthread_mutex_lock(&mutex);  // HERE
  return unused;
}

int main(void) {
  pthread_mutex_lock(&mutex);
  pthread_t thread;
  pthread_create(&thread, 0, waits, 0);
  struct timespec end = {0, 0};
  pthread_mutex_timedlock(&mutex, &end);
  pthread_join(thread, 0);
  return 0;
}
