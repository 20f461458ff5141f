// An exception that nobody catches, in a program that has the C++ library in itself.
// build: -static-libstdc++
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
