/// A test that hangs is a test that fails, with a message.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace proberen::test {

/// Ends the program, naming the test, unless it is destroyed within two minutes. Far longer than any test takes.
class Watchdog {
 public:
  Watchdog() : thread_([this] { watch(); }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard guard(mutex_);
      finished_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  void watch() {
    std::unique_lock guard(mutex_);
    const bool in_time = changed_.wait_for(guard, std::chrono::minutes(2), [this] { return finished_; });
    if (in_time) return;
    const testing::TestInfo* const test = testing::UnitTest::GetInstance()->current_test_info();
    std::fprintf(stderr, "watchdog: %s.%s hangs\n", test ? test->test_suite_name() : "?", test ? test->name() : "?");
    std::abort();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::thread thread_;  // last: the thread uses the other members
};

/// What every conformance test is: under watch.
class ConformanceTest : public testing::Test {
 private:
  Watchdog watchdog_;
};

}  // namespace proberen::test
