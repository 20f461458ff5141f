// The semaphore of libstdc++ 12 loses a wake-up: a thread goes to sleep on a value that it has read too early.
// expect: fail deadlock
// message: futex wait
#include <semaphore>
#include <thread>

int main() {
  std::counting_semaphore<1> semaphore(1);
  const auto user = [&] {
    semaphore.acquire();
    semaphore.release();
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}
