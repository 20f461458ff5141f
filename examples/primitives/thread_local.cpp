// What one thread sets is not there in another.
#include <cstdio>
#include <thread>

#include <proberen/local_attributes.hpp>

int main() {
  proberen::LocalAttributes local;
  local["x"] = 1;
  std::jthread([&local] {
    std::printf("%d\n", local.contains("x"));
    local["x"] = 2;
  }).join();
  std::printf("%d\n", local.get<int>("x"));
}
