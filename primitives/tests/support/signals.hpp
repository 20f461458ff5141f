/// Signals at a thread that waits: its system call ends with EINTR, its wait must not.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "primitives/tests/support/threads.hpp"

namespace proberen::test {

inline std::atomic<int> signals_handled{0};

/// Handles SIGUSR1 by counting it, for as long as the object lives. Without SA_RESTART: a system call that waits is interrupted.
class CountSignals {
 public:
  CountSignals() {
    signals_handled = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { signals_handled.fetch_add(1, std::memory_order_relaxed); };
    ::sigaction(SIGUSR1, &action, &previous_);
  }
  CountSignals(const CountSignals&) = delete;
  CountSignals& operator=(const CountSignals&) = delete;
  ~CountSignals() { ::sigaction(SIGUSR1, &previous_, nullptr); }

 private:
  struct sigaction previous_ {};
};

/// Interrupts the waiter every millisecond until it is done. A wait that began anew at each signal would never end.
inline void pester(Waiter& waiter) {
  while (!waiter.done()) {
    ::pthread_kill(waiter.handle(), SIGUSR1);
    std::this_thread::sleep_for(1ms);
  }
}

/// ThreadSanitizer puts a handler off until the thread enters a call that it knows to wait.
inline void let_handlers_run() { ::usleep(1000); }

}  // namespace proberen::test
