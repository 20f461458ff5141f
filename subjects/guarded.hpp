/// Guarded<…>: a counter in plain memory behind a primitive used as a lock. What makes weak orders and broken exclusion visible: the
/// counter is marked for checkers that cannot see plain memory, and is a plain integer for sanitizers, which can.
#pragma once

#include <chrono>
#include <optional>

#include "proberen/platform.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// The timeout of timed operations: short, so that both ends of it are met.
inline constexpr std::chrono::milliseconds kBriefly{1};

template <class P>
class GuardedCounter {
 public:
  /// Adds one, and says what the counter is now. Call it only while holding the guard.
  int increment() {
    mark_.write();
    return ++count_;
  }

  [[nodiscard]] int count() const { return count_; }

  /// The counter, read by a thread that must not do so while another increments it.
  [[nodiscard]] int look() const {
    mark_.read();
    return count_;
  }

 private:
  [[no_unique_address]] typename P::SharedData mark_;
  int count_ = 0;
};

/// `Adapter` says how to enter and leave: `void enter()`, `bool try_enter()`, `bool enter_for(duration)`, `void leave()`.
template <class P, class Adapter>
struct Guarded {
  using Platform = P;

  Adapter guard;
  GuardedCounter<P> counter;

  Tally told;  ///< increments of which a caller was told

  int increment() {
    guard.enter();
    return leave_with_count();
  }
  std::optional<int> try_increment() { return guard.try_enter() ? std::optional(leave_with_count()) : std::nullopt; }
  std::optional<int> increment_for() { return guard.enter_for(kBriefly) ? std::optional(leave_with_count()) : std::nullopt; }

 private:
  int leave_with_count() {
    const int count = counter.increment();
    guard.leave();
    told.add(1);
    return count;
  }
};

inline constexpr auto counts_add_up = [](auto& subject) { return subject.counter.count() == subject.told.count(); };

}  // namespace proberen::reference
