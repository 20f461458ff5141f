/// Producers and consumers of a queue of processes that are killed at random instants, hundreds of them.
#pragma once

#include <gtest/gtest.h>

#include <signal.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "primitives/process/tests/support.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/detail/ring_policy.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::test {

inline constexpr int kMostLives = 600;     ///< producers one after another
inline constexpr int kMostItems = 30'000;  ///< of each

struct Parcel {
  std::int32_t life;
  std::int32_t number;
  std::array<std::int32_t, 2046> filling;  ///< all `number`: a torn item shows; large, so that many die while they copy
};

/// What the processes write down, for the judge.
struct Ledger {
  std::atomic<int> completed[kMostLives]{};  ///< puts that have returned
  std::atomic<std::uint8_t> received[kMostLives][kMostItems]{};
  std::atomic<long> receipts{0};
  std::atomic<int> out_of_order{0};
  std::atomic<int> torn{0};
};

/// It does not know of deaths, and is held for so long that many die while they hold it, however slow all the rest is.
class FragileMutex : public ipc::detail::PlainMutex<SharedPlatform> {
 public:
  [[nodiscard]] ipc::detail::LockOutcome acquire(Deadline deadline) {
    const ipc::detail::LockOutcome outcome = PlainMutex::acquire(deadline);
    if (outcome == ipc::detail::LockOutcome::acquired) std::this_thread::sleep_for(100us);
    return outcome;
  }
};

/// How many priorities the numbers of parcels take in turn: items of one come out in order.
template <class Q>
inline constexpr int kPriorities = 1;

template <class Q>
void produce(const Q& queue, ipc::Descriptor memory, int life) {
  const auto ledger = ipc::Shared<Ledger>::map(std::move(memory));
  for (int number = 0; number < kMostItems; ++number) {
    Parcel parcel{life, number, {}};
    parcel.filling.fill(number);
    if (queue.put(parcel) != QueueStatus::ok) return;
    ledger->completed[life].store(number + 1);
  }
}

template <class Q>
void consume(const Q& queue, ipc::Descriptor memory) {
  const auto ledger = ipc::Shared<Ledger>::map(std::move(memory));
  std::vector<int> last(static_cast<std::size_t>(kMostLives * kPriorities<Q>), -1);
  while (auto parcel = queue.get()) {
    const auto life = static_cast<std::size_t>(parcel->life);
    for (const int word : parcel->filling) {
      if (word != parcel->number) ++ledger->torn;
    }
    int& before = last[life * kPriorities<Q> + static_cast<std::size_t>(parcel->number % kPriorities<Q>)];
    if (std::exchange(before, parcel->number) >= parcel->number) ++ledger->out_of_order;
    ++ledger->received[life][parcel->number];
    ++ledger->receipts;
  }
}

template <class Q>
class Slaughter {
 public:
  Slaughter(ipc::Context& context, std::string prefix, std::chrono::milliseconds patience)
      : context_(context), prefix_(std::move(prefix)), patience_(patience) {}

  /// Kills for so long, and longer where that is not enough for `least_kills`. What went wrong; "" when nothing did.
  std::string run(std::chrono::milliseconds time, int least_kills, int most_kills) {
    for (int i = 0; i < 2; ++i) {
      producers_.push_back(start_producer());
      consumers_.push_back(start_consumer());
    }
    const auto end = std::chrono::steady_clock::now() + time;
    while ((std::chrono::steady_clock::now() < end || kills_ < least_kills) && kills_ < most_kills && lives_ < kMostLives) {
      std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(0, 4000)(random_)));
      kill_one();
      if (kills_ % 10 == 0 && !progresses()) return "hangs after " + std::to_string(kills_) + " kills";
    }
    return finish();
  }

  [[nodiscard]] std::size_t lost() const { return queue_.lost(); }
  [[nodiscard]] std::string figures() const {
    return std::to_string(kills_) + " kills, " + std::to_string(ledger_->receipts) + " items, " + std::to_string(queue_.lost()) + " lost";
  }

 private:
  ipc::Process start_producer() { return context_.start(prefix_ + "queue_produce", queue_, ledger_.duplicate_descriptor(), lives_++); }
  ipc::Process start_consumer() { return context_.start(prefix_ + "queue_consume", queue_, ledger_.duplicate_descriptor()); }

  void kill_one() {
    const std::size_t which = random_() % 2;
    const bool producer = random_() % 2 == 0;
    ipc::Process& victim = (producer ? producers_ : consumers_)[which];
    victim.kill();
    const bool killed = victim.join() == -SIGKILL;  // a producer may have come to its end
    kills_ += killed ? 1 : 0;
    consumers_killed_ += killed && !producer ? 1 : 0;
    victim = producer ? start_producer() : start_consumer();
  }

  bool progresses() {
    const long before = ledger_->receipts;
    const auto end = std::chrono::steady_clock::now() + patience_;
    while (ledger_->receipts == before) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(100us);
    }
    return true;
  }

  std::string finish() {
    for (ipc::Process& producer : producers_) producer.kill();
    for (ipc::Process& producer : producers_) kills_ += producer.join() == -SIGKILL ? 1 : 0;
    queue_.close();
    for (ipc::Process& consumer : consumers_) {
      if (consumer.join_for(patience_) != 0) return "a consumer does not end";
    }
    if (queue_.try_get().status() != QueueStatus::closed) return "items are left";
    if (ledger_->out_of_order > 0) return "out of order";
    if (ledger_->torn > 0) return "torn";
    int missing = 0;
    for (int life = 0; life < lives_; ++life) {
      const int completed = ledger_->completed[life];
      for (int number = 0; number < kMostItems; ++number) {
        const int times = ledger_->received[life][number];
        if (times > 1) return "an item came twice";
        if (times > 0 && number > completed) return "an item came that was never put";
        missing += times == 0 && number < completed ? 1 : 0;
      }
    }
    if (missing > consumers_killed_) return std::to_string(missing) + " items are missing";
    if (queue_.lost() > static_cast<std::size_t>(kills_)) return "more losses than kills";
    return "";
  }

  ipc::Context& context_;
  const std::string prefix_;
  const std::chrono::milliseconds patience_;
  const Q queue_{8};
  const ipc::Shared<Ledger> ledger_ = ipc::Shared<Ledger>::create();
  std::mt19937 random_{20261124};
  std::vector<ipc::Process> producers_;
  std::vector<ipc::Process> consumers_;
  int lives_ = 0;
  int kills_ = 0;
  int consumers_killed_ = 0;
};

}  // namespace proberen::test
