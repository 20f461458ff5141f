// expect: fail uninitialized-read
//
// new of a type without an initializer leaves memory as it is. An update reads as well.
#include <atomic>

struct Counter {
  int value;
};

int main() {
  auto* const counter = new Counter;
  std::atomic_ref<int>(counter->value).fetch_add(1);  // HERE
  delete counter;
}
