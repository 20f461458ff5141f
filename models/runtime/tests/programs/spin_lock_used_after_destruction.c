// A destroyed spin lock is locked.
// expect: fail lock-misuse
// message: lock of what has been destroyed: spin lock
#include <pthread.h>

static pthread_spinlock_t lock;

int main(void) {
  pthread_spin_init(&lock, 0);
  pthread_spin_destroy(&lock);
  pthread_spin_lock(&lock);  // HERE
}
