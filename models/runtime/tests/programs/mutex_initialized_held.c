// A mutex is initialized again while it is held.
// expect: fail lock-misuse
// message: initialization of a locked mutex
#include <pthread.h>

static pthread_mutex_t mutex;

int main(void) {
  pthread_mutex_init(&mutex, 0);
  pthread_mutex_lock(&mutex);
  pthread_mutex_init(&mutex, 0);  // HERE
}
