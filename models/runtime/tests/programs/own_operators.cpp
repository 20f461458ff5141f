// A program's own operator new and delete, with memory of their own: nobody else calls them, explored or not.
// x is read before or after it is written, and the thread's lock, with which its state is freed, comes before, between or after main's two.
// expect: pass complete
// executions: 6
// blocked: 0
// native: 0
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <new>
#include <sstream>
#include <string>
#include <thread>

static char pool[1 << 20];
static std::size_t used;
static int calls, in_use;
static std::mutex mutex;

void* operator new(std::size_t size) {
  const std::lock_guard lock(mutex);
  ++calls;
  ++in_use;
  void* const memory = pool + used;
  used += (size + 15) / 16 * 16;
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  const std::lock_guard lock(mutex);
  if (memory < pool || memory >= pool + used) std::abort();
  --in_use;
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

std::string made_before_main(100, 'x');

int main() {
  assert(calls == 1);
  std::thread([] { std::string(200, 'y'); }).join();
  assert(calls == 3 && in_use == 1);
  std::ostringstream text;  // the library allocates for the program
  text << made_before_main << 42;
  assert(text.str().size() == 102 && calls > 3);
  std::atomic<int> x = 0;
  std::thread thread([&] { x = 1; });
  made_before_main += x == 0 ? "0" : "1";
  thread.join();
}
