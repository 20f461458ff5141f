#include "proberen/thread_runner.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <unistd.h>

#include "models/threads/blocked_threads.hpp"
#include "models/threads/noise.hpp"
#include "proberen/native_platform.hpp"

namespace proberen {
namespace {

/// A call as the worker that runs it leaves it: fields are written before `steps` says so.
struct LoggedCall {
  std::size_t operation = 0;
  const Call* call = nullptr;
  Value result;
  std::uint64_t invoked = 0;
  std::uint64_t responded = 0;
};

/// A part of a scenario, run by one thread.
struct Part {
  std::vector<LoggedCall> calls;
  std::atomic<std::uint32_t> steps{0};  ///< 2i + 1: call i is running; 2i + 2: it has returned
  std::atomic<bool> ended{false};       ///< nothing more will happen in this part, and `exception` is written
  std::string exception;
};

constexpr std::uint32_t kStop = 0xff;
constexpr std::uint32_t kBefore = 0x80;  ///< there is a part that runs before the threads start

}  // namespace

struct ThreadRunner::State {
  explicit State(int count) : parts(static_cast<std::size_t>(count) + 1), ids(parts.size()) {}

  void work(std::size_t index);
  void run_part(Part& part, std::size_t thread);
  void wait_for_start();
  std::vector<pid_t> busy() const;
  bool stuck() const;
  void announce(std::uint32_t low_byte) {
    generation.store((generation.load(std::memory_order_relaxed) & ~0xffu) + 0x100 + low_byte, std::memory_order_release);
    NativePlatform::unpark(generation, kWakeAll);
  }

  /// One for each worker. The last is the part before the threads start, with a thread of its own: it may own what it takes.
  std::vector<Part> parts;
  std::vector<std::atomic<pid_t>> ids;
  std::vector<std::thread> threads;

  // One run: written by the caller before `generation` announces it.
  Scenario scenario;  ///< a copy, because threads that are blocked may outlive the caller's
  std::unique_ptr<Instance> instance;
  ThreadRunOptions options;
  std::uint32_t workers = 0;  ///< that take part, the one of the part before included
  std::uint32_t active = 0;   ///< for the caller and the workers that take part; others read it from `generation`

  /// Parked on by idle workers. High end: the number of the run; low byte: how many threads the scenario has, and kBefore; or kStop. In one
  /// word, so that a worker that wakes late never takes part in one run by the count of another.
  std::atomic<std::uint32_t> generation{0};
  std::atomic<std::uint32_t> arrived{0};   ///< at the start barrier
  std::atomic<std::uint32_t> finished{0};  ///< parked on by the caller
  std::atomic<std::uint64_t> clock{1};     ///< positions of invocations and responses
  bool abandoned = false;
};

void ThreadRunner::State::work(std::size_t index) {
  ids[index].store(::gettid());
  for (std::uint32_t seen = 0;;) {
    std::uint32_t now = generation.load(std::memory_order_acquire);
    for (; now == seen; now = generation.load(std::memory_order_acquire)) NativePlatform::park(generation, seen, kForever);
    seen = now;
    if ((now & 0xff) == kStop) return;
    const bool first = index + 1 == parts.size();
    if (first ? (now & kBefore) == 0 : index >= (now & ~kBefore & 0xff)) continue;
    if (!first) wait_for_start();
    run_part(parts[index], index);
    if (first) arrived.fetch_add(1, std::memory_order_acq_rel);
    finished.fetch_add(1, std::memory_order_acq_rel);
    NativePlatform::unpark(finished, 1);
  }
}

/// When the part before has been run, all start as nearly together as the cores allow.
void ThreadRunner::State::wait_for_start() {
  arrived.fetch_add(1, std::memory_order_acq_rel);
  for (int looks = 0; arrived.load(std::memory_order_acquire) < workers; ++looks) {
    if (looks < 200) {
      NativePlatform::relax();
    } else {
      std::this_thread::yield();
    }
  }
}

void ThreadRunner::State::run_part(Part& part, std::size_t thread) {
  Noise noise(options.seed, thread, options.noise);
  try {
    for (std::size_t i = 0; i < part.calls.size(); ++i) {
      LoggedCall& logged = part.calls[i];
      noise.disturb();
      logged.invoked = clock.fetch_add(1, std::memory_order_seq_cst);
      part.steps.store(static_cast<std::uint32_t>(2 * i + 1), std::memory_order_release);
      logged.result = instance->invoke(logged.operation, logged.call->arguments);
      logged.responded = clock.fetch_add(1, std::memory_order_seq_cst);
      part.steps.store(static_cast<std::uint32_t>(2 * i + 2), std::memory_order_release);
    }
  } catch (const std::exception& error) {
    part.exception = error.what();
  } catch (...) {
    part.exception = "an exception that is no std::exception";
  }
  part.ended.store(true, std::memory_order_release);
}

/// The threads that have something left to do.
std::vector<pid_t> ThreadRunner::State::busy() const {
  // The others wait for the part before, at the barrier.
  if (!parts.back().ended.load(std::memory_order_acquire)) return {ids.back()};
  std::vector<pid_t> threads_left;
  for (std::uint32_t t = 0; t < active; ++t) {
    if (!parts[t].ended.load(std::memory_order_acquire)) threads_left.push_back(ids[t]);
  }
  return threads_left;
}

/// Whether every thread that has something left to do is blocked for ever.
bool ThreadRunner::State::stuck() const {
  const std::vector<pid_t> before = busy();
  if (before.empty()) return false;
  // One that has ended meanwhile is at rest too, waiting for the next run.
  return are_blocked_for_ever(before) && busy() == before;
}

ThreadRunner::ThreadRunner(int threads) : state_(std::make_shared<State>(threads)) {
  for (int i = 0; i <= threads; ++i) {
    state_->threads.emplace_back([state = state_.get(), i] { state->work(static_cast<std::size_t>(i)); });
  }
  for (const auto& id : state_->ids) {
    while (id.load() == 0) std::this_thread::yield();
  }
}

ThreadRunner::~ThreadRunner() {
  if (state_->abandoned) {
    // The blocked threads go on using the state: it is leaked with them.
    for (std::thread& thread : state_->threads) thread.detach();
    new std::shared_ptr<State>(state_);
    return;
  }
  state_->announce(kStop);
  for (std::thread& thread : state_->threads) thread.join();
}

bool ThreadRunner::abandoned() const { return state_->abandoned; }

namespace {

void load_part(Part& part, const Subject& subject, const std::vector<Call>& calls) {
  part.calls.clear();
  part.steps.store(0, std::memory_order_relaxed);
  part.ended.store(false, std::memory_order_relaxed);
  part.exception.clear();
  for (const Call& call : calls) part.calls.push_back({subject.operation_number(call.operation), &call, {}, 0, 0});
}

/// What a part has done so far, which is all of it unless the run is stuck.
void add_to_history(const Part& part, int thread, History& history) {
  const std::uint32_t steps = part.steps.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; 2 * i < steps; ++i) {
    const LoggedCall& logged = part.calls[i];
    const bool returned = steps >= 2 * i + 2;
    history.entries.push_back(
        {thread, *logged.call, returned ? std::optional(logged.result) : std::nullopt, 0, logged.invoked, returned ? logged.responded : 0});
  }
}

}  // namespace

ThreadRun ThreadRunner::run(const Subject& subject, const Scenario& scenario, const ThreadRunOptions& options) {
  State& state = *state_;
  if (state.abandoned) throw std::logic_error("this runner's threads are stuck");
  if (scenario.threads.size() >= state.threads.size()) throw std::invalid_argument("the scenario has more threads than the runner");
  if (scenario.call_count() > kHistoryLimit) throw std::invalid_argument("a scenario has at most 64 calls");
  state.scenario = scenario;
  load_part(state.parts.back(), subject, state.scenario.before);
  for (std::size_t t = 0; t < scenario.threads.size(); ++t) load_part(state.parts[t], subject, state.scenario.threads[t]);
  state.instance = std::make_unique<Instance>(subject.type);
  state.options = options;
  state.active = static_cast<std::uint32_t>(scenario.threads.size());
  state.arrived.store(0, std::memory_order_relaxed);
  state.finished.store(0, std::memory_order_relaxed);
  // Nothing before: then it has ended already.
  if (scenario.before.empty()) state.parts.back().ended.store(true, std::memory_order_relaxed);
  state.workers = state.active + (scenario.before.empty() ? 0 : 1);
  state.announce(state.active | (scenario.before.empty() ? 0 : kBefore));

  ThreadRun result;
  std::uint64_t last_clock = 0;
  Deadline patience_ends = kForever;
  for (;;) {
    const std::uint32_t finished = state.finished.load(std::memory_order_acquire);
    if (finished == state.workers) break;
    if (NativePlatform::park(state.finished, finished, SteadyClock::now() + std::chrono::milliseconds(2))) continue;
    if (const std::uint64_t clock = state.clock.load(); clock != last_clock) {
      last_clock = clock;
      patience_ends = SteadyClock::now() + options.patience;
      continue;
    }
    if (state.stuck() || SteadyClock::now() >= patience_ends) {
      state.abandoned = true;
      break;
    }
  }

  result.history.stuck = state.abandoned;
  add_to_history(state.parts.back(), -1, result.history);
  for (std::uint32_t t = 0; t < state.active; ++t) add_to_history(state.parts[t], static_cast<int>(t), result.history);
  result.history.order_by_position();
  if (state.abandoned) return result;
  for (const Part& part : state.parts) {
    if (result.exception.empty()) result.exception = part.exception;
  }
  result.broken_invariant = state.instance->broken_invariant();
  state.instance.reset();
  return result;
}

}  // namespace proberen
