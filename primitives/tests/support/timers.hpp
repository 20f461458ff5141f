/// What the tests of timers share: callbacks that say when they ran.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/timer.hpp"

namespace proberen::test {

/// A callback that has begun and does not end before it is told to.
class HeldCallback {
 public:
  void operator()() {
    inside_ = true;
    while (!let_go_) std::this_thread::sleep_for(100us);
    ended_ = true;
  }
  [[nodiscard]] bool begins() const {
    return eventually([this] { return inside_.load(); });
  }
  void let_go() { let_go_ = true; }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::atomic<bool> inside_{false};
  std::atomic<bool> let_go_{false};
  std::atomic<bool> ended_{false};
};

}  // namespace proberen::test
