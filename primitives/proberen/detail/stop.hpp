/// How a std::stop_token ends a wait: every blocking call of the library has a form that takes one.
///
/// All waits are a futex's or poll(2)'s, each with a deadline. A StopScope makes those of its thread end as if that had passed. So a stop
/// finds each primitive prepared, loses nothing that a timeout would not, and costs nothing where no token is given.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "proberen/deadline.hpp"

namespace proberen::detail {

/// The deadline of a wait that only a stop ends. Not kForever: a wait without a deadline, as for one of the library's own locks, heeds no
/// stop, since its caller is not prepared for it.
inline constexpr Deadline kUntilStopped = kForever - Deadline::duration(1);

/// While it lives, and once a stop has been requested, its thread's waits that have a deadline end at once. Of several, the innermost
/// counts.
class StopScope {
 public:
  explicit StopScope(const std::stop_token& token);
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;
  ~StopScope();

  /// The calling thread's; null when it has none.
  [[nodiscard]] static StopScope* current() noexcept;

  /// What came before the request is known to who is told of it.
  [[nodiscard]] bool requested() const noexcept;
  /// 0 until a stop is requested, which then wakes who is parked on it.
  [[nodiscard]] const std::atomic<std::uint32_t>& word() const noexcept { return word_; }
  /// Readable once a stop is requested; -1 before watch().
  [[nodiscard]] int descriptor() const noexcept { return descriptor_.load(std::memory_order_relaxed); }
  /// Takes over an eventfd(2) that does not block, as the descriptor. Once.
  void watch(int event) noexcept;

 private:
  struct Request {
    StopScope* scope;
    void operator()() const noexcept;
  };

  StopScope* const outer_;
  std::atomic<std::uint32_t> word_{0};
  std::atomic<int> descriptor_{-1};
  std::optional<std::stop_callback<Request>> callback_;
};

/// Until when a call with that deadline waits for a lock of the library's own: as long as it takes, since a timeout would say that there
/// was no room, or no item; but a stop says nothing, and ends that wait too.
[[nodiscard]] constexpr Deadline lock_deadline(Deadline deadline) noexcept { return deadline == kUntilStopped ? deadline : kForever; }

/// What `attempt(Deadline)` returns, which a stop ends as a timeout would; with a stop requested before, it does not wait. Timed waits of
/// what else the attempt calls end, too.
template <class Attempt>
auto until_stopped(const std::stop_token& token, Attempt attempt) {
  const StopScope scope(token);
  return attempt(kUntilStopped);
}

}  // namespace proberen::detail
