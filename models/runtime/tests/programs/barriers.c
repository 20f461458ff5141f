// Barrier, readers-writer lock, spin lock, semaphore.
// expect: pass complete
// native: 0
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

static pthread_barrier_t barrier;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t done;
static int arrived[2], value, serial;

static void* run(void* argument) {
  const long self = (long)argument;
  arrived[self] = 1;
  if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
  assert(arrived[0] + arrived[1] == 2);
  pthread_rwlock_rdlock(&lock);
  assert(value == 0);
  pthread_rwlock_unlock(&lock);
  sem_post(&done);
  return 0;
}

int main(void) {
  pthread_barrier_init(&barrier, 0, 2);
  pthread_spin_init(&spin, 0);
  sem_init(&done, 0, 0);
  pthread_t thread;
  pthread_create(&thread, 0, run, (void*)1);
  run(0);
  sem_wait(&done);
  sem_wait(&done);
  assert(pthread_rwlock_trywrlock(&lock) == 0);
  value = 1;
  assert(pthread_rwlock_tryrdlock(&lock) != 0);
  pthread_rwlock_unlock(&lock);
  pthread_spin_lock(&spin);
  assert(pthread_spin_trylock(&spin) != 0);
  pthread_spin_unlock(&spin);
  pthread_join(thread, 0);
  assert(serial == 1);
  pthread_barrier_destroy(&barrier);
}
