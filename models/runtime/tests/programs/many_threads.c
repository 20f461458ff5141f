// Too many threads.
// expect: fail unsupported
// message: more than 128 threads
#include <pthread.h>

static void* nothing(void* unused) { return unused; }

int main(void) {
  for (int i = 0; i < 129; ++i) {
    pthread_t thread;
    pthread_create(&thread, 0, nothing, 0);
    pthread_join(thread, 0);
  }
}
