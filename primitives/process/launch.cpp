#include "primitives/process/launch.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/close_others.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/parent_watch.hpp"
#include "primitives/process/payload.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Where the child's descriptors begin.
constexpr int kFirstPassed = STDERR_FILENO + 1;

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

/// What a child by fork has to do first, and where it says whether it could.
struct Beginning {
  Setup& setup;
  /// Empty without a setup.
  Descriptor heard;
  Descriptor told;
};

/// In the child. With a setup it says what came of it, in any case: that the socket is closed another process may hide, which was forked
/// meanwhile and holds a copy of it.
void begin(Beginning& beginning) {
  if (!beginning.told) return;
  const SetupFailure failure = beginning.setup.apply();
  send_packet(beginning.told.get(), {reinterpret_cast<const char*>(&failure), sizeof failure}, {}, {});
  if (failure) ::_exit(127);
  beginning.told.reset();
}

/// In the creator. No failure also where the child was killed before it could say anything: that is its end, and no refusal.
SetupFailure hear(const Descriptor& heard, const Descriptor& pidfd) {
  SetupFailure failure;
  pollfd sources[] = {{heard.get(), POLLIN, 0}, {pidfd.get(), POLLIN, 0}};
  poll_until(sources, kForever);
  // Whichever was seen: the child speaks before it ends.
  receive_packet(heard.get(), {reinterpret_cast<char*>(&failure), sizeof failure}, Deadline::min());
  return failure;
}

/// Holds a child that fork() has made. Throws std::system_error, and then ends and reaps it.
void hold(Launched& child) {
  child.pidfd.reset(open_pidfd(child.pid));
  const int error = child.pidfd ? 0 : errno;
  siginfo_t info{};
  if (error != 0 && error != ESRCH) {
    ::kill(child.pid, SIGKILL);
    resumed([&] { return ::waitid(P_PID, static_cast<id_t>(child.pid), &info, WEXITED); });
    throw_error(error, "cannot hold the process that was started");
  }
  // One that somebody else has reaped, or the kernel, where SIGCHLD is ignored; the number may be a stranger's by now.
  child.lost = error == ESRCH || ::waitid(P_PIDFD, static_cast<id_t>(child.pidfd.get()), &info, WEXITED | WNOHANG | WNOWAIT) != 0;
  if (!child.lost) return;
  child.pidfd.reset(above_standard(::eventfd(1, EFD_CLOEXEC)));
  if (!child.pidfd) throw_errno("cannot hold the process that was started, which has ended");
}

[[noreturn]] void run_forked(const Entry& entry, void* arguments, const std::optional<std::vector<int>>& kept, const LastWords& words,
                             Life& life, Beginning& beginning) {
  if (kept) {
    close_others(*kept);
  } else {
    beginning.heard.reset();
  }
  begin(beginning);
  words.leave_here();
  end_child(run_entry(entry, arguments, life));
}

}  // namespace

void require_open(std::span<const int> descriptors) {
  for (const int descriptor : descriptors) {
    if (::fcntl(descriptor, F_GETFD) < 0) throw_errno("cannot pass a descriptor to a process");
  }
}

Launched launch_fork(const Entry& entry, void* arguments, const Birth& birth, Setup& setup) {
  std::optional<std::vector<int>> kept(std::in_place);
  entry.list_descriptors(arguments, *kept);
  require_open(*kept);
  Beginning beginning{setup, {}, {}};
  if (!setup.empty()) {
    std::tie(beginning.heard, beginning.told) = packet_sockets("cannot create a socket for the setup of a process");
    kept->push_back(beginning.told.get());
  }
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
  if (launched.pid == 0) run_forked(entry, arguments, kept, launched.last_words, life, beginning);
  reserved.reset();
  hold(launched);
  if (!beginning.heard) return launched;
  beginning.told.reset();
  if (const SetupFailure failure = hear(beginning.heard, launched.pidfd)) {
    siginfo_t info{};
    resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(launched.pidfd.get()), &info, WEXITED); });
    throw_error(failure.error, setup.problem(failure));
  }
  return launched;
}

Launched launch_self(const char* role, std::span<const int> descriptors, Setup& setup, bool keep_descriptors) {
  Execution execution;
  // Not our path: the file there may be another one by now.
  execution.files = {"/proc/self/exe"};
  execution.arguments = {program_invocation_name, kChildMarker, role};
  execution.close_others = !keep_descriptors;
  for (const int descriptor : descriptors) {
    const int number = keep_descriptors ? descriptor : kFirstPassed + static_cast<int>(execution.descriptors.size());
    execution.descriptors.push_back({descriptor, number});
    execution.arguments.push_back(std::to_string(number));
  }
  std::vector<Descriptor> lifted;
  if (!keep_descriptors) lifted = lift_sources(execution.descriptors);
  return launch_execution(execution, setup, "cannot run this executable again, as /proc/self/exe");
}

Launched launch_self(const char* role, std::span<const int> descriptors) {
  Setup nothing{StartOptions()};
  return launch_self(role, descriptors, nothing);
}

Launched launch_execution(const Execution& execution, Setup& setup, const std::string& problem) {
  Descriptor reserved = reserve_descriptor();
  SetupFailure failure;
  reserved.reset();
  Executed executed = execute(execution, setup, failure);
  if (failure) throw_error(failure.error, failure.step == SetupFailure::Step::kExecute ? problem : setup.problem(failure));
  Launched launched;
  launched.pid = executed.pid;
  launched.pidfd = std::move(executed.pidfd);
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
