// expect: pass complete
//
// A loop that sleeps between its looks is one without effect.
#include <atomic>
#include <chrono>
#include <thread>

std::atomic<bool> ready{false};

int main() {
  std::thread maker([] { ready.store(true, std::memory_order_release); });
  while (!ready.load(std::memory_order_acquire)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  maker.join();
}
