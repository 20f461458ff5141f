// A local mutex that its function has left locked is another one when the function is called again: its memory may say what it likes.
// expect: pass complete
#include <pthread.h>

__attribute__((noinline)) static int leaves_it(void) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, 0);
  pthread_mutex_lock(&mutex);
  return pthread_mutex_trylock(&mutex);
}

int main(void) { return leaves_it() == leaves_it() ? 0 : 1; }
