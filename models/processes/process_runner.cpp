#include "proberen/process_runner.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <string.h>

#include "models/processes/stepper.hpp"
#include "proberen/board.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen {
namespace {

/// What the memory holds in front of the object.
struct Table {
  Board board;
  FlatText<16 * 1024> scenario;
};

constexpr std::size_t kObjectPlace = (sizeof(Table) + 4095) / 4096 * 4096;

Table& table_of(const ipc::SharedMemory& memory) { return *std::launder(static_cast<Table*>(memory.data())); }
void* object_of(const ipc::SharedMemory& memory) { return static_cast<std::byte*>(memory.data()) + kObjectPlace; }

const Subject* find_subject(const std::string& name) {
  const auto found = std::find_if(subjects().begin(), subjects().end(), [&](const Subject& subject) { return subject.name == name; });
  return found == subjects().end() ? nullptr : &*found;
}

/// A child: runs its part of one scenario after another, until it is told to end or killed.
int run_parts(ipc::Descriptor descriptor, const std::string& name, std::uint64_t index) {
  const ipc::SharedMemory memory = ipc::SharedMemory::map(std::move(descriptor));
  Table& table = table_of(memory);
  const Subject* const subject = find_subject(name);
  if (subject == nullptr) return 2;
  std::string text;
  Scenario scenario;
  table.board.work(static_cast<std::size_t>(index), [&] {
    if (text != table.scenario.get()) {
      text = table.scenario.get();
      scenario = Scenario::parse(text);
    }
    return Task{subject, &scenario, object_of(memory)};
  });
  return 0;
}

PROBEREN_ENTRY(proberen_run_parts, run_parts);

struct Child {
  ipc::Process process;
  std::size_t index;
};

}  // namespace

struct ProcessRunner::State {
  State(const Subject& declared, ipc::StartMethod method)
      : subject(declared), context(method), memory(ipc::SharedMemory::create(kObjectPlace + declared.type.size)) {
    ::new (memory.data()) Table();
  }

  void start(std::size_t index) {
    children.push_back(
        {context.start("proberen_run_parts", memory.duplicate_descriptor(), subject.name, static_cast<std::uint64_t>(index)), index});
    ++started;
  }
  [[nodiscard]] std::vector<Child>::iterator child_of(std::size_t index) {
    return std::find_if(children.begin(), children.end(), [&](const Child& child) { return child.index == index; });
  }
  void start_if_missing(std::size_t index) {
    if (child_of(index) == children.end()) start(index);
  }
  /// Children for the first `threads` parts and the one before.
  void staff(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) start_if_missing(i);
    start_if_missing(Board::kBefore);
  }
  /// How the first of those that have ended came to it; "" while all are there.
  std::string death() {
    for (Child& child : children) {
      const std::optional<int> code = child.process.exit_code();
      if (!code) continue;
      const std::string who = child.index == Board::kBefore ? "of the part before" : std::to_string(child.index);
      if (*code < 0) return "process " + who + " was killed by signal " + ::strsignal(-*code);
      return "process " + who + " ended with exit status " + std::to_string(*code) + " while it ran the calls";
    }
    return "";
  }
  /// Ends the child as asked, and sees it dead. True when that was inside a call. One that is blocked is ended where it is. Counts the
  /// instructions.
  bool kill(const Kill& kill, Stepper& stepper, std::uint32_t& executed) {
    Board& board = table_of(memory).board;
    static constexpr std::chrono::milliseconds kMostBlocked{5};
    const auto soon = [] { return SteadyClock::now() + kMostBlocked; };
    if (kill.traced) {
      bool running = stepper.wait_for_trap(soon());
      while (running && executed < kill.instructions && !board.has_returned(kill.thread, kill.call)) {
        running = stepper.step(soon());
        ++executed;
      }
    } else {
      const Deadline blocked = soon();
      while (!board.has_reached(kill.thread, kill.call) && SteadyClock::now() < blocked) SharedPlatform::relax();
      const Deadline instant = SteadyClock::now() + std::chrono::nanoseconds(kill.instructions);
      while (SteadyClock::now() < instant) SharedPlatform::relax();
    }
    const std::uint64_t since = board.tick();
    const auto child = child_of(kill.thread);
    child->process.kill();
    if (kill.traced) stepper.see_dead();
    (void)child->process.join();
    children.erase(child);
    board.note_death(kill.thread, since);
    return board.is_in_call(kill.thread);
  }
  /// Kills all children: they are blocked inside the object, or one of them is dead. The next run begins with a new table.
  void clear() {
    children.clear();
    ::new (memory.data()) Table();
  }

  const Subject& subject;
  ipc::Context context;
  ipc::SharedMemory memory;
  std::vector<Child> children;
  std::uint64_t started = 0;
};

ProcessRunner::ProcessRunner(const Subject& subject, ipc::StartMethod method) {
  if (!subject.type.process_shared) throw std::invalid_argument("subject " + subject.name + " is not shared by processes");
  state_ = std::make_unique<State>(subject, method);
}

ProcessRunner::~ProcessRunner() = default;

std::uint64_t ProcessRunner::started() const { return state_->started; }

ScenarioRun ProcessRunner::run(const Scenario& scenario, const RunOptions& options) {
  State& state = *state_;
  const std::string text = scenario.text();
  Table& table = table_of(state.memory);
  table.scenario.set(text);
  if (table.scenario.get() != text || scenario.threads.size() > Board::kMostThreads) {
    throw std::invalid_argument("a scenario run on processes has at most 8 threads and 16384 characters");
  }
  state.staff(scenario.threads.size());
  std::string death;
  const auto somebody_died = [&] { return !(death = state.death()).empty(); };
  if (!table.board.wait_for_workers(scenario.threads.size(), somebody_died)) {
    state.clear();
    throw std::runtime_error("a process that was to run calls did not come up: " + death);
  }
  void* const object = object_of(state.memory);
  state.subject.type.construct(object);
  RunOptions told = options;
  Stepper stepper;
  if (told.kill) told.kill->traced = stepper.seize(state.child_of(told.kill->thread)->process.pid());
  table.board.announce(scenario, told);
  std::uint32_t executed = 0;
  const bool killed_in_call = told.kill && state.kill(*told.kill, stepper, executed);
  const bool finished = table.board.wait(somebody_died);
  ScenarioRun run = table.board.outcome(scenario, finished);
  run.death = std::move(death);
  run.killed_in_call = killed_in_call;
  run.executed = executed;
  // Invariants are of objects at rest; what a call leaves half-done, its death leaves so.
  if (finished && !options.kill) run.broken_invariant = state.subject.type.broken_invariant(object);
  state.subject.type.destroy(object);
  if (!finished) state.clear();
  return run;
}

}  // namespace proberen
