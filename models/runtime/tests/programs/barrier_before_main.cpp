// A barrier that a static constructor has made, and destroyed by who comes out of it first.
// expect: pass complete
#include <pthread.h>

struct Barrier {
  pthread_barrier_t barrier;
  Barrier() { pthread_barrier_init(&barrier, nullptr, 2); }
} made;

void* wait(void*) {
  if (pthread_barrier_wait(&made.barrier) != 0) pthread_barrier_destroy(&made.barrier);
  return nullptr;
}

int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, wait, nullptr);
  wait(nullptr);
  pthread_join(thread, nullptr);
}
