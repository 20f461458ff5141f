// expect: fail lock-misuse
// message: destroyed
#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main(void) {
  pthread_mutex_destroy(&mutex);
  pthread_mutex_init(&mutex, 0);
  pthread_mutex_destroy(&mutex);
  pthread_mutex_lock(&mutex);  // HERE
  return 0;
}
