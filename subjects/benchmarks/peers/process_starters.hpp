/// Bare ways to start a process whose first act is to tell the time, through a pipe.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace proberen::benchmarks::peers {

/// CLOCK_MONOTONIC, which all processes share, in nanoseconds.
inline std::int64_t monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// What every started process does first. The reading comes before the writing, so the pipe is not part of the figure.
inline void tell_time(int pipe) {
  const std::int64_t now = monotonic_now();
  if (::write(pipe, &now, sizeof now) != sizeof now) ::_exit(1);
}

/// A process that runs this executable again with this variable tells the time through the pipe of that number, and ends.
inline constexpr const char* kTellTime = "PROBEREN_BENCHMARK_TELL_TIME";

/// To be called before main, as late as can be: what is measured beside it gets as far as main.
inline bool tell_time_if_asked() {
  if (const char* const pipe = std::getenv(kTellTime)) {
    tell_time(std::atoi(pipe));
    ::_exit(0);
  }
  return false;
}

/// The arguments and the environment with which this executable tells the time.
class TellTimeImage {
 public:
  explicit TellTimeImage(int pipe) : variable_(std::string(kTellTime) + "=" + std::to_string(pipe)) {
    for (char** known = ::environ; *known != nullptr; ++known) environment_.push_back(*known);
    environment_.push_back(variable_.data());
    environment_.push_back(nullptr);
  }

  static constexpr const char* kPath = "/proc/self/exe";
  char* const* arguments() { return arguments_; }
  char* const* environment() { return environment_.data(); }

 private:
  std::string variable_;
  char name_[16] = "tell_time";
  char* arguments_[2] = {name_, nullptr};
  std::vector<char*> environment_;
};

inline pid_t bare_fork(int pipe) {
  const pid_t child = ::fork();
  if (child == 0) {
    tell_time(pipe);
    ::_exit(0);
  }
  return child;
}

inline pid_t bare_vfork_exec(int pipe) {
  TellTimeImage image(pipe);
  const pid_t child = ::vfork();
  if (child == 0) {
    ::fcntl(pipe, F_SETFD, 0);  // of the child's descriptors alone
    ::execve(TellTimeImage::kPath, image.arguments(), image.environment());
    ::_exit(127);
  }
  return child;
}

inline pid_t bare_posix_spawn(int pipe) {
  TellTimeImage image(pipe);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe, pipe);  // takes close-on-exec away, in the child
  pid_t child = -1;
  const int error = ::posix_spawn(&child, TellTimeImage::kPath, &actions, nullptr, image.arguments(), image.environment());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn");
  return child;
}

/// Starts by one of them, and reaps.
class BareStarter {
 public:
  explicit BareStarter(pid_t (*how)(int pipe)) : start_(how) {}

  /// The pipe stays the caller's.
  void start(int pipe) {
    child_ = start_(pipe);
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "cannot start a process");
  }
  void reap() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) throw std::runtime_error("a process that was started bare did not end well");
  }

 private:
  pid_t (*start_)(int pipe);
  pid_t child_ = -1;
};

}  // namespace proberen::benchmarks::peers
