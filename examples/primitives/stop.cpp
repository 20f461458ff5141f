// A worker waits for tasks until it is told to stop: every call that waits takes a std::stop_token.
#include <cstdio>
#include <string>
#include <thread>

#include <proberen/queue.hpp>
#include <proberen/semaphore.hpp>

int main() {
  proberen::Queue<std::string> tasks(10);
  proberen::Semaphore done(0);
  std::jthread worker([&](const std::stop_token& stop) {
    while (auto task = tasks.get(stop)) {
      std::printf("%s\n", task->c_str());
      done.release();
    }
  });
  tasks.put("a task");
  done.acquire();
  worker.request_stop();  // ends the wait for the next one
  worker.join();
  const proberen::QueueStatus status = tasks.get(worker.get_stop_token()).status();
  std::printf("%s\n", std::string(to_string(status)).c_str());
}
