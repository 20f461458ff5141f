// A spin lock is unlocked twice.
// expect: fail lock-misuse
// message: unlock of a free spin lock
#include <pthread.h>

static pthread_spinlock_t lock;

int main(void) {
  pthread_spin_init(&lock, 0);
  pthread_spin_lock(&lock);
  pthread_spin_unlock(&lock);
  pthread_spin_unlock(&lock);  // HERE
}
