// Times with more nanoseconds than a second has, or fewer than none, are refused as by the C library.
// expect: pass complete
// native: 0
#define _GNU_SOURCE
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;

static void* try_held(void* argument) {
  const struct timespec* const wrong = argument;
  assert(pthread_mutex_timedlock(&mutex, wrong) == EINVAL);
  assert(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, wrong) == EINVAL);
  return NULL;
}

static void check(struct timespec wrong) {
  assert(pthread_mutex_timedlock(&mutex, &wrong) == 0);  // free: nobody looks at the time
  assert(pthread_cond_timedwait(&condition, &mutex, &wrong) == EINVAL);
  assert(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &wrong) == EINVAL);
  pthread_t thread;
  pthread_create(&thread, NULL, try_held, &wrong);
  pthread_join(thread, NULL);
  pthread_mutex_unlock(&mutex);
  assert(pthread_rwlock_timedrdlock(&lock, &wrong) == EINVAL);
  assert(pthread_rwlock_timedwrlock(&lock, &wrong) == EINVAL);
  assert(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &wrong) == EINVAL);
  assert(sem_timedwait(&semaphore, &wrong) == -1 && errno == EINVAL);
  assert(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &wrong) == -1 && errno == EINVAL);
  assert(nanosleep(&wrong, NULL) == -1 && errno == EINVAL);
  assert(clock_nanosleep(CLOCK_MONOTONIC, 0, &wrong, NULL) == EINVAL);
}

int main(void) {
  sem_init(&semaphore, 0, 0);
  check((struct timespec){1, 1000000000});
  check((struct timespec){1, -1});
  struct timespec good = {1, 0};
  pthread_mutex_lock(&mutex);
  assert(pthread_cond_clockwait(&condition, &mutex, CLOCK_PROCESS_CPUTIME_ID, &good) == EINVAL);
  pthread_mutex_unlock(&mutex);
}
