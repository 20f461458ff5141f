/// Pools for tests: one for each start method, and what must be left of it at the end, which is nothing.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "primitives/process/launch.hpp"
#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/pool.hpp"
#include "proberen/ipc/shared_memory.hpp"

#ifdef __SANITIZE_THREAD__
// The count of references to an exception is kept by libstdc++.so, which ThreadSanitizer does not see into: what the last owner frees looks
// as if others were still reading it.
extern "C" inline __attribute__((used)) const char* __tsan_default_suppressions() {
  return R"(
race:std::__exception_ptr::exception_ptr::_M_release
race:std::logic_error::~logic_error
race:std::runtime_error::~runtime_error
)";
}
#endif

namespace proberen::test {

/// Whether this process has children, running or not reaped.
inline bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0; }

/// What proc(5) calls a process; "" when there is none.
inline std::string name_of(const std::string& pid) { return text_of("/proc/" + pid + "/comm"); }

/// Whether no process of this program has that number; another program's may have it by now.
inline bool is_gone(pid_t pid) { return name_of(std::to_string(pid)) != name_of("self"); }

/// By pidfd, which is closed at once.
inline void kill_worker(pid_t pid) {
  const ipc::Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd) ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

/// Where any process can open the file behind a descriptor of this one.
inline std::string path_of(const ipc::Descriptor& descriptor) {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor.get());
}

/// Tasks come to it in their workers, and wait until it is opened; so a test knows what runs while it looks.
class Gate {
 public:
  struct State {
    std::atomic<bool> open{false};
    std::atomic<pid_t> visitor{0};
  };

  /// For wait_at(), while this object is there.
  [[nodiscard]] std::string path() const { return path_of(descriptor_); }
  void open() { state_->open = true; }
  /// Waits until a task has come to it: the task's process; 0 when none comes.
  [[nodiscard]] pid_t visitor() const {
    (void)eventually([&] { return state_->visitor != 0; });
    return state_->visitor;
  }

 private:
  ipc::Shared<State> state_ = ipc::Shared<State>::create();
  ipc::Descriptor descriptor_ = state_.duplicate_descriptor();
};

/// A task: waits until the gate of that path is open; not at all for "".
inline std::string wait_at(const std::string& gate) {
  if (gate.empty()) return gate;
  const auto state = ipc::Shared<Gate::State>::map(ipc::Descriptor(::open(gate.c_str(), O_RDWR | O_CLOEXEC)));
  state->visitor = ::getpid();
  while (!state->open) std::this_thread::sleep_for(1ms);
  return gate;
}

/// 0, 1, 2 …
inline std::vector<int> numbers(int count) {
  std::vector<int> items(static_cast<std::size_t>(count));
  std::iota(items.begin(), items.end(), 0);
  return items;
}
inline std::vector<int> squares(int count) {
  std::vector<int> items = numbers(count);
  for (int& item : items) item *= item;
  return items;
}

/// For every start method. No watchdog thread: a pool by fork is made by a process with one thread. The kernel's alarm ends a test that
/// hangs.
class PoolTest : public testing::TestWithParam<ipc::StartMethod> {
 protected:
  void SetUp() override {
    ::alarm(120);
    descriptors_ = ipc::count_descriptors();
    std::thread([] {}).join();  // ThreadSanitizer makes a thread of its own beside a program's first
    threads_ = ipc::detail::count_threads();
  }
  void TearDown() override {
    EXPECT_EQ(ipc::count_descriptors(), descriptors_);
    EXPECT_EQ(ipc::detail::count_threads(), threads_);
    EXPECT_FALSE(has_children());
    ::alarm(0);
  }
  [[nodiscard]] ipc::PoolOptions options() const { return {.method = GetParam()}; }

 private:
  int descriptors_ = 0;
  int threads_ = 0;
};

#define PROBEREN_FOR_EVERY_METHOD(suite) \
  INSTANTIATE_TEST_SUITE_P(              \
      ByMethod, suite, testing::Values(ipc::StartMethod::fork, ipc::StartMethod::spawn, ipc::StartMethod::forkserver), ipc::method_name)

/// The message of the error with which `call` ends, behind the name of its kind; "" when it ends well.
template <class Call>
std::string error_of(Call call) {
  try {
    (void)call();
  } catch (const ipc::TaskError& error) {
    return "TaskError " + error.type() + ": " + error.what();
  } catch (const ipc::WorkerDied&) {
    return "WorkerDied";
  } catch (const ipc::PoolEnded& error) {
    return std::string("PoolEnded: ") + error.what();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace proberen::test
