/// RecursiveRobustCore: a RobustCore that its owner may take again.
///
/// The depth is a word of its own that the owner alone touches. It means nothing while nobody holds the lock, since whoever takes it first
/// begins at 1; so a dead owner's depth needs no repair.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <system_error>

#include "proberen/detail/robust_core.hpp"
#include "proberen/ipc/robust_status.hpp"
#include "proberen/platform.hpp"

namespace proberen::detail {

template <Platform P, class Kernel, class Rules = RobustRules>
class RecursiveRobustCore {
 public:
  using Status = ipc::RobustStatus;
  static constexpr Deadline kAtOnce = RobustCore<P, Kernel, Rules>::kAtOnce;

  /// As RobustCore's; the owner takes it once more, `acquired`, without waiting. Throws std::system_error (resource_unavailable_try_again)
  /// when it has been taken 2^32 - 1 times.
  [[nodiscard]] Status acquire_until(Deadline deadline) {
    if (core_.owned()) {
      const std::uint32_t depth = depth_.load(std::memory_order_relaxed);
      if (depth == std::numeric_limits<std::uint32_t>::max()) [[unlikely]] {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again), "a recursive lock was taken too often");
      }
      depth_.store(depth + 1, std::memory_order_relaxed);
      return Status::acquired;
    }
    const Status status = core_.acquire_until(deadline);
    if (is_held(status)) {
      const bool inherits = !Rules::kDepthEndsWithOwner && status == Status::owner_died;
      depth_.store(inherits ? depth_.load(std::memory_order_relaxed) + 1 : 1, std::memory_order_relaxed);
    }
    return status;
  }

  /// Undoes one acquire; errors as RobustCore's. Where the lock is still torn, the last release leaves it not recoverable.
  std::error_code release() {
    if (Rules::kReleasesAreCounted && core_.owned()) {
      const std::uint32_t left = depth_.load(std::memory_order_relaxed) - 1;
      depth_.store(left, std::memory_order_relaxed);
      if (left > 0) return {};
    }
    return core_.release();
  }

  /// Both as RobustCore's, whatever the depth.
  std::error_code mark_consistent() { return core_.mark_consistent(); }
  std::error_code mark_unrecoverable() { return core_.mark_unrecoverable(); }

  [[nodiscard]] bool locked() const { return core_.locked(); }
  [[nodiscard]] bool owned() const { return core_.owned(); }

  /// For models of a kernel.
  [[nodiscard]] auto& word() { return core_.word(); }

 private:
  RobustCore<P, Kernel, Rules> core_;
  /// How often the owner has taken the lock; of no meaning while nobody holds it. Written by the owner alone; atomic for ThreadSanitizer,
  /// which does not see the kernel hand on the lock of a thread that ended.
  typename P::template Atomic<std::uint32_t> depth_{0};
};

}  // namespace proberen::detail
