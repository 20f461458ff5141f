/// Pools for tests: one for each start method, and what must be left of it at the end, which is nothing.
#pragma once

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/pool.hpp"

namespace proberen::test {

/// Whether this process has children, running or not reaped.
inline bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) >= 0; }

inline bool is_gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

/// By pidfd, which is closed at once.
inline void kill_worker(pid_t pid) {
  const ipc::Descriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd) ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

/// For every start method. No watchdog thread: a pool by fork is made by a process with one thread. The kernel's alarm ends a test that
/// hangs.
class PoolTest : public testing::TestWithParam<ipc::StartMethod> {
 protected:
  void SetUp() override {
    ::alarm(120);
    descriptors_ = ipc::count_descriptors();
  }
  void TearDown() override {
    EXPECT_EQ(ipc::count_descriptors(), descriptors_);
    EXPECT_FALSE(has_children());
    ::alarm(0);
  }
  [[nodiscard]] ipc::PoolOptions options() const { return {.method = GetParam()}; }

 private:
  int descriptors_ = 0;
};

#define PROBEREN_FOR_EVERY_METHOD(suite)                                                                                      \
  INSTANTIATE_TEST_SUITE_P(ByMethod, suite,                                                                                   \
                           testing::Values(ipc::StartMethod::fork, ipc::StartMethod::spawn, ipc::StartMethod::forkserver), \
                           ipc::method_name)

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
