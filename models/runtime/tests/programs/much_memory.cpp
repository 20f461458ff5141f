// Allocations by the hundred megabytes are given back between executions.
// expect: pass complete
// executions: 6
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

std::atomic<int> x;

int main() {
  std::vector<char> block(100 << 20);
  assert(block[50 << 20] == 0);
  block[50 << 20] = 1;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([] { x.fetch_add(1); });
  for (std::thread& thread : threads) thread.join();
}
