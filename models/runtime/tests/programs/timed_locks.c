// Timed locks: of a mutex and of a semaphore, in time or not.
// expect: pass complete
// outcomes: mutex=0 semaphore=0: *, mutex=0 semaphore=1: *, mutex=1 semaphore=0: *, mutex=1 semaphore=1: *
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <proberen/explore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;

static void* holder(void* unused) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  sem_post(&semaphore);
  return unused;
}

int main(void) {
  sem_init(&semaphore, 0, 0);
  pthread_t thread;
  pthread_create(&thread, 0, holder, 0);
  struct timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  const int late_mutex = pthread_mutex_timedlock(&mutex, &deadline) == ETIMEDOUT;
  if (!late_mutex) pthread_mutex_unlock(&mutex);
  const int late_semaphore = sem_timedwait(&semaphore, &deadline) != 0 && errno == ETIMEDOUT;
  pthread_join(thread, 0);
  proberen_observe("mutex", late_mutex);
  proberen_observe("semaphore", late_semaphore);
}
