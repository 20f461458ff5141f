#include "proberen/thread_runner.hpp"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "proberen/board.hpp"

namespace proberen {

struct ThreadRunner::State {
  Board board;
  std::vector<std::thread> threads;

  // One run: written before the board announces it.
  Scenario scenario;  ///< a copy, because threads that are blocked may outlive the caller's
  std::unique_ptr<Instance> instance;
  Task task;
  bool abandoned = false;
};

namespace {

/// For good: blocked threads go on using it. Reachable, so that no leak checker takes it for lost.
void keep(std::shared_ptr<void> state) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::shared_ptr<void>>;
  const std::scoped_lock lock(mutex);
  kept->push_back(std::move(state));
}

}  // namespace

ThreadRunner::ThreadRunner(int threads) : state_(std::make_shared<State>()) {
  if (threads < 1 || static_cast<std::size_t>(threads) > Board::kMostThreads) throw std::invalid_argument("1 to 8 threads can be had");
  for (int i = 0; i <= threads; ++i) {
    const std::size_t index = i == threads ? Board::kBefore : static_cast<std::size_t>(i);
    state_->threads.emplace_back([state = state_.get(), index] { state->board.work(index, [state]() -> Task& { return state->task; }); });
  }
  (void)state_->board.wait_for_workers(static_cast<std::size_t>(threads), [] { return false; });
}

ThreadRunner::~ThreadRunner() {
  if (state_->abandoned) {
    for (std::thread& thread : state_->threads) thread.detach();
    keep(state_);
    return;
  }
  state_->board.dismiss();
  for (std::thread& thread : state_->threads) thread.join();
}

bool ThreadRunner::abandoned() const { return state_->abandoned; }

ScenarioRun ThreadRunner::run(const Subject& subject, const Scenario& scenario, const RunOptions& options) {
  State& state = *state_;
  if (state.abandoned) throw std::logic_error("this runner's threads are stuck");
  if (scenario.threads.size() >= state.threads.size()) throw std::invalid_argument("the scenario has more threads than the runner");
  state.scenario = scenario;
  state.instance = std::make_unique<Instance>(subject.type);
  state.task = {&subject, &state.scenario, state.instance->object()};
  state.board.announce(state.scenario, options);
  state.abandoned = !state.board.wait([] { return false; });
  ScenarioRun run = state.board.outcome(state.scenario, !state.abandoned);
  if (state.abandoned) return run;
  run.broken_invariant = state.instance->broken_invariant();
  state.instance.reset();
  return run;
}

}  // namespace proberen
