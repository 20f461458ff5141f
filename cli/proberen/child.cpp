#include "cli/proberen/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace proberen::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kKeepErrors = 64 * 1024;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Pipe {
  int read_end;
  int write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {ends[0], ends[1]};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// This process's environment with the command's own variables in front: the first of a name is the one that counts.
std::vector<char*> environment_of(const Command& command) {
  std::vector<char*> list = pointers(command.environment);
  list.pop_back();
  for (char** variable = environ; *variable != nullptr; ++variable) list.push_back(*variable);
  list.push_back(nullptr);
  return list;
}

/// Runs in the child. Nothing is allocated here.
[[noreturn]] void become(const Command& command, char* const* words, char* const* environment, pid_t parent, int output, int errors) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it died before we asked to follow it
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  if (command.fixed_addresses) {
    const int now = ::personality(0xffffffff);
    if (now != -1) ::personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE);
  }
  ::execve(words[0], words, environment);
  const char* const why = ::strerrordesc_np(errno);
  const auto say = [](const char* text) { return ::write(STDERR_FILENO, text, std::strlen(text)) > 0; };
  const bool said = say("cannot execute: ") && say(why != nullptr ? why : "unknown error") && say("\n");
  ::_exit(said ? 127 : 126);
}

}  // namespace

std::vector<std::string> last_lines(const std::string& text, std::size_t count) {
  std::vector<std::string> lines;
  std::size_t end = text.size();
  while (lines.size() < count && end > 0) {
    const std::size_t start = text.rfind('\n', end - 1);
    const std::size_t first = start == std::string::npos ? 0 : start + 1;
    std::string line = text.substr(first, end - first);
    if (line.find_first_not_of(" \t\r") != std::string::npos) lines.push_back(std::move(line));
    end = start == std::string::npos ? 0 : start;
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

void Child::Stream::read() {
  std::array<char, 16 * 1024> buffer;
  for (int reads = 0; descriptor >= 0 && reads < 64; ++reads) {  // a child that never stops talking must not keep us here
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;  // nothing there now
    if (got == 0) return close();
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > 2 * keep) text.erase(0, text.size() - keep);
    if (static_cast<std::size_t>(got) < buffer.size()) return;
  }
}

void Child::Stream::close() {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

Child::Child(const Command& command) : started_(Clock::now()), deadline_(started_ + command.limit) {
  const Pipe output = make_pipe();
  const Pipe errors = make_pipe();
  output_ = {output.read_end, command.keep_output, {}};
  errors_ = {errors.read_end, kKeepErrors, {}};
  start(command, output.write_end, errors.write_end);
  ::close(output.write_end);
  ::close(errors.write_end);
  ::setpgid(pid_, pid_);  // the child does so too: whoever is first, it is done before anybody kills the group
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pidfd_ < 0) {
    kill();
    ::waitpid(pid_, nullptr, 0);
    fail("pidfd_open");
  }
}

void Child::start(const Command& command, int output, int errors) {
  const std::vector<char*> words = pointers(command.words);
  const std::vector<char*> environment = environment_of(command);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become(command, words.data(), environment.data(), parent, output, errors);
}

Child::~Child() {
  if (!ended_) {
    kill();
    reap();
  }
}

void Child::kill() { ::kill(-pid_, SIGKILL); }

void Child::ask_to_end(int signal, milliseconds grace) {
  if (ended_) return;
  ::kill(-pid_, signal);
  deadline_ = std::min(deadline_, Clock::now() + grace);
}

/// The process is a zombie, or about to be one: its number still is its own, so the group can be cleared safely.
void Child::reap() {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  kill();
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  // What it left in the pipes is there by now; who else holds them does not matter.
  output_.read();
  errors_.read();
  output_.close();
  errors_.close();
  ::close(pidfd_);
  if (WIFEXITED(status)) outcome_.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome_.signal = WTERMSIG(status);
  outcome_.output = std::move(output_.text);
  outcome_.errors = std::move(errors_.text);
  outcome_.duration_s = std::chrono::duration<double>(Clock::now() - started_).count();
  ended_ = true;
}

bool wait_for_children(std::span<Child* const> children, int also) {
  for (;;) {
    std::vector<pollfd> waits{{also, POLLIN, 0}};
    Clock::time_point deadline = Clock::now() + std::chrono::hours(1);
    for (Child* child : children) {
      waits.push_back({child->pidfd_, POLLIN, 0});
      waits.push_back({child->output_.descriptor, POLLIN, 0});
      waits.push_back({child->errors_.descriptor, POLLIN, 0});
      deadline = std::min(deadline, child->deadline_);
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    const int ready = ::poll(waits.data(), waits.size(), static_cast<int>(std::max<milliseconds::rep>(0, left.count())));
    if (ready < 0 && errno != EINTR) fail("poll");
    bool any_ended = false;
    for (std::size_t i = 0; i < children.size(); ++i) {
      Child& child = *children[i];
      const bool done = ready > 0 && waits[1 + 3 * i].revents != 0;
      if (!done) {
        child.output_.read();
        child.errors_.read();
      }
      if (!done && Clock::now() >= child.deadline_) {
        child.outcome_.timed_out = true;
        child.kill();
      } else if (!done) {
        continue;
      }
      child.reap();
      any_ended = true;
    }
    if (ready > 0 && waits[0].revents != 0) return true;
    if (any_ended) return false;
  }
}

Outcome run_to_end(const Command& command) {
  Child child(command);
  Child* const only = &child;
  while (!child.ended()) wait_for_children({&only, 1}, -1);
  return child.outcome();
}

}  // namespace proberen::cli
