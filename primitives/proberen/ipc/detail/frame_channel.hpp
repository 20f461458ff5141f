/// FrameChannel: one direction of a pipe in shared memory: a ring with a lock for each side, and waits that spin before they sleep.
///
/// Any number of threads, of any processes that map it, on either side. With a robust lock it outlives any of them that is killed, at any
/// instruction: a message is there once the ring's tail has moved and gone once its head has, so the next owner of a lock has nothing to
/// repair; who sleeps leaves nothing behind that misleads; and a wake that a death has swallowed is made up for by `Vanished::kLookAgain`.
/// Works at any address.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proberen/detail/stop.hpp"
#include "proberen/ipc/detail/frame_ring.hpp"
#include "proberen/ipc/detail/ring_policy.hpp"
#include "proberen/ipc/detail/sleepers.hpp"

namespace proberen::ipc::detail {

enum class ChannelStatus { ok, closed, timeout };

/// Who waits in a channel whose other side cannot vanish without close().
struct NobodyVanishes {
  static constexpr std::chrono::milliseconds kLookAgain{0};
  bool operator()() const { return false; }
};

/// `Lock`: a RobustMutex, or something of that form.
template <Platform P, std::size_t kCells, class Lock = PlainMutex<P>>
class FrameChannel {
 public:
  static constexpr std::size_t kMostBytes = FrameRing<P, kCells>::kMostBytes;

  /// Waits for room: ok, closed, or timeout when there was none by `deadline` (its earliest value: without waiting). `vanished()` says
  /// whether the other side is gone; it is asked before each sleep, and again after each kLookAgain, unless that is zero. `before()` runs
  /// once, under the lock of the senders, when there is room and before the message is in it; when it returns false that is a timeout, and
  /// what it throws goes to the caller: then nothing is put.
  template <class Vanished, class Before>
  ChannelStatus put(std::uint32_t kind, std::string_view bytes, Deadline deadline, const Vanished& vanished, const Before& before) {
    for (bool gone = false;;) {
      if (const auto status = try_put(kind, bytes, deadline, before)) return *status;
      if (gone) return ChannelStatus::closed;
      const auto look = [&] { return ring_.has_room(bytes.size()) || closed_.load(std::memory_order_relaxed); };
      if (!wait(writable_, put_spins_, look, vanished, gone, deadline)) return ChannelStatus::timeout;
    }
  }

  /// Waits for a message: ok, closed when there is none left, timeout. `after(kind)` runs under the lock of the receivers.
  template <class Vanished, class After>
  ChannelStatus get(std::uint32_t& kind, std::string& bytes, Deadline deadline, const Vanished& vanished, const After& after) {
    for (bool gone = false;;) {
      // (2) acquire: synchronizes with the release (1). Read before the ring: when closed here, no message can follow.
      const bool ended = closed_.load(std::memory_order_acquire) || gone;
      if (const auto status = try_get(kind, bytes, deadline, after)) return *status;
      if (ended) return ChannelStatus::closed;
      if (!wait(
              readable_, get_spins_, [&] { return has_message_or_end(); }, vanished, gone, deadline))
        return ChannelStatus::timeout;
    }
  }

  /// Whether get() would not wait, by `deadline`.
  template <class Vanished>
  bool await_message(Deadline deadline, const Vanished& vanished) {
    bool gone = false;
    return has_message_or_end() || wait(
                                       readable_, get_spins_, [&] { return has_message_or_end(); }, vanished, gone, deadline);
  }

  [[nodiscard]] bool has_message() const { return ring_.has_message(); }

  /// No puts from here on.
  void close() {
    {
      const Hold hold(put_lock_, kForever);
      // (1) release: synchronizes with the acquire (2)
      closed_.store(true, std::memory_order_release);
    }
    wake_all();
  }

  /// Lets everybody who sleeps look again.
  void wake_all() {
    readable_.notify(kWakeAll);
    writable_.notify(kWakeAll);
  }

 private:
  /// A side's lock. A death of its owner calls for nothing: see the top.
  class Hold {
   public:
    Hold(Lock& lock, Deadline deadline) : lock_(lock), held_(lock.acquire(deadline) != LockOutcome::timeout) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      if (held_) lock_.release();
    }
    explicit operator bool() const { return held_; }

   private:
    Lock& lock_;
    const bool held_;
  };

  /// Empty: there is no room.
  template <class Before>
  std::optional<ChannelStatus> try_put(std::uint32_t kind, std::string_view bytes, Deadline deadline, const Before& before) {
    {
      const Hold hold(put_lock_, proberen::detail::lock_deadline(deadline));
      if (!hold) return ChannelStatus::timeout;
      if (closed_.load(std::memory_order_relaxed)) return ChannelStatus::closed;
      if (!ring_.has_room(bytes.size())) return std::nullopt;
      if (!before()) return ChannelStatus::timeout;
      (void)ring_.try_put(kind, bytes);  // the room is still there: only we, who hold the lock, could take it
    }
    readable_.notify(kWakeAll);
    return ChannelStatus::ok;
  }

  /// Empty: there is no message.
  template <class After>
  std::optional<ChannelStatus> try_get(std::uint32_t& kind, std::string& bytes, Deadline deadline, const After& after) {
    {
      const Hold hold(get_lock_, proberen::detail::lock_deadline(deadline));
      if (!hold) return ChannelStatus::timeout;
      if (!ring_.try_get(kind, bytes)) return std::nullopt;
      after(kind);
    }
    writable_.notify(kWakeAll);
    return ChannelStatus::ok;
  }

  bool has_message_or_end() const { return ring_.has_message() || closed_.load(std::memory_order_relaxed); }

  /// Spins, then sleeps, until `look()` or `vanished()`, whose last answer is `gone`; false at the deadline.
  template <class Look, class Vanished>
  static bool wait(Sleepers<P>& sleepers, typename P::template Atomic<std::uint32_t>& spins, const Look& look, const Vanished& vanished,
                   bool& gone, Deadline deadline) {
    if (deadline == Deadline::min()) return look() || (gone = vanished());
    return spin(spins, look) || sleepers.wait([&] { return look() || (gone = vanished()); }, deadline, Vanished::kLookAgain);
  }

  /// Spinning pays where the other side answers within the time that falling asleep and being woken would take. How long we try is learned:
  /// twice as long after a success, half as long after a failure. Two that sleep answer each other late, and so would never learn that they
  /// could do without: after some failures at the least, which are counted down to 0, the most is tried again.
  template <class Look>
  static bool spin(typename P::template Atomic<std::uint32_t>& spins, const Look& look) {
    const auto most = static_cast<std::uint32_t>(P::spin_limit()) * kSpinsForEachUnit;
    if (most == 0) return false;
    const std::uint32_t least = most / 64;
    const std::uint32_t learned = spins.load(std::memory_order_relaxed);
    const std::uint32_t budget = learned == 0 ? most : std::clamp(learned, least, most);
    for (std::uint32_t left = budget; left > 0; --left) {
      if (look()) {
        if (learned < most) spins.store(std::min(budget * 2, most), std::memory_order_relaxed);
        return true;
      }
      P::relax();
    }
    const std::uint32_t less = learned > least ? std::max(budget / 2, least) : learned - 1;
    spins.store(learned == 0 ? least : less, std::memory_order_relaxed);
    return false;
  }

  /// A round trip to another process takes longer than a lock is held.
  static constexpr std::uint32_t kSpinsForEachUnit = 4;

  FrameRing<P, kCells> ring_;
  Lock put_lock_;                                                  ///< over the ring's producer
  typename P::template Atomic<bool> closed_{false};                ///< set under put_lock_, never cleared
  typename P::template Atomic<std::uint32_t> put_spins_{1 << 16};  ///< how long to spin for room; any value is right
  Sleepers<P> writable_;                                           ///< they wait for room
  alignas(64) Lock get_lock_;                                      ///< over the ring's consumer
  typename P::template Atomic<std::uint32_t> get_spins_{1 << 16};  ///< how long to spin for a message; any value is right
  Sleepers<P> readable_;                                           ///< they wait for a message
};

}  // namespace proberen::ipc::detail
