// A destroyed mutex is unlocked.
// expect: fail lock-misuse
// message: unlock of what has been destroyed: mutex
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_destroy(&mutex);
  pthread_mutex_unlock(&mutex);  // HERE
}
