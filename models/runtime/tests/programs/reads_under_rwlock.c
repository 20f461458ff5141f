// expect: pass complete
//
// Two threads poll under a readers-writer lock; one takes it hand over hand with another lock.
#include <pthread.h>
#include <stdbool.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_mutex_t inner = PTHREAD_MUTEX_INITIALIZER;
static bool done;

static void *plain(void *argument) {
  for (bool seen = false; !seen;) {
    pthread_rwlock_rdlock(&lock);
    seen = done;
    pthread_rwlock_unlock(&lock);
  }
  return argument;
}

static void *hand_over_hand(void *argument) {
  for (bool seen = false; !seen;) {
    pthread_rwlock_rdlock(&lock);
    pthread_mutex_lock(&inner);
    seen = done;
    pthread_rwlock_unlock(&lock);
    pthread_mutex_unlock(&inner);
  }
  return argument;
}

int main(void) {
  pthread_t one, two;
  pthread_create(&one, 0, plain, 0);
  pthread_create(&two, 0, hand_over_hand, 0);
  pthread_rwlock_wrlock(&lock);
  done = true;
  pthread_rwlock_unlock(&lock);
  pthread_join(one, 0);
  pthread_join(two, 0);
  return 0;
}
