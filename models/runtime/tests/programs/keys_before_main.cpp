// A key that is made before main: in every execution main has the value that it was given there, other threads have none, and the
// destructor runs where they end.
// expect: pass complete
// executions: 2
// native: 0
#include <pthread.h>

#include <atomic>
#include <cassert>
#include <thread>

namespace {

std::atomic<int> destroyed;

struct Key {
  Key() {
    assert(pthread_key_create(&name, [](void* value) { destroyed.fetch_add(*static_cast<int*>(value), std::memory_order_relaxed); }) == 0);
    assert(pthread_setspecific(name, &of_main) == 0);
  }
  pthread_key_t name;
  int of_main = 0;
} key;

int one = 1, two = 2;

void use(int* value) {
  assert(pthread_getspecific(key.name) == nullptr);
  assert(pthread_setspecific(key.name, value) == 0);
  assert(pthread_getspecific(key.name) == value);
}

}  // namespace

int main() {
  assert(pthread_getspecific(key.name) == &key.of_main);
  pthread_setspecific(key.name, nullptr);
  std::thread first(use, &one), second(use, &two);
  first.join();
  second.join();
  assert(destroyed.load() == 3);
  assert(pthread_key_delete(key.name) == 0);
}
