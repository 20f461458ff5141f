#include "stress/workload.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include <unistd.h>

#include "models/threads/blocked_threads.hpp"
#include "models/threads/noise.hpp"
#include "stress/sanitizer.hpp"

namespace proberen::stress {
namespace {

constexpr double kNoise = 0.02;  ///< the chance of a disturbance between two rounds
constexpr std::chrono::seconds kPatience{20};

/// One object and the threads that use it. Shared with them, because they may outlive the run.
struct Batch {
  explicit Batch(const Subject& subject) : instance(subject.type), place(nullptr) {}

  Instance instance;
  void* place;
  std::vector<CallList> lists;
  std::vector<std::atomic<pid_t>> ids;
  std::vector<std::atomic<bool>> ended;
  std::atomic<std::size_t> arrived{0};
  std::atomic<std::uint64_t> calls{0};
  std::atomic<bool> threw{false};
  std::string exception;  ///< written by the thread that set `threw`
};

void work(Batch& batch, std::size_t thread, std::uint64_t seed, int rounds) {
  batch.ids[thread].store(::gettid());
  Noise noise(seed, thread, kNoise);
  batch.arrived.fetch_add(1);
  while (batch.arrived.load() < batch.lists.size()) std::this_thread::yield();
  const CallList& list = batch.lists[thread];
  try {
    for (int round = 0; round < rounds; ++round) {
      noise.disturb();
      list.run(batch.place);
      batch.calls.fetch_add(list.size(), std::memory_order_relaxed);
    }
  } catch (const std::exception& error) {
    if (!batch.threw.exchange(true)) batch.exception = error.what();
  }
  batch.ended[thread].store(true);
}

std::vector<pid_t> busy_threads(const Batch& batch) {
  std::vector<pid_t> busy;
  for (std::size_t t = 0; t < batch.ids.size(); ++t) {
    if (!batch.ended[t].load()) busy.push_back(batch.ids[t].load());
  }
  return busy;
}

bool stuck(const Batch& batch) {
  if (batch.arrived.load() < batch.lists.size()) return false;
  const std::vector<pid_t> busy = busy_threads(batch);
  if (busy.empty()) return false;
  return are_blocked_for_ever(busy) && busy_threads(batch) == busy;
}

void tell_sanitizer(const Tell& tell) {
  if (std::vector<Failure> failures = new_thread_sanitizer_reports(); !failures.empty()) tell({{}, std::move(failures), false});
}

Failure blocked(const NamedScenario& workload, std::size_t threads, const char* how) {
  Failure failure;
  failure.kind = "lost-wake-up";
  failure.message = std::to_string(threads) + " threads of the workload '" + workload.scenario.text() + "' " + how;
  return failure;
}

/// True when all threads ended; then they are joined.
bool wait_for(const std::shared_ptr<Batch>& batch, std::vector<std::thread>& threads, const NamedScenario& workload, const Tell& tell) {
  std::uint64_t seen = 0;
  auto patience_ends = Clock::now() + kPatience;
  for (auto pause = std::chrono::microseconds(200);;
       pause = std::min<std::chrono::microseconds>(pause * 2, std::chrono::milliseconds(20))) {
    const std::size_t busy = busy_threads(*batch).size();
    tell_sanitizer(tell);
    if (busy == 0) break;
    if (const std::uint64_t now = batch->calls.load(); now != seen) {
      seen = now;
      patience_ends = Clock::now() + kPatience;
    } else if (stuck(*batch)) {
      tell({{}, {blocked(workload, busy_threads(*batch).size(), "are blocked for ever")}, false});
      return false;
    } else if (Clock::now() >= patience_ends) {
      Failure failure = blocked(workload, busy, "have done nothing for 20 seconds");
      failure.kind = "hang";
      tell({{}, {failure}, false});
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  for (std::thread& thread : threads) thread.join();
  tell_sanitizer(tell);
  return true;
}

/// What is wrong with the object when all threads have ended.
std::vector<Failure> failures_at_rest(Batch& batch, const NamedScenario& workload) {
  Failure failure;
  if (batch.threw.load()) {
    failure.kind = "uncaught-exception";
    failure.message = "an operation threw: " + batch.exception;
    return {failure};
  }
  if (const std::string broken = batch.instance.broken_invariant(); !broken.empty()) {
    failure.kind = "invariant";
    failure.message = "the invariant '" + broken + "' does not hold after the workload '" + workload.scenario.text() + "'";
    return {failure};
  }
  return {};
}

}  // namespace

int copies_for_cores(std::size_t threads) {
  const std::size_t wanted = 2 * std::max(1u, std::thread::hardware_concurrency());
  return static_cast<int>(std::max<std::size_t>(1, (wanted + threads - 1) / threads));
}

CallList::CallList(const Subject& subject, const std::vector<Call>& calls) : type_(&subject.type) {
  for (const Call& call : calls) calls_.push_back({subject.operation_number(call.operation), &call});
}

void CallList::run(void* object) const {
  for (const Numbered& numbered : calls_) (void)type_->invoke(object, numbered.operation, numbered.call->arguments);
}

void run_workload(const Subject& subject, const NamedScenario& workload, std::uint64_t seed, Clock::time_point until, const Tell& tell) {
  const std::size_t threads =
      workload.scenario.threads.size() * static_cast<std::size_t>(copies_for_cores(workload.scenario.threads.size()));
  int rounds = 50;
  while (Clock::now() < until) {
    const auto batch = std::make_shared<Batch>(subject);
    batch->place = batch->instance.object();
    for (std::size_t t = 0; t < threads; ++t)
      batch->lists.emplace_back(subject, workload.scenario.threads[t % workload.scenario.threads.size()]);
    batch->ids = std::vector<std::atomic<pid_t>>(threads);
    batch->ended = std::vector<std::atomic<bool>>(threads);
    CallList(subject, workload.scenario.before).run(batch->place);
    const auto started = Clock::now();
    std::vector<std::thread> running;
    for (std::size_t t = 0; t < threads; ++t) running.emplace_back([batch, t, seed, rounds] { work(*batch, t, seed, rounds); });
    if (!wait_for(batch, running, workload, tell)) {
      for (std::thread& thread : running) thread.detach();
      static const auto* const kept = new std::shared_ptr<Batch>(batch);  // its threads go on using it
      (void)kept;
      return;
    }
    std::vector<Failure> failures = failures_at_rest(*batch, workload);
    const bool failed = !failures.empty();
    tell({{{"operations", batch->calls.load()}, {"batches", 1}}, std::move(failures), false});
    if (failed) return;
    seed += threads;
    // Long enough to meet in many ways, short enough for many objects.
    rounds = Clock::now() - started < std::chrono::milliseconds(60) ? std::min(rounds * 2, 1 << 16) : std::max(rounds / 2, 10);
  }
}

}  // namespace proberen::stress
