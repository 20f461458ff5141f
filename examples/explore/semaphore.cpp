#include <semaphore>
#include <thread>

int main() {
  std::counting_semaphore<1> semaphore(1);
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
