#include "proberen/board.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include "models/threads/blocked_threads.hpp"
#include "models/threads/noise.hpp"

namespace proberen {

void FlatValue::set(const Value& value) {
  if (const bool* const truth = value.as_truth()) {
    kind_ = Kind::kTruth;
    number_ = *truth ? 1 : 0;
  } else if (const std::int64_t* const number = value.as_number()) {
    kind_ = Kind::kNumber;
    number_ = *number;
  } else if (const std::string* const word = value.as_word()) {
    kind_ = Kind::kWord;
    word_.set(*word);
    if (word_.get() != *word) throw std::length_error("the result of an operation has at most 240 characters");
  } else {
    kind_ = Kind::kNone;
  }
}

Value FlatValue::get() const {
  switch (kind_) {
    case Kind::kTruth:
      return Value(number_ != 0);
    case Kind::kNumber:
      return Value(number_);
    case Kind::kWord:
      return Value(std::string(word_.get()));
    case Kind::kNone:
      break;
  }
  return Value();
}

pid_t Board::this_worker() { return ::gettid(); }

void Board::announce_word(std::uint32_t low_byte) {
  generation_.store((generation_.load(std::memory_order_relaxed) & ~0xffu) + 0x100 + low_byte, std::memory_order_release);
  SharedPlatform::unpark(generation_, kWakeAll);
}

void Board::announce(const Scenario& scenario, const RunOptions& options) {
  if (scenario.threads.size() > kMostThreads) throw std::invalid_argument("a scenario that is run has at most 8 threads");
  if (scenario.call_count() > kHistoryLimit) throw std::invalid_argument("a scenario has at most 64 calls");
  options_ = options;
  threads_ = static_cast<std::uint32_t>(scenario.threads.size());
  const bool has_before = !scenario.before.empty();
  for (Part& part : parts_) {
    part.steps.store(0, std::memory_order_relaxed);
    part.arrived.store(false, std::memory_order_relaxed);
    part.ended.store(false, std::memory_order_relaxed);
    part.died = 0;
    part.exception.set("");
  }
  // Nothing before: then it has ended already.
  parts_.back().arrived.store(!has_before, std::memory_order_relaxed);
  parts_.back().ended.store(!has_before, std::memory_order_relaxed);
  announce_word(threads_ | (has_before ? kPartBefore : 0));
}

bool Board::wait_for_part(std::size_t index, std::uint32_t& seen) {
  for (;;) {
    std::uint32_t now = generation_.load(std::memory_order_acquire);
    for (; now == seen; now = generation_.load(std::memory_order_acquire)) SharedPlatform::park(generation_, seen, kForever);
    seen = now;
    if ((now & 0xff) == kStop) return false;
    if (index == kBefore ? (now & kPartBefore) != 0 : index < (now & ~kPartBefore & 0xff)) return true;
  }
}

bool Board::all(std::atomic<bool> Part::*flag) const {
  for (std::uint32_t t = 0; t < threads_; ++t) {
    if (!(parts_[t].*flag).load(std::memory_order_acquire)) return false;
  }
  return (parts_.back().*flag).load(std::memory_order_acquire);
}

/// When the part before has been run, all start as nearly together as the cores allow.
void Board::wait_for_start(std::size_t index) {
  parts_[index].arrived.store(true, std::memory_order_release);
  for (int looks = 0; !all(&Part::arrived); ++looks) {
    if (looks < 200) {
      SharedPlatform::relax();
    } else {
      std::this_thread::yield();
    }
  }
}

/// Of one that is to be killed, or, where that comes too late, for its end.
void Board::wait_for_death(const Kill& kill) {
  while (!parts_[kill.thread].ended.load(std::memory_order_acquire)) std::this_thread::sleep_for(std::chrono::microseconds(20));
}

void Board::run_part(std::size_t index, const Task& task) {
  Part& part = parts_[index];
  const std::vector<Call>& calls = index == kBefore ? task.scenario->before : task.scenario->threads[index];
  Noise noise(options_.seed, index, options_.noise);
  try {
    std::vector<std::size_t> operations;
    for (const Call& call : calls) operations.push_back(task.subject->operation_number(call.operation));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      LoggedCall& logged = part.calls[i];
      if (options_.kill && index != kBefore && options_.kill->waits[index] == i) wait_for_death(*options_.kill);
      noise.disturb();
      logged.invoked = clock_.fetch_add(1, std::memory_order_seq_cst);
      part.steps.store(static_cast<std::uint32_t>(2 * i + 1), std::memory_order_release);
      if (options_.kill && options_.kill->traced && options_.kill->thread == index && options_.kill->call == i) ::raise(SIGTRAP);
      const Value result = task.subject->type.invoke(task.object, operations[i], calls[i].arguments);
      logged.responded = clock_.fetch_add(1, std::memory_order_seq_cst);
      logged.result.set(result);
      part.steps.store(static_cast<std::uint32_t>(2 * i + 2), std::memory_order_release);
    }
  } catch (const std::exception& error) {
    part.exception.set(error.what());
  } catch (...) {
    part.exception.set("an exception that is no std::exception");
  }
}

void Board::finish(std::size_t index) {
  Part& part = parts_[index];
  // The last that this worker does in the run: the watcher may announce the next one as soon as all have ended.
  part.arrived.store(true, std::memory_order_release);
  part.ended.store(true, std::memory_order_release);
  endings_.fetch_add(1, std::memory_order_acq_rel);
  SharedPlatform::unpark(endings_, 1);
}

void Board::note_death(std::size_t index, std::uint64_t since) {
  Part& part = parts_[index];
  part.died = since;
  part.death_seen = tick();
  part.worker.store(0, std::memory_order_relaxed);
  finish(index);
}

/// The workers that have something left to do.
std::vector<pid_t> Board::busy() const {
  // The others wait for the part before, at the barrier.
  if (!parts_.back().ended.load(std::memory_order_acquire)) return {parts_.back().worker};
  std::vector<pid_t> left;
  for (std::uint32_t t = 0; t < threads_; ++t) {
    if (!parts_[t].ended.load(std::memory_order_acquire)) left.push_back(parts_[t].worker);
  }
  return left;
}

/// Whether every worker that has something left to do is blocked for ever.
bool Board::stuck() const {
  const std::vector<pid_t> before = busy();
  if (before.empty()) return false;
  // One that has ended meanwhile is at rest too, waiting for the next run.
  return are_blocked_for_ever(before) && busy() == before;
}

bool Board::hopeless(Progress& progress) const {
  if (const std::uint64_t clock = clock_.load(); clock != progress.clock) {
    progress.clock = clock;
    progress.ends = SteadyClock::now() + options_.patience;
    return false;
  }
  return stuck() || SteadyClock::now() >= progress.ends;
}

ScenarioRun Board::outcome(const Scenario& scenario, bool finished) const {
  ScenarioRun run;
  run.history.stuck = !finished;
  const auto add = [&](const Part& part, int thread, const std::vector<Call>& calls) {
    const std::uint32_t steps = part.steps.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; 2 * i < steps; ++i) {
      const LoggedCall& logged = part.calls[i];
      const bool returned = steps >= 2 * i + 2;
      run.history.entries.push_back({thread, calls[i], returned ? std::optional(logged.result.get()) : std::nullopt, 0, logged.invoked,
                                     returned ? logged.responded : 0});
    }
    if (part.died != 0) {
      // A death comes after all that the dead did, also what they did between the look at the clock and the signal.
      const std::uint64_t last = steps >= 2 ? part.calls[steps / 2 - 1].responded : 0;
      run.history.entries.push_back({thread, {kCrash, {}}, Value(), 0, std::max(part.died, last + 1), part.death_seen});
    }
    if (finished && run.exception.empty()) run.exception = part.exception.get();
  };
  add(parts_.back(), -1, scenario.before);
  for (std::uint32_t t = 0; t < threads_; ++t) add(parts_[t], static_cast<int>(t), scenario.threads[t]);
  run.history.order_by_position();
  return run;
}

}  // namespace proberen
