// exit() in a thread ends everything; what main would do after it is not reached.
// expect: pass complete
#include <cstdlib>
#include <thread>

int main() {
  std::thread thread([] { std::exit(0); });
  thread.join();
  std::abort();
}
