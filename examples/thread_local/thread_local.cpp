// A thread-local x = 1: read back in its thread, absent in another.
#include <iostream>
#include <proberen/local_attributes.hpp>
#include <stdexcept>
#include <thread>

int main() {
  proberen::LocalAttributes local;
  local["x"] = 1;
  std::thread([&] {
    try {
      const int x = local["x"];
      std::cout << "another thread: x = " << x << '\n';
    } catch (const std::out_of_range& error) {
      std::cout << "another thread: " << error.what() << '\n';
    }
  }).join();
  const int x = local["x"];
  std::cout << "this thread: x = " << x << '\n';
}
