// Who waits for an object of 12 bytes lets the others go on; a plain access to its last bytes races.
// expect: fail data-race
// message: by thread 0 and atomic write by thread 1
// build: -O1
#include <atomic>
#include <cstring>
#include <thread>

struct Twelve {
  int words[3];
};
std::atomic<Twelve> ready{Twelve{{0, 0, 0}}};

int main() {
  std::thread other([] { ready.store(Twelve{{1, 2, 3}}, std::memory_order_relaxed); });
  while (ready.load(std::memory_order_relaxed).words[2] == 0) {
  }
  const int last = reinterpret_cast<const int*>(&ready)[2];  // HERE
  other.join();
  return last == 3 ? 0 : 1;
}
