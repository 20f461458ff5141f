// exit() waits for what others do before it: their failures are not missed.
// expect: fail assertion
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <thread>

std::atomic<int> x;

int main() {
  std::thread thread([] {
    x.store(1);
    assert(x.load() == 2);  // HERE
  });
  std::exit(0);
}
