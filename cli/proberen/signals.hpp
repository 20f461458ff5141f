/// While it lives, SIGINT and SIGTERM are something to read. Once one was read they do nothing more to this process, which is on its way
/// to its end: a second one, from an impatient user or from timeout(1), would cut short what the first one asked for.
#pragma once

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace proberen::cli {

class Signals {
 public:
  /// Throws std::system_error.
  Signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGINT);
    ::sigaddset(&set, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &set, &before_);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  }
  ~Signals() {
    ::close(descriptor_);
    if (!taken_) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] int take() {
    taken_ = true;
    signalfd_siginfo info{};
    return ::read(descriptor_, &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : SIGTERM;
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
  bool taken_ = false;
};

}  // namespace proberen::cli
