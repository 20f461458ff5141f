// The C++ library makes a future ready when a thread has ended, in code that nobody sees: that is said, and not told as a deadlock.
// expect: fail unsupported
// message: ^a future that is made ready at a thread's exit is not modelled
// native: 0
#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> result = promise.get_future();
  std::thread thread([&] {
    promise.set_value_at_thread_exit(3);  // HERE
  });
  const int three = result.get();
  thread.join();
  return three - 3;
}
