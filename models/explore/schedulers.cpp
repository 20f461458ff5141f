#include "models/explore/schedulers.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

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

ThreadId Scheduler::any_of(ThreadSet set) { return set.nth(static_cast<unsigned>(random_.below(set.size()))); }

namespace {

class RandomWalk final : public Scheduler {
 public:
  using Scheduler::Scheduler;
  ThreadId pick(ThreadSet enabled, EventId /*step*/) override { return any_of(enabled); }
};

/// Steps that threads make while others are kept from theirs: of one thread by its priority, or until the turn of another one.
constexpr int kPatience = 256;

/// The priorities of an execution's threads. Each is drawn when its thread, or one with a higher number, can first go on: threads that are
/// not there cost nothing.
class Priorities {
 public:
  void clear() { drawn_ = 0; }
  void set(ThreadId thread, std::uint64_t priority) { priorities_[static_cast<std::size_t>(thread)] = priority; }
  /// The thread of the highest priority in a set, which is not empty.
  template <class Draw>
  [[nodiscard]] ThreadId highest_of(ThreadSet set, const Draw& draw) {
    for (const ThreadId last = set.last(); drawn_ <= last; ++drawn_) priorities_[static_cast<std::size_t>(drawn_)] = draw();
    const auto priority_of = [this](ThreadId thread) { return priorities_[static_cast<std::size_t>(thread)]; };
    ThreadSet::Iterator at = set.begin();
    ThreadId best = *at;
    while (++at != set.end()) {
      if (priority_of(*at) > priority_of(best)) best = *at;
    }
    return best;
  }

 private:
  std::array<std::uint64_t, kMaxThreads> priorities_{};
  ThreadId drawn_ = 0;  ///< those of the threads below it are there
};

class Pct final : public Scheduler {
 public:
  Pct(Random& random, int depth) : Scheduler(random), depth_(depth) {}

  void begin() override {
    longest_ = std::max(longest_, steps_);
    steps_ = 0;
    lowest_ = kLater;
    last_ = kNoThread;
    alone_ = 0;
    priorities_.clear();
    changes_.clear();
    for (int i = 1; i < depth_; ++i) changes_.push_back(static_cast<EventId>(random_.below(static_cast<std::uint64_t>(longest_))));
  }

  ThreadId pick(ThreadSet enabled, EventId step) override {
    steps_ = step;
    ThreadId best = highest_of(enabled);
    // A loop that waits for a thread of lower priority, and is not without effect, would go round for ever.
    alone_ = best == last_ ? alone_ + 1 : 0;
    if (alone_ == kPatience) {
      priorities_.set(best, --lowest_);
      best = highest_of(enabled);
      alone_ = 0;
    }
    last_ = best;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (changes_[i] > step) continue;
      changes_[i] = kNever;
      priorities_.set(best, kLater + i);
      best = highest_of(enabled);
    }
    return best;
  }

 private:
  static constexpr EventId kNever = std::numeric_limits<EventId>::max();
  /// Below all that threads begin with, and above what they get who have tried the patience of others.
  static constexpr std::uint64_t kLater = std::uint64_t{1} << 32;
  [[nodiscard]] ThreadId highest_of(ThreadSet set) {
    return priorities_.highest_of(set, [this] { return 2 * kLater + (random_.next() >> 2); });
  }

  int depth_;
  std::uint64_t lowest_ = 0;  ///< the priority that a thread got last which had tried others' patience
  ThreadId last_ = kNoThread;
  int alone_ = 0;  ///< steps that it has made one after the other
  Priorities priorities_;
  std::vector<EventId> changes_;  ///< each at the first step from there on at which there is a choice
  EventId longest_ = 16;
  EventId steps_ = 0;
};

/// The steps that threads are about to make.
class PendingSteps {
 public:
  struct Step {
    LocationId location = kNoLocation;
    bool writes = false;
  };
  void clear() {
    std::fill_n(steps_.begin(), threads_, Step{});
    threads_ = 0;
  }
  /// Of the threads 0 … threads()-1; none of another one is known.
  [[nodiscard]] ThreadId threads() const { return threads_; }
  [[nodiscard]] const Step& operator[](ThreadId thread) const { return steps_[static_cast<std::size_t>(thread)]; }
  void announce(ThreadId thread, const Step& step) {
    steps_[static_cast<std::size_t>(thread)] = step;
    threads_ = std::max(threads_, thread + 1);
  }
  void made(ThreadId thread) { steps_[static_cast<std::size_t>(thread)] = {}; }

 private:
  std::array<Step, kMaxThreads> steps_{};
  ThreadId threads_ = 0;
};

class Pos final : public Scheduler {
 public:
  using Scheduler::Scheduler;

  void begin() override {
    priorities_.clear();
    pending_.clear();
  }
  [[nodiscard]] bool looks_ahead() const override { return true; }
  void announce(ThreadId thread, LocationId location, bool writes) override { pending_.announce(thread, {location, writes}); }
  void performed(ThreadId thread, LocationId location, bool writes) override {
    priorities_.set(thread, random_.next());
    pending_.made(thread);
    if (location == kNoLocation) return;
    for (ThreadId other = 0; other < pending_.threads(); ++other) {
      if (pending_[other].location == location && (writes || pending_[other].writes)) priorities_.set(other, random_.next());
    }
  }
  ThreadId pick(ThreadSet enabled, EventId /*step*/) override {
    return priorities_.highest_of(enabled, [this] { return random_.next(); });
  }

 private:
  Priorities priorities_;
  PendingSteps pending_;
};

class Surw final : public Scheduler {
 public:
  using Scheduler::Scheduler;

  void begin() override {
    std::swap(expected_, counted_);
    counted_.clear();
    pending_.clear();
    intended_ = kNoThread;
    choose_location();
  }
  [[nodiscard]] bool looks_ahead() const override { return true; }
  void announce(ThreadId thread, LocationId location, bool writes) override { pending_.announce(thread, {location, writes}); }
  void performed(ThreadId thread, LocationId location, bool /*writes*/) override {
    pending_.made(thread);
    if (location == kNoLocation) return;
    threads_ = std::max(threads_, thread + 1);
    if (static_cast<std::size_t>(location) >= counted_.size()) counted_.resize(static_cast<std::size_t>(location) + 1);
    ++counted_[static_cast<std::size_t>(location)][static_cast<std::size_t>(thread)];
    if (location != selected_) return;
    std::uint32_t& left = left_[static_cast<std::size_t>(thread)];
    if (left > 0) --left;
    if (thread == intended_) intended_ = kNoThread;
  }

  /// Threads that are about to make a selected step wait for their turn, which goes by how many of them each still has to make.
  ThreadId pick(ThreadSet enabled, EventId /*step*/) override {
    if (selected_ == kNoLocation) return any_of(enabled);
    const ThreadSet waiting = enabled.where([this](ThreadId thread) { return pending_[thread].location == selected_; });
    if (intended_ == kNoThread) {
      intended_ = draw();
      awaited_ = 0;
    }
    if (!waiting.empty() && ++awaited_ > kPatience) {  // somebody goes round in a loop until one of those has made its step
      intended_ = any_of(waiting);
      awaited_ = 0;
    }
    ThreadSet free = enabled - waiting;
    if (intended_ != kNoThread && waiting.contains(intended_)) free.add(intended_);
    if (!free.empty()) return any_of(free);
    return intended_ = any_of(waiting);  // the intended one cannot get there
  }

 private:
  using PerThread = std::array<std::uint32_t, kMaxThreads>;

  void choose_location() {
    selected_ = kNoLocation;
    std::uint64_t shared = 0;
    for (std::size_t location = 0; location < expected_.size(); ++location) {
      const auto threads =
          std::count_if(expected_[location].begin(), expected_[location].begin() + threads_, [](std::uint32_t count) { return count > 0; });
      if (threads > 1 && random_.below(++shared) == 0) selected_ = static_cast<LocationId>(location);
    }
    if (selected_ != kNoLocation) left_ = expected_[static_cast<std::size_t>(selected_)];
  }

  ThreadId draw() {
    const std::uint64_t sum = std::accumulate(left_.begin(), left_.begin() + threads_, std::uint64_t{0});
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
  ThreadId threads_ = 0;             ///< those from there on have never made a step at any location
  PendingSteps pending_;
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
