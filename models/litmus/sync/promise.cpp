// std::promise and std::future: the value, or an exception where the promise is BROKEN.
#include <proberen/explore.h>

#include <future>
#include <thread>

int main() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread maker([given = std::move(promise)]() mutable {
#ifndef BROKEN
    given.set_value(7);
#else
    std::promise<int> dropped = std::move(given);
#endif
  });
  int got = 0;
  try {
    got = future.get();
  } catch (const std::future_error&) {
    got = -1;
  }
  maker.join();
  proberen_observe("got", got);
}
