/// Threads for tests: many that start together, and one that can be watched while it waits.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <latch>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace proberen::test {

using namespace std::chrono_literals;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int kSlowdown = 10;
#else
inline constexpr int kSlowdown = 1;
#endif

/// What can be read of a file; of one in /proc nothing, when what it is about ends meanwhile.
inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// The length of a stress loop: `rounds`, or fewer where a sanitizer makes each one dear.
[[nodiscard]] constexpr int scaled(int rounds) { return rounds / kSlowdown; }

/// Long enough that a thread which ought to wait, but does not, is seen to go on; never long enough to fail one that does.
inline constexpr auto kGrace = 10ms;

/// A timeout that no test waits for: reaching it means that something hangs.
inline constexpr auto kLong = std::chrono::minutes(10);

/// Runs `body(index)` in `count` threads that start together, and waits for all of them.
template <class Body>
void run_threads(int count, Body body) {
  std::latch start(count);
  std::vector<std::jthread> threads;
  for (int index = 0; index < count; ++index) {
    threads.emplace_back([&, index] {
      start.arrive_and_wait();
      body(index);
    });
  }
}

/// Waits until `condition()` is true; false after half a minute.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(500us);
  }
  return true;
}

/// A thread that runs one call which is expected to wait. Joined by the destructor.
class Waiter {
 public:
  template <class Body>
  explicit Waiter(Body body)
      : thread_([this, body] {
          tid_ = static_cast<int>(::syscall(SYS_gettid));
          body();
          done_ = true;
        }) {}

  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] pthread_t handle() { return thread_.native_handle(); }
  void join() { thread_.join(); }

  /// Whether the thread comes to sleep in the kernel, and then stays there.
  [[nodiscard]] bool waits() const {
    if (!eventually([this] { return done_ || asleep(); })) return false;
    std::this_thread::sleep_for(kGrace);
    return !done_;
  }

 private:
  [[nodiscard]] bool asleep() const {
    if (tid_ == 0) return false;
    const std::string line = text_of("/proc/self/task/" + std::to_string(tid_) + "/stat");
    const std::size_t name_end = line.rfind(')');  // proc(5): pid (name) state …
    return name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] == 'S';
  }

  std::atomic<int> tid_{0};
  std::atomic<bool> done_{false};
  std::jthread thread_;  // last: the thread uses the other members
};

}  // namespace proberen::test
