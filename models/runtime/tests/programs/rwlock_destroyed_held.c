// A rwlock is destroyed while it is read.
// expect: fail lock-misuse
// message: destruction of a locked rwlock
#include <pthread.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

int main(void) {
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_destroy(&lock);  // HERE
}
