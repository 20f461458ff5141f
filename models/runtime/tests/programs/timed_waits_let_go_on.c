// Only because the time of each wait is over does anybody go on: an execution in which a time is not over, and which gets no further for that, is
// blocked. The other one is there.
// expect: pass complete
// executions: 1
// blocked: 1
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

sem_t go;

static void* waits(void* unused) {
  sem_wait(&go);
  return unused;
}

int main(void) {
  sem_init(&go, 0, 0);
  pthread_t thread;
  pthread_create(&thread, 0, waits, 0);
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 1;
  if (pthread_timedjoin_np(thread, 0, &end) != 0) {
    sem_post(&go);
    pthread_join(thread, 0);
  }
  return 0;
}
