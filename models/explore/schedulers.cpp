#include "models/explore/schedulers.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace proberen::explore {

std::uint64_t Random::mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t Random::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  return mixed(state_);
}

ThreadId Scheduler::any_of(std::uint64_t set) {
  std::uint64_t count = 0;  // of the few there are, one by one: not every processor that this is compiled for counts bits
  for (std::uint64_t rest = set; rest != 0; rest &= rest - 1) ++count;
  for (std::uint64_t skip = random_.below(count); skip > 0; --skip) set &= set - 1;
  return std::countr_zero(set);
}

namespace {

class RandomWalk final : public Scheduler {
 public:
  using Scheduler::Scheduler;
  ThreadId pick(std::uint64_t enabled, EventId /*step*/) override { return any_of(enabled); }
};

/// Steps that threads make while others are kept from theirs: of one thread by its priority, or until the turn of another one.
constexpr int kPatience = 256;

/// The thread of the highest priority in a set.
ThreadId first_of(std::uint64_t set, const std::array<std::uint64_t, kMaxThreads>& priorities) {
  ThreadId best = std::countr_zero(set);
  for (std::uint64_t rest = set & (set - 1); rest != 0; rest &= rest - 1) {
    const ThreadId thread = std::countr_zero(rest);
    if (priorities[static_cast<std::size_t>(thread)] > priorities[static_cast<std::size_t>(best)]) best = thread;
  }
  return best;
}

class Pct final : public Scheduler {
 public:
  Pct(Random& random, int depth) : Scheduler(random), depth_(depth) {}

  void begin() override {
    longest_ = std::max(longest_, steps_);
    steps_ = 0;
    lowest_ = kLater;
    last_ = kNoThread;
    alone_ = 0;
    for (std::uint64_t& priority : priorities_) priority = 2 * kLater + (random_.next() >> 2);
    changes_.clear();
    for (int i = 1; i < depth_; ++i) changes_.push_back(static_cast<EventId>(random_.below(static_cast<std::uint64_t>(longest_))));
  }

  ThreadId pick(std::uint64_t enabled, EventId step) override {
    steps_ = step;
    ThreadId best = first_of(enabled, priorities_);
    // A loop that waits for a thread of lower priority, and is not without effect, would go round for ever.
    alone_ = best == last_ ? alone_ + 1 : 0;
    if (alone_ == kPatience) {
      priorities_[static_cast<std::size_t>(best)] = --lowest_;
      best = first_of(enabled, priorities_);
      alone_ = 0;
    }
    last_ = best;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (changes_[i] > step) continue;
      changes_[i] = kNever;
      priorities_[static_cast<std::size_t>(best)] = kLater + i;
      best = first_of(enabled, priorities_);
    }
    return best;
  }

 private:
  static constexpr EventId kNever = std::numeric_limits<EventId>::max();
  /// Below all that threads begin with, and above what they get who have tried the patience of others.
  static constexpr std::uint64_t kLater = std::uint64_t{1} << 32;
  int depth_;
  std::uint64_t lowest_ = 0;  ///< the priority that a thread got last which had tried others' patience
  ThreadId last_ = kNoThread;
  int alone_ = 0;  ///< steps that it has made one after the other
  std::array<std::uint64_t, kMaxThreads> priorities_{};
  std::vector<EventId> changes_;  ///< each at the first step from there on at which there is a choice
  EventId longest_ = 16;
  EventId steps_ = 0;
};

struct Pending {
  LocationId location = kNoLocation;
  bool writes = false;
};

class Pos final : public Scheduler {
 public:
  using Scheduler::Scheduler;

  void begin() override {
    for (std::uint64_t& priority : priorities_) priority = random_.next();
    pending_.fill({});
  }
  [[nodiscard]] bool looks_ahead() const override { return true; }
  void announce(ThreadId thread, LocationId location, bool writes) override {
    pending_[static_cast<std::size_t>(thread)] = {location, writes};
  }
  void performed(ThreadId thread, LocationId location, bool writes) override {
    priorities_[static_cast<std::size_t>(thread)] = random_.next();
    pending_[static_cast<std::size_t>(thread)] = {};
    if (location == kNoLocation) return;
    for (std::size_t other = 0; other < pending_.size(); ++other) {
      if (pending_[other].location == location && (writes || pending_[other].writes)) priorities_[other] = random_.next();
    }
  }
  ThreadId pick(std::uint64_t enabled, EventId /*step*/) override { return first_of(enabled, priorities_); }

 private:
  std::array<std::uint64_t, kMaxThreads> priorities_{};
  std::array<Pending, kMaxThreads> pending_{};
};

class Surw final : public Scheduler {
 public:
  using Scheduler::Scheduler;

  void begin() override {
    std::swap(expected_, counted_);
    counted_.clear();
    pending_.fill({});
    intended_ = kNoThread;
    choose_location();
  }
  [[nodiscard]] bool looks_ahead() const override { return true; }
  void announce(ThreadId thread, LocationId location, bool writes) override {
    pending_[static_cast<std::size_t>(thread)] = {location, writes};
  }
  void performed(ThreadId thread, LocationId location, bool /*writes*/) override {
    pending_[static_cast<std::size_t>(thread)] = {};
    if (location == kNoLocation) return;
    if (static_cast<std::size_t>(location) >= counted_.size()) counted_.resize(static_cast<std::size_t>(location) + 1);
    ++counted_[static_cast<std::size_t>(location)][static_cast<std::size_t>(thread)];
    if (location != selected_) return;
    std::uint32_t& left = left_[static_cast<std::size_t>(thread)];
    if (left > 0) --left;
    if (thread == intended_) intended_ = kNoThread;
  }

  /// Threads that are about to make a selected step wait for their turn, which goes by how many of them each still has to make.
  ThreadId pick(std::uint64_t enabled, EventId /*step*/) override {
    if (selected_ == kNoLocation) return any_of(enabled);
    std::uint64_t waiting = 0;
    for (std::uint64_t rest = enabled; rest != 0; rest &= rest - 1) {
      if (pending_[static_cast<std::size_t>(std::countr_zero(rest))].location == selected_) waiting |= rest & (~rest + 1);
    }
    if (intended_ == kNoThread) {
      intended_ = draw();
      awaited_ = 0;
    }
    if (waiting != 0 && ++awaited_ > kPatience) {  // somebody goes round in a loop until one of those has made its step
      intended_ = any_of(waiting);
      awaited_ = 0;
    }
    std::uint64_t free = enabled & ~waiting;
    if (intended_ != kNoThread) free |= waiting & (std::uint64_t{1} << intended_);
    if (free != 0) return any_of(free);
    return intended_ = any_of(waiting);  // the intended one cannot get there
  }

 private:
  using PerThread = std::array<std::uint32_t, kMaxThreads>;

  void choose_location() {
    selected_ = kNoLocation;
    std::uint64_t shared = 0;
    for (std::size_t location = 0; location < expected_.size(); ++location) {
      const auto threads =
          std::count_if(expected_[location].begin(), expected_[location].end(), [](std::uint32_t count) { return count > 0; });
      if (threads > 1 && random_.below(++shared) == 0) selected_ = static_cast<LocationId>(location);
    }
    if (selected_ != kNoLocation) left_ = expected_[static_cast<std::size_t>(selected_)];
  }

  ThreadId draw() {
    std::uint64_t sum = 0;
    for (const std::uint32_t left : left_) sum += left;
    if (sum == 0) return kNoThread;
    std::uint64_t at = random_.below(sum);
    ThreadId thread = 0;
    while (at >= left_[static_cast<std::size_t>(thread)]) at -= left_[static_cast<std::size_t>(thread++)];
    return thread;
  }

  LocationId selected_ = kNoLocation;
  ThreadId intended_ = kNoThread;
  int awaited_ = 0;  ///< steps that have been made while others wait for its turn
  PerThread left_{};
  std::vector<PerThread> expected_;  ///< steps at each location in the execution before
  std::vector<PerThread> counted_;   ///< and in this one
  std::array<Pending, kMaxThreads> pending_{};
};

}  // namespace

std::unique_ptr<Scheduler> make_scheduler(const Options& options, Random& random) {
  switch (options.search) {
    case Search::kPct:
      return std::make_unique<Pct>(random, options.pct_depth);
    case Search::kPos:
      return std::make_unique<Pos>(random);
    case Search::kSurw:
      return std::make_unique<Surw>(random);
    default:
      return std::make_unique<RandomWalk>(random);
  }
}

}  // namespace proberen::explore
