/// Pools for tests: one for each start method, and what must be left of it at the end, which is nothing.
#pragma once

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/pool.hpp"

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
inline std::string name_of(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/comm");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether no process of this program has that number; another program's may have it by now.
inline bool is_gone(pid_t pid) { return name_of(std::to_string(pid)) != name_of("self"); }

inline int count_threads() {
  int count = 0;
  for ([[maybe_unused]] const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

/// By pidfd, which is closed at once.
inline void kill_worker(pid_t pid) {
  const ipc::Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd) ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
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
    threads_ = count_threads();
  }
  void TearDown() override {
    EXPECT_EQ(ipc::count_descriptors(), descriptors_);
    EXPECT_EQ(count_threads(), threads_);
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
