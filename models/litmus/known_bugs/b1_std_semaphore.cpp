// libstdc++ 12's std::counting_semaphore loses a wake-up (gcc PR 104928): a thread that found a token, lost it to another and gave up spinning sleeps
// until the count is no longer what it saw first, which may be what it is now. Nothing here but the library.
#include <semaphore>
#include <thread>

int main() {
  std::counting_semaphore<1> semaphore(1);
  const auto once = [&] {
    semaphore.acquire();
    semaphore.release();
  };
  std::thread first(once);
  std::thread second(once);
  first.join();
  second.join();
}
