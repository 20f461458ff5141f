// The same program with proberen::Semaphore.
#include <thread>

#include "proberen/semaphore.hpp"

int main() {
  proberen::Semaphore semaphore(1);
  std::thread first([&] {
    semaphore.acquire();
    semaphore.release();
  });
  std::thread second([&] {
    semaphore.acquire();
    semaphore.release();
  });
  first.join();
  second.join();
}
