#include "primitives/process/launch.hpp"

#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>
#include <vector>

#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/payload.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// posix_spawnattr_t: default signals and an empty mask, as a program that is started expects.
class FreshSignals {
 public:
  FreshSignals() {
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  FreshSignals(const FreshSignals&) = delete;
  FreshSignals& operator=(const FreshSignals&) = delete;
  ~FreshSignals() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// posix_spawn_file_actions_t: the descriptors that the child keeps.
class Inherited {
 public:
  explicit Inherited(std::span<const int> descriptors) {
    ::posix_spawn_file_actions_init(&actions_);
    for (const int descriptor : descriptors) {
      // A dup2 onto itself takes close-on-exec away, in the child alone (glibc 2.29; POSIX.1-2024).
      const int error = ::posix_spawn_file_actions_adddup2(&actions_, descriptor, descriptor);
      if (error == 0) continue;
      ::posix_spawn_file_actions_destroy(&actions_);
      throw_error(error, "cannot pass a descriptor to a process");
    }
  }
  Inherited(const Inherited&) = delete;
  Inherited& operator=(const Inherited&) = delete;
  ~Inherited() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

struct Detached {
  std::mutex mutex;
  std::vector<Descriptor> pidfds;
};

Detached& detached() {
  // Leaked, so that it outlives every Process.
  static Detached* const children = new Detached;
  return *children;
}

bool reap_if_ended(const Descriptor& pidfd) {
  siginfo_t info{};
  const int outcome = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED | WNOHANG);
  return outcome != 0 || info.si_pid != 0;
}

}  // namespace

Descriptor hold_child(pid_t pid) {
  Descriptor pidfd(open_pidfd(pid));
  if (!pidfd) {
    const int error = errno;
    // Without such a child (SIGCHLD is ignored, and it has ended) the number may be anybody's.
    if (error == ESRCH) throw_error(error, "the process that was started has ended and was reaped by somebody else");
    ::kill(pid, SIGKILL);
    siginfo_t info{};
    resumed([&] { return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED); });
    throw_error(error, "cannot hold the process that was started");
  }
  return pidfd;
}

Launched launch_fork(const Entry& entry, void* arguments) {
  // What is still buffered would go out twice.
  std::cout.flush();
  std::clog.flush();
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) throw_errno("cannot fork");
  if (pid == 0) end_child(run_entry(entry, arguments));
  Launched launched;
  launched.pid = pid;
  launched.pidfd = hold_child(pid);
  return launched;
}

Launched launch_self(const char* role, std::span<const int> descriptors) {
  const Inherited inherited(descriptors);
  const FreshSignals signals;
  std::vector<std::string> words{program_invocation_name, kChildMarker, role};
  words.reserve(words.size() + descriptors.size());
  for (const int descriptor : descriptors) words.push_back(std::to_string(descriptor));
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Launched launched;
  // Not our path: the file there may be another one by now.
  const int error = ::posix_spawn(&launched.pid, "/proc/self/exe", inherited.get(), signals.get(), arguments.data(), environ);
  if (error != 0) throw_error(error, "cannot run this executable again");
  launched.pidfd = hold_child(launched.pid);
  return launched;
}

int count_threads() {
  struct stat tasks{};
  if (::stat("/proc/self/task", &tasks) != 0) throw_errno("cannot count the threads in /proc/self/task");
  // A folder has two links more than it has folders, one for each thread.
  int threads = static_cast<int>(tasks.st_nlink) - 2;
#ifdef __SANITIZE_THREAD__
  --threads;  // ThreadSanitizer's own, which survives a fork
#endif
  return threads;
}

void adopt_detached(Descriptor pidfd) {
  Detached& children = detached();
  const std::scoped_lock lock(children.mutex);
  children.pidfds.push_back(std::move(pidfd));
}

void reap_detached() {
  Detached& children = detached();
  const std::unique_lock lock(children.mutex, std::try_to_lock);
  if (lock) std::erase_if(children.pidfds, reap_if_ended);
}

}  // namespace proberen::ipc::detail
