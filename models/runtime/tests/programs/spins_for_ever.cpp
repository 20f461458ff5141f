// A loop that waits for what nobody writes.
// expect: fail livelock
#include <atomic>
#include <thread>

std::atomic<bool> go;

int main() {
  std::thread thread([] {
    while (!go.load()) {  // HERE
    }
  });
  thread.join();
}
