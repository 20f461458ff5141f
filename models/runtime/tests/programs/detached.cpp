// A detached thread is part of every execution, up to its end.
// expect: fail assertion
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> x;

int main() {
  std::thread([] { assert(x.exchange(2) == 0); }).detach();  // HERE
  x.store(1);
}
