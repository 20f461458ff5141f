// The same as subject: plain accesses are explored like relaxed atomics, and the assertion behind the race fails.
// options: races=explore
// expect: fail assertion
// message: counter == 2
#include <cassert>
#include <thread>

int counter;

int main() {
  std::thread thread([] { ++counter; });
  ++counter;
  thread.join();
  assert(counter == 2);  // HERE
}
