// pthread_exit runs the destructors of C++ objects on its way.
// expect: pass complete
// native: 0
#include <pthread.h>

#include <cassert>

int destroyed;
struct Object {
  ~Object() { ++destroyed; }
};

void* run(void*) {
  Object object;
  pthread_exit(nullptr);
}

int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, run, nullptr);
  pthread_join(thread, nullptr);
  assert(destroyed == 1);
}
