/// Board: where the workers that run a scenario, and the one that watches them, meet. It holds no pointers, so the workers may be threads
/// of one process, or processes that map it.
///
/// One run: the watcher fills in the parts and announces the run; each worker that takes part waits at the start barrier, makes its calls,
/// and logs each before and after; the watcher waits until all have finished, or are blocked for ever.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/types.h>

#include "proberen/native_platform.hpp"
#include "proberen/scenario_run.hpp"
#include "proberen/subject.hpp"

namespace proberen {

/// A text of limited length in place.
template <std::size_t kLimit>
class FlatText {
 public:
  /// What is beyond the limit is cut off.
  void set(std::string_view text) { size_ = static_cast<std::uint32_t>(text.copy(text_.data(), kLimit)); }
  [[nodiscard]] std::string_view get() const { return {text_.data(), size_}; }

 private:
  std::uint32_t size_ = 0;
  std::array<char, kLimit> text_{};
};

/// A Value in place.
class FlatValue {
 public:
  /// Throws std::length_error for a word of more than 240 characters.
  void set(const Value& value);
  [[nodiscard]] Value get() const;

 private:
  enum class Kind : std::uint8_t { kNone, kTruth, kNumber, kWord };
  Kind kind_ = Kind::kNone;
  std::int64_t number_ = 0;
  FlatText<240> word_;
};

/// A call as the worker that makes it leaves it: fields are written before `steps` says so.
struct LoggedCall {
  std::uint64_t invoked = 0;
  std::uint64_t responded = 0;
  FlatValue result;
};

/// A part of a scenario, run by one worker.
struct Part {
  std::array<LoggedCall, kHistoryLimit> calls;
  std::atomic<std::uint32_t> steps{0};  ///< 2i + 1: call i is running; 2i + 2: it has returned
  std::atomic<bool> arrived{false};     ///< the worker is at the start barrier, or past it, or dead
  std::atomic<bool> ended{false};       ///< nothing more will happen in this part, and `exception` is written
  std::atomic<pid_t> worker{0};         ///< the kernel's number of the thread that runs it; 0 until it is there
  // The watcher's alone, by the clock of invocations and responses; 0: the worker is not dead.
  std::uint64_t died = 0;        ///< not before this
  std::uint64_t death_seen = 0;  ///< not after this
  FlatText<240> exception;
};

/// What a worker needs to know of a run, beside the board.
struct Task {
  const Subject* subject = nullptr;
  const Scenario* scenario = nullptr;
  void* object = nullptr;
};

class Board {
 public:
  static constexpr std::size_t kMostThreads = 8;

  /// For the watcher: a run of `scenario`; the workers that take part have `task` at hand, or find it, when they are told.
  void announce(const Scenario& scenario, const RunOptions& options);
  /// True when all parts have ended; false when all that are left are blocked for ever, have made no progress for as long as the options'
  /// patience, or when `given_up`, asked now and then, says so.
  template <class GivenUp>
  [[nodiscard]] bool wait(GivenUp given_up) {
    Progress progress;
    for (;;) {
      const std::uint32_t endings = endings_.load(std::memory_order_acquire);
      if (all_ended()) return true;
      if (SharedPlatform::park(endings_, endings, SteadyClock::now() + std::chrono::milliseconds(2))) continue;
      if (given_up() || hopeless(progress)) return false;
    }
  }
  /// What has happened so far, which is all of it unless wait() said false.
  [[nodiscard]] ScenarioRun outcome(const Scenario& scenario, bool finished) const;
  /// For the watcher, after announce(): whether part `index` has begun call `call`, or ended before.
  [[nodiscard]] bool has_reached(std::size_t index, std::uint32_t call) const {
    return parts_[index].steps.load(std::memory_order_acquire) > 2 * call || parts_[index].ended.load(std::memory_order_acquire);
  }
  /// Whether it has returned from that call.
  [[nodiscard]] bool has_returned(std::size_t index, std::uint32_t call) const {
    return parts_[index].steps.load(std::memory_order_acquire) >= 2 * call + 2;
  }
  /// Whether it is inside any call.
  [[nodiscard]] bool is_in_call(std::size_t index) const { return parts_[index].steps.load(std::memory_order_acquire) % 2 == 1; }
  /// Where the clock of invocations and responses stands, which goes on by this.
  [[nodiscard]] std::uint64_t tick() { return clock_.fetch_add(1, std::memory_order_seq_cst); }
  /// For the watcher: the worker of this part is dead, and was alive when the clock stood at `since`. Another may take its place.
  void note_death(std::size_t index, std::uint64_t since);
  /// Tells the workers to return from work().
  void dismiss() { announce_word(kStop); }
  /// Waits until as many workers are there as a scenario of `threads` threads needs, the one of the part before included; false when
  /// `given_up`, asked now and then, says so first.
  template <class GivenUp>
  [[nodiscard]] bool wait_for_workers(std::size_t threads, GivenUp given_up) const {
    const auto missing = [&](const Part& part) { return part.worker.load(std::memory_order_acquire) == 0; };
    for (std::size_t i = 0; i <= threads; ++i) {
      while (missing(i < threads ? parts_[i] : parts_.back())) {
        if (given_up()) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    }
    return true;
  }

  /// For a worker: runs part `index` of every run that has one, until dismissed. kBefore is the part before the threads start. `task()` is
  /// asked after each announcement.
  static constexpr std::size_t kBefore = kMostThreads;
  template <class TaskOf>
  void work(std::size_t index, TaskOf task) {
    // Read before it is told that the worker is there: what is announced from then on is for it.
    std::uint32_t seen = generation_.load(std::memory_order_acquire);
    parts_[index].worker.store(this_worker(), std::memory_order_release);
    while (wait_for_part(index, seen)) {
      if (index != kBefore) wait_for_start(index);
      run_part(index, task());
      finish(index);
    }
  }

 private:
  struct Progress {
    std::uint64_t clock = 0;
    Deadline ends = kForever;
  };
  static constexpr std::uint32_t kStop = 0xff;
  static constexpr std::uint32_t kPartBefore = 0x80;

  void announce_word(std::uint32_t low_byte);
  bool wait_for_part(std::size_t index, std::uint32_t& seen);
  void wait_for_start(std::size_t index);
  void wait_for_death(const Kill& kill);
  void run_part(std::size_t index, const Task& task);
  void finish(std::size_t index);
  /// Whether `flag` is set in all parts that take part in this run.
  [[nodiscard]] bool all(std::atomic<bool> Part::*flag) const;
  [[nodiscard]] bool all_ended() const { return all(&Part::ended); }
  [[nodiscard]] bool hopeless(Progress& progress) const;
  [[nodiscard]] std::vector<pid_t> busy() const;
  [[nodiscard]] bool stuck() const;
  static pid_t this_worker();

  /// One for each worker. The last is the part before the threads start, with a worker of its own: it may own what it takes.
  std::array<Part, kMostThreads + 1> parts_;

  // One run: written by the watcher before `generation` announces it.
  RunOptions options_;
  std::uint32_t threads_ = 0;  ///< of the scenario; for those who take part; others read it from `generation`

  /// Parked on by idle workers. High end: the number of the run; low byte: how many threads the scenario has, and kPartBefore; or kStop. In
  /// one word, so that a worker that wakes late never takes part in one run by the count of another.
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<std::uint32_t> endings_{0};  ///< changed whenever a part has ended; parked on by the watcher
  std::atomic<std::uint64_t> clock_{1};    ///< positions of invocations and responses
};

}  // namespace proberen
