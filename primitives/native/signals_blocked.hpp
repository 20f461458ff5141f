/// SignalsBlocked: for the threads that the library makes.
#pragma once

#include <csignal>

namespace proberen::detail {

/// Blocks all signals in this thread while it lives, so that a thread made meanwhile runs no handler of the program's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace proberen::detail
