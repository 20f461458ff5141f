// Every thread has its own thread_local objects, made when it first uses them and destroyed when it ends; every execution starts afresh.
// expect: pass complete
// native: 0
#include <atomic>
#include <cassert>
#include <string>
#include <thread>

std::atomic<int> destroyed;

struct Object {
  int value = 7;
  std::string text = "long enough to be on the heap, and freed";
  ~Object() { destroyed.fetch_add(1); }
};
thread_local Object object;
thread_local int number = 5;

void use() {
  assert(number == 5 && object.value == 7);
  number = object.value = 1;
}

int main() {
  use();
  std::thread first(use), second(use);
  first.join();
  second.join();
  assert(destroyed.load() == 2 && number == 1 && object.value == 1);
}
