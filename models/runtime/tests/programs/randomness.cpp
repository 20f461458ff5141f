// Random numbers are the same in every execution.
// expect: pass complete
// executions: 3
#include <atomic>
#include <cstdlib>
#include <random>
#include <thread>

std::atomic<unsigned> x;

int main() {
  std::random_device device;
  std::thread thread([] { x.exchange(static_cast<unsigned>(std::rand())); });
  if ((device() & 1) != 0) x.fetch_add(1);
  x.fetch_add(device());
  thread.join();
}
