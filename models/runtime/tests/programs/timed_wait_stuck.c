// Once the time of main's wait is over thread 1 still waits for ever.
// expect: fail deadlock
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

sem_t never, nothing;

static void* waits(void* unused) {
  sem_wait(&never);  // HERE
  return unused;
}

int main(void) {
  sem_init(&never, 0, 0);
  sem_init(&nothing, 0, 0);
  pthread_t thread;
  pthread_create(&thread, 0, waits, 0);
  struct timespec end = {0, 0};
  sem_timedwait(&nothing, &end);
  pthread_join(thread, 0);
  return 0;
}
