// A destroyed rwlock is locked.
// expect: fail lock-misuse
// message: lock of what has been destroyed: rwlock
#include <pthread.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

int main(void) {
  pthread_rwlock_destroy(&lock);
  pthread_rwlock_rdlock(&lock);  // HERE
}
