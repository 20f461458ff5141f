#include "proberen/subject.hpp"

#include <algorithm>
#include <stdexcept>

namespace proberen {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void note(Subject& subject, std::string problem) {
  if (subject.problem.empty()) subject.problem = std::move(problem);
}

const Operation* find(const Subject& subject, const std::string& name) {
  const auto found = std::find_if(subject.operations.begin(), subject.operations.end(),
                                  [&](const Operation& operation) { return operation.name == name; });
  return found == subject.operations.end() ? nullptr : &*found;
}

}  // namespace

std::deque<Subject>& subjects() {
  static auto* const all = new std::deque<Subject>;
  return *all;
}

Instance::Instance(const ObjectType& type) : type_(&type), object_(::operator new(type.size, std::align_val_t(type.alignment))) {
  try {
    type.construct(object_);
  } catch (...) {
    ::operator delete(object_, std::align_val_t(type.alignment));
    throw;
  }
}

Instance::~Instance() {
  type_->destroy(object_);
  ::operator delete(object_, std::align_val_t(type_->alignment));
}

std::size_t Subject::operation_number(const std::string& operation) const {
  if (const Operation* found = find(*this, operation)) return static_cast<std::size_t>(found - operations.data());
  std::vector<std::string> names;
  for (const Operation& known : operations) names.push_back(known.name);
  throw std::invalid_argument("subject " + name + " has no operation '" + operation + "'; it has " + joined(names));
}

Scenario parse_scenario(const Subject& subject, const std::string& text) {
  Scenario scenario = Scenario::parse(text);
  const auto check = [&](const Call& call) {
    const Operation& operation = subject.operations[subject.operation_number(call.operation)];
    if (operation.arguments.size() != call.arguments.size()) {
      throw std::invalid_argument("scenario '" + text + "': " + call.operation + " takes " + std::to_string(operation.arguments.size()) +
                                  " arguments");
    }
  };
  std::for_each(scenario.before.begin(), scenario.before.end(), check);
  for (const std::vector<Call>& calls : scenario.threads) std::for_each(calls.begin(), calls.end(), check);
  return scenario;
}

std::string ObjectType::broken_invariant(void* object) const {
  for (const Invariant& invariant : invariants) {
    if (!invariant.holds(object)) return invariant.name;
  }
  return {};
}

namespace {

void check_operation(Subject& subject, const Operation& operation, std::size_t parameters) {
  const std::string where = "subject " + subject.name + ", operation '" + operation.name + "': ";
  if (operation.arguments.size() != parameters) {
    note(subject, where + std::to_string(parameters) + " parameters, but " + std::to_string(operation.arguments.size()) + " generators");
  }
  if (find(subject, operation.name) != nullptr) note(subject, where + "declared twice");
  if (!subject.spec) return;
  const std::vector<std::string> known = subject.spec.operations();
  if (std::find(known.begin(), known.end(), operation.name) == known.end()) {
    note(subject, where + "the spec does not know it; it knows " + joined(known));
  }
}

void check_benchmark(Subject& subject, const Benchmark& benchmark) {
  const std::string where =
      "subject " + subject.name + ", benchmark '" + benchmark.name + "'" + (benchmark.peer.empty() ? "" : " of " + benchmark.peer) + ": ";
  if (static_cast<bool>(benchmark.make) == static_cast<bool>(benchmark.make_sampler)) {
    note(subject, where + "needs either a body or a sampler");
  }
  if (benchmark.make_sampler && benchmark.unit.empty()) note(subject, where + "a sampler's figures need a unit");
  if (benchmark.make && benchmark.threads.empty()) note(subject, where + "no thread counts");
  for (const int threads : benchmark.threads) {
    if (threads < 0) note(subject, where + "a negative number of threads");
  }
  for (const Benchmark& other : subject.benchmarks) {
    if (other.name != benchmark.name) continue;
    if (other.peer == benchmark.peer) note(subject, where + "declared twice");
    if (other.pace != benchmark.pace || other.unit != benchmark.unit || other.less_is_better != benchmark.less_is_better) {
      note(subject, where + "not measured in the same way as its peers");
    }
  }
}

void check_goal(Subject& subject, const BenchmarkGoal& goal) {
  const auto measured = [&](const std::string& benchmark, const std::string& peer) {
    const auto found = std::find_if(subject.benchmarks.begin(), subject.benchmarks.end(),
                                    [&](const Benchmark& known) { return known.name == benchmark && known.peer == peer; });
    if (found == subject.benchmarks.end()) return false;
    return found->make_sampler || std::find(found->threads.begin(), found->threads.end(), goal.threads) != found->threads.end();
  };
  const auto demand = [&](const std::string& benchmark, const std::string& peer) {
    if (measured(benchmark, peer)) return;
    note(subject, "subject " + subject.name + ", goal '" + goal.text + "': there is no benchmark '" + benchmark + "'" +
                      (peer.empty() ? "" : " of " + peer) + " with " + std::to_string(goal.threads) + " threads above it");
  };
  demand(goal.benchmark, "");
  for (const std::string& peer : goal.peers) demand(goal.against.empty() ? goal.benchmark : goal.against, peer);
}

}  // namespace

namespace detail {

Declaration::Declaration(std::string name, spec::AnySpec spec, ObjectType type, bool explorable) {
  Subject subject;
  subject.name = std::move(name);
  subject.spec = std::move(spec);
  subject.type = std::move(type);
  subject.explorable = explorable;
  if (!subject.spec) note(subject, "subject " + subject.name + " has no spec");
  for (const Subject& other : subjects()) {
    if (other.name == subject.name) note(subject, "two subjects are named " + subject.name);
  }
  subject_ = &subjects().emplace_back(std::move(subject));
}

void Declaration::add_operation(std::string_view name, ObjectType::Operation operation, std::size_t parameters,
                                std::vector<Generator> generators) {
  Operation declared{std::string(name), std::move(generators)};
  check_operation(subject(), declared, parameters);
  subject().operations.push_back(std::move(declared));
  subject().type.operations.push_back(operation);
}

void Declaration::set_weight(double weight) {
  if (!subject().operations.empty()) subject().operations.back().weight = weight;
}

void Declaration::add_scenario(std::vector<NamedScenario> Subject::*list, std::string_view name, std::string_view text) {
  try {
    (subject().*list).push_back({std::string(name), parse_scenario(subject(), std::string(text))});
  } catch (const std::invalid_argument& error) {
    note(subject(), "subject " + subject().name + ": " + error.what());
  }
}

void Declaration::add_invariant(std::string_view name, std::function<bool(void*)> holds) {
  subject().type.invariants.push_back({std::string(name), std::move(holds)});
}

void Declaration::add_benchmark(Benchmark benchmark) {
  check_benchmark(subject(), benchmark);
  subject().benchmarks.push_back(std::move(benchmark));
}

void Declaration::add_goal(BenchmarkGoal goal) {
  check_goal(subject(), goal);
  subject().goals.push_back(std::move(goal));
}

void Declaration::make_twin(std::string_view of, std::string_view fault, std::vector<std::string> caught_by) {
  subject().twin = std::make_unique<Twin>(Twin{std::string(of), std::string(fault), std::move(caught_by)});
}

void Declaration::share_between_processes() { subject().type.process_shared = true; }

}  // namespace detail
}  // namespace proberen
