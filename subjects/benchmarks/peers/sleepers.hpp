/// Ways to have something done after a while: each calls `note()` at or after the deadline, and returns when that is done.
#pragma once

#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include <sys/prctl.h>

#include "proberen/deadline.hpp"

namespace proberen::benchmarks::peers {

/// clock_nanosleep on a thread whose timer slack is one nanosecond: what the kernel can do at best. Nobody is notified.
struct NanosleepAlarm {
  NanosleepAlarm() { ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }
  NanosleepAlarm(const NanosleepAlarm&) = delete;
  NanosleepAlarm& operator=(const NanosleepAlarm&) = delete;
  ~NanosleepAlarm() { ::prctl(PR_SET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL); }  // 0 is the default again

  template <class Note>
  void ring(SteadyClock::duration interval, Note note) {
    const auto since = (SteadyClock::now() + interval).time_since_epoch();
    const auto whole = std::chrono::floor<std::chrono::seconds>(since);
    const timespec until{static_cast<std::time_t>(whole.count()), static_cast<long>(std::chrono::nanoseconds(since - whole).count())};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) != 0) {
    }
    note();
  }
};

/// A thread for each timer, which waits on a condition variable: the shape of Python's threading.Timer.
struct ThreadAlarm {
  template <class Note>
  void ring(SteadyClock::duration interval, Note note) {
    std::thread([=] {
      std::mutex mutex;
      std::condition_variable cancelled;
      std::unique_lock guard(mutex);
      const auto until = SteadyClock::now() + interval;
      while (cancelled.wait_until(guard, until) != std::cv_status::timeout) {
      }
      note();
    }).join();
  }
};

}  // namespace proberen::benchmarks::peers
