// A thread unlocks what another one holds.
// expect: fail lock-misuse
// message: not the owner: mutex mutex
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* stranger(void* unused) {
  pthread_mutex_unlock(&mutex);  // HERE
  return unused;
}

int main(void) {
  pthread_mutex_lock(&mutex);
  pthread_t thread;
  pthread_create(&thread, 0, stranger, 0);
  pthread_join(thread, 0);
}
