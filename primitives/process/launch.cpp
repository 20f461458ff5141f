#include "primitives/process/launch.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/close_others.hpp"
#include "primitives/process/parent_watch.hpp"
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

/// Where the child's descriptors begin.
constexpr int kFirstPassed = STDERR_FILENO + 1;

/// posix_spawn_file_actions_t: the descriptors that the child has, whatever else this process, or a library in it, has open.
class Passed {
 public:
  Passed(std::span<const int> sources, bool keep_others) : sources_(sources), keep_others_(keep_others) {
    ::posix_spawn_file_actions_init(&actions_);
    int error = 0;
    for (std::size_t index = 0; index < sources.size() && error == 0; ++index) {
      // A dup2 takes close-on-exec away, in the child alone; also one onto itself (glibc 2.29; POSIX.1-2024).
      error = ::posix_spawn_file_actions_adddup2(&actions_, sources[index], number(index));
    }
    if (error == 0 && !keep_others) error = ::posix_spawn_file_actions_addclosefrom_np(&actions_, number(sources.size()));
    if (error == 0) return;
    ::posix_spawn_file_actions_destroy(&actions_);
    throw_error(error, "cannot pass a descriptor to a process");
  }
  Passed(const Passed&) = delete;
  Passed& operator=(const Passed&) = delete;
  ~Passed() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }
  /// Of a descriptor, in the child.
  int number(std::size_t index) const { return keep_others_ ? sources_[index] : kFirstPassed + static_cast<int>(index); }

 private:
  posix_spawn_file_actions_t actions_;
  std::span<const int> sources_;
  bool keep_others_;
};

/// Copies above every number that the child's descriptors will have, so that none is overwritten before it has been copied.
std::vector<Descriptor> lift(std::span<const int> descriptors) {
  const int above = kFirstPassed + static_cast<int>(descriptors.size());
  std::vector<Descriptor> lifted;
  lifted.reserve(descriptors.size());
  for (const int descriptor : descriptors) {
    lifted.emplace_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, above));
    // EINVAL: not even the lowest number is below the limit (fcntl(2)).
    if (!lifted.back()) throw_error(errno == EINVAL ? EMFILE : errno, "cannot pass a descriptor to a process");
  }
  return lifted;
}

/// Of a thread of this process, by its folder in /proc/self/task: whether it is past its last instruction. The kernel lists one that has
/// been joined for a moment more.
bool has_ended(const std::filesystem::path& thread) {
  constexpr unsigned kExiting = 0x4;  // PF_EXITING of the kernel's linux/sched.h; set before a join returns
  std::ifstream file(thread / "stat");
  std::string line(256, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));  // 0 when it has gone by now
  const std::size_t name_end = line.rfind(')');          // proc(5): pid (name) state ppid pgrp session tty tpgid flags …
  unsigned flags = 0;
  return name_end == std::string::npos || std::sscanf(line.c_str() + name_end, ") %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
         (flags & kExiting) != 0;
}

[[noreturn]] void run_forked(const Entry& entry, void* arguments, const std::optional<std::vector<int>>& kept, const LastWords& words,
                             Life& life) {
  if (kept) close_others(*kept);
  words.leave_here();
  end_child(run_entry(entry, arguments, life));
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

void require_open(std::span<const int> descriptors) {
  for (const int descriptor : descriptors) {
    if (::fcntl(descriptor, F_GETFD) < 0) throw_errno("cannot pass a descriptor to a process");
  }
}

Launched launch_fork(const Entry& entry, void* arguments, const Birth& birth) {
  std::optional<std::vector<int>> kept(std::in_place);
  entry.list_descriptors(arguments, *kept);
  require_open(*kept);
  std::sort(kept->begin(), kept->end());
  if (birth.keep_descriptors) kept.reset();  // all of them, then
  Life life(birth);
  Launched launched;
  launched.last_words = LastWords::in_memory();
  Descriptor reserved = reserve_descriptor();
  // What is still buffered would go out twice.
  std::cout.flush();
  std::clog.flush();
  std::fflush(nullptr);
  launched.pid = ::fork();
  if (launched.pid < 0) throw_errno("cannot fork");
  if (launched.pid == 0) run_forked(entry, arguments, kept, launched.last_words, life);
  reserved.reset();
  launched.pidfd = hold_child(launched.pid);
  return launched;
}

Launched launch_self(const char* role, std::span<const int> descriptors, bool keep_descriptors) {
  const std::vector<Descriptor> lifted = keep_descriptors ? std::vector<Descriptor>() : lift(descriptors);
  std::vector<int> sources(descriptors.begin(), descriptors.end());
  for (std::size_t index = 0; index < lifted.size(); ++index) sources[index] = lifted[index].get();
  const Passed passed(sources, keep_descriptors);
  const FreshSignals signals;
  std::vector<std::string> words{program_invocation_name, kChildMarker, role};
  for (std::size_t index = 0; index < sources.size(); ++index) words.push_back(std::to_string(passed.number(index)));
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Descriptor reserved = reserve_descriptor();
  Launched launched;
  // Not our path: the file there may be another one by now.
  const int error = ::posix_spawn(&launched.pid, "/proc/self/exe", passed.get(), signals.get(), arguments.data(), environ);
  if (error != 0) throw_error(error, "cannot run this executable again");
  reserved.reset();
  launched.pidfd = hold_child(launched.pid);
  return launched;
}

Descriptor reserve_descriptor() {
  Descriptor reserved(above_standard(::eventfd(0, EFD_CLOEXEC)));
  if (!reserved) throw_errno("no descriptor is left to hold a process");
  return reserved;
}

int count_threads() {
  struct stat tasks {};
  if (::stat("/proc/self/task", &tasks) != 0) throw_errno("cannot count the threads in /proc/self/task");
  // A folder has two links more than it has folders, one for each thread.
  int threads = static_cast<int>(tasks.st_nlink) - 2;
  if (threads > 1) {
    threads = 0;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) threads += has_ended(thread) ? 0 : 1;
  }
#ifdef __SANITIZE_THREAD__
  --threads;  // ThreadSanitizer's own, which survives a fork
#endif
  if (has_watch_thread()) --threads;
  return threads;
}

}  // namespace proberen::ipc::detail
