// What was destroyed may be initialized again, and a copy of a locked mutex is none that is locked.
// expect: pass complete
// native: 0
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

static pthread_mutex_t mutex;
static pthread_cond_t condition;
static pthread_rwlock_t lock;
static pthread_spinlock_t spin_lock;
static pthread_barrier_t barrier;
static sem_t semaphore;

static void one_life(unsigned value) {
  pthread_mutex_init(&mutex, 0);
  pthread_cond_init(&condition, 0);
  pthread_rwlock_init(&lock, 0);
  pthread_spin_init(&spin_lock, 0);
  pthread_barrier_init(&barrier, 0, 1);
  sem_init(&semaphore, 0, value);
  pthread_mutex_lock(&mutex);
  pthread_mutex_t copy = mutex;
  pthread_mutex_init(&copy, 0);
  pthread_mutex_destroy(&copy);
  pthread_cond_broadcast(&condition);
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_spin_lock(&spin_lock);
  pthread_spin_unlock(&spin_lock);
  pthread_barrier_wait(&barrier);
  int left = 0;
  sem_getvalue(&semaphore, &left);
  assert(left == (int)value);
  sem_wait(&semaphore);
  pthread_mutex_destroy(&mutex);
  pthread_cond_destroy(&condition);
  pthread_rwlock_destroy(&lock);
  pthread_spin_destroy(&spin_lock);
  pthread_barrier_destroy(&barrier);
  sem_destroy(&semaphore);
}

/// Memory that has never been a mutex looks like anything.
static void in_fresh_memory(void) {
  pthread_mutex_t* const fresh = malloc(sizeof(*fresh));
  pthread_mutex_init(fresh, 0);
  pthread_mutex_lock(fresh);
  pthread_mutex_unlock(fresh);
  pthread_mutex_destroy(fresh);
  free(fresh);
}

int main(void) {
  one_life(1);
  one_life(2);
  in_fresh_memory();
}
