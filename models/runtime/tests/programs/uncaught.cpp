// An exception that nobody catches.
// expect: fail uncaught-exception
// message: uncaught std::runtime_error: no hands
#include <stdexcept>
#include <thread>

int main() {
  std::thread thread([] {
    throw std::runtime_error("no hands");  // HERE
  });
  thread.join();
}
