/// What the tests of processes share.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "proberen/deadline.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {

inline int count_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count - 1;  // the iterator's own
}

/// A pipe's read end sees the end of file when every copy of the write end is closed.
struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  std::string read_all() {
    writer.reset();
    std::string text(4096, '\0');
    std::size_t size = 0;
    for (ssize_t more = 0; (more = ::read(reader.get(), text.data() + size, text.size() - size)) > 0;)
      size += static_cast<std::size_t>(more);
    text.resize(size);
    return text;
  }
  Descriptor reader;
  Descriptor writer;
};

/// A folder of its own, which goes with this and all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "proberen-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = std::filesystem::canonical(name);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write_text(const Descriptor& to, const std::string& text) {
  if (::write(to.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) throw std::runtime_error("write");
}

inline void wait_until_readable(const Descriptor& descriptor) {
  pollfd ready{descriptor.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ready, 1, 60'000), 1);
}

/// Stops a process for as long as this lives, but not for ever, so that whoever waits for it fails rather than hangs.
class Stopped {
 public:
  explicit Stopped(pid_t pid) : pid_(pid), waker_([this] { wake(); }) { EXPECT_EQ(::kill(pid, SIGSTOP), 0); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() {
    over_.writer.reset();
    waker_.join();
  }

 private:
  void wake() const {
    pollfd over{over_.reader.get(), POLLIN, 0};
    (void)::poll(&over, 1, 20'000);
    ::kill(pid_, SIGCONT);
  }

  pid_t pid_;
  Pipe over_;
  std::thread waker_;
};

/// How long a call may take that does not wait for the stopped server: less than Stopped lasts.
inline constexpr std::chrono::seconds kSoon{10};

inline bool is_readable(int descriptor) {
  pollfd ready{descriptor, POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

template <class Call>
SteadyClock::duration duration_of(Call call) {
  const Deadline begin = SteadyClock::now();
  call();
  return SteadyClock::now() - begin;
}

/// What `body` returns in a copy of this process, which may change its limits.
inline int in_a_copy(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    // What it throws must not come out of it, or the copy would go on with the tests.
    try {
      ::_exit(body());
    } catch (const std::exception& exception) {
      std::fprintf(stderr, "in a copy: %s\n", exception.what());
      ::_exit(250);
    }
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Whether this process has children, running or not reaped.
inline bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/// The code of the system's error that `call` throws.
template <class Call>
std::error_code refusal_of(Call call) {
  try {
    (void)call();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

/// The message of the exception that `call` throws.
template <class Exception, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Exception& exception) {
    return exception.what();
  }
  return "nothing was thrown";
}

/// A method, and the options that choose another way through its code.
struct Way {
  StartMethod method;
  std::size_t idle_children = 0;

  [[nodiscard]] ContextOptions options() const {
    ContextOptions options;
    options.idle_children = idle_children;
    return options;
  }
  [[nodiscard]] Context context() const { return Context(method, options()); }
};

inline auto every_way() {
  return testing::Values(Way{StartMethod::fork}, Way{StartMethod::spawn}, Way{StartMethod::forkserver}, Way{StartMethod::forkserver, 2});
}
inline auto fresh_ways() { return testing::Values(Way{StartMethod::spawn}, Way{StartMethod::forkserver}, Way{StartMethod::forkserver, 2}); }

inline std::string way_name(const testing::TestParamInfo<Way>& test) {
  return std::string(to_string(test.param.method)) + (test.param.idle_children > 0 ? "_idle" : "");
}

/// For what every method does alike.
class EveryWay : public testing::TestWithParam<Way> {
 protected:
  Context context_{GetParam().context()};
};

inline std::string method_name(const testing::TestParamInfo<StartMethod>& test) { return std::string(to_string(test.param)); }

/// For what every method does alike, with the options as they are.
class EveryMethod : public testing::TestWithParam<StartMethod> {
 protected:
  Context context_{GetParam()};
};

}  // namespace proberen::ipc
