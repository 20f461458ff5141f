// A load of 16 bytes is one read of its object, whether the compiler calls a hook for it, a library, or both.
// expect: pass complete
// executions: 4
// blocked: 0
#include <atomic>
#include <thread>

struct Pair {
  long first, second;
};

std::atomic<Pair> pair;

int main() {
  const auto run = [] {
    const Pair found = pair.load();
    pair.store({1, found.second});
  };
  std::thread other(run), another(run);
  other.join();
  another.join();
}
