/// Tests of the resource tracker: each has a family, and so a tracker, of its own.
#pragma once

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "primitives/process/system_call.hpp"
#include "primitives/tests/support/named_files.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::test {

/// A pipe; `reader` sees the end of file when nobody has `writer` any more.
struct Line {
  Line() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  /// The next number that a child tells; -1 when it can tell no more.
  [[nodiscard]] int receive() const {
    int number = -1;
    return ipc::detail::resumed([&] { return ::read(reader.get(), &number, sizeof number); }) == sizeof number ? number : -1;
  }
  ipc::Descriptor reader;
  ipc::Descriptor writer;
};

inline void tell(const ipc::Descriptor& line, int number) {
  if (::write(line.get(), &number, sizeof number) != sizeof number) std::abort();
}

inline void wait_for_end_of(const ipc::Descriptor& line) {
  char byte;
  (void)ipc::detail::resumed([&] { return ::read(line.get(), &byte, 1); });
}

/// The processes that began with this token in their environment and have not ended: children that are fresh, and the tracker.
inline std::vector<pid_t> processes_of(const std::string& token) {
  std::vector<pid_t> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) continue;
    if (text_of(entry.path() / "environ").find(std::string(ipc::tracker::kTokenVariable) + "=" + token) != std::string::npos)
      processes.push_back(std::stoi(name));
  }
  return processes;
}

/// Signals a process by number, through a pidfd: a process that lives, as those of a test do while it looks at them.
inline bool send_signal_to(pid_t pid, int number) {
  const ipc::Descriptor pidfd(ipc::detail::open_pidfd(pid));
  return pidfd && ipc::detail::send_signal(pidfd.get(), number) == 0;
}
/// Kills it, and waits for its end.
inline bool kill_and_await(pid_t pid) {
  const ipc::Descriptor pidfd(ipc::detail::open_pidfd(pid));
  if (!pidfd || ipc::detail::send_signal(pidfd.get(), SIGKILL) != 0) return false;
  pollfd ended{pidfd.get(), POLLIN, 0};
  return ::poll(&ended, 1, 60'000) == 1;
}

/// The test's own process never uses the tracker, so the tracker has to end with the test's children. After each test there is as much as
/// before: no name, no descriptor, no process of the family.
class TrackerTest : public LeavesNothing {
 protected:
  TrackerTest() { ::setenv(ipc::tracker::kTokenVariable, token_.c_str(), 1); }
  ~TrackerTest() override {
    EXPECT_TRUE(eventually([&] { return processes_of(token_).empty(); })) << "processes are left, the tracker perhaps";
    std::filesystem::remove(errors_path_);
  }

  [[nodiscard]] static bool exists(const std::string& name) { return ::access(path_of_name(name).c_str(), F_OK) == 0; }
  [[nodiscard]] static bool goes(const std::string& name) {
    return eventually([&] { return !exists(name); });
  }

  /// For children to write their standard error to; the tracker that they start inherits it.
  [[nodiscard]] ipc::Descriptor errors() const {
    return ipc::Descriptor(::open(errors_path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  /// Whether that text comes.
  [[nodiscard]] bool is_told(const std::string& text) const {
    return eventually([&] { return text_of(errors_path_).find(text) != std::string::npos; });
  }

  const std::string token_ = "test" + std::to_string(::getpid()) + "x" + std::to_string(++count_);
  ipc::Context context_{ipc::StartMethod::spawn};

 private:
  inline static int count_ = 0;
  const std::string errors_path_ = testing::TempDir() + "errors-" + token_;
};

}  // namespace proberen::test
