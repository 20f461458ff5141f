#include "proberen/random_scenario.hpp"

#include <algorithm>

namespace proberen {
namespace {

const Operation& random_operation(const Subject& subject, const Draw& draw) {
  double total = 0;
  for (const Operation& operation : subject.operations) total += operation.weight;
  constexpr std::size_t kResolution = 10'000;
  double left = total * static_cast<double>(draw(kResolution)) / kResolution;
  const Operation* chosen = nullptr;
  for (const Operation& operation : subject.operations) {
    if (operation.weight <= 0) continue;
    chosen = &operation;
    if ((left -= operation.weight) < 0) break;
  }
  return chosen != nullptr ? *chosen : subject.operations.front();
}

Call random_call(const Subject& subject, const Draw& draw, std::int64_t& next_distinct) {
  const Operation& operation = random_operation(subject, draw);
  Call call{operation.name, {}};
  for (const Generator& generator : operation.arguments) {
    call.arguments.push_back(generator.distinct ? Value(next_distinct++) : generator.values[draw(generator.values.size())]);
  }
  return call;
}

/// Every way to make one argument of one call simpler.
void add_simpler_arguments(const Subject& subject, const Scenario& scenario, std::vector<Scenario>& simpler) {
  const auto try_call = [&](auto access) {
    const Call& call = access(scenario);
    const Operation& operation = subject.operations[subject.operation_number(call.operation)];
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
      const std::vector<Value>& values = operation.arguments[i].values;
      const auto here = std::find(values.begin(), values.end(), call.arguments[i]);
      if (here == values.begin() || here == values.end()) continue;
      Scenario candidate = scenario;
      const_cast<Call&>(access(candidate)).arguments[i] = values.front();
      simpler.push_back(std::move(candidate));
    }
  };
  for (std::size_t c = 0; c < scenario.before.size(); ++c) {
    try_call([c](const Scenario& of) -> const Call& { return of.before[c]; });
  }
  for (std::size_t t = 0; t < scenario.threads.size(); ++t) {
    for (std::size_t c = 0; c < scenario.threads[t].size(); ++c) {
      try_call([t, c](const Scenario& of) -> const Call& { return of.threads[t][c]; });
    }
  }
}

}  // namespace

Scenario random_scenario(const Subject& subject, const ScenarioShape& shape, const Draw& draw) {
  Scenario scenario;
  std::int64_t next_distinct = 1;
  const std::size_t threads =
      static_cast<std::size_t>(shape.threads_min) + draw(static_cast<std::size_t>(shape.threads_max - shape.threads_min + 1));
  for (std::size_t t = 0; t < threads; ++t) {
    std::vector<Call>& calls = scenario.threads.emplace_back();
    const std::size_t length = 1 + draw(static_cast<std::size_t>(shape.calls_max));
    while (calls.size() < length) calls.push_back(random_call(subject, draw, next_distinct));
  }
  return scenario;
}

std::vector<Scenario> simpler_scenarios(const Subject& subject, const Scenario& scenario) {
  std::vector<Scenario> simpler;
  if (scenario.threads.size() > 1) {
    for (std::size_t t = 0; t < scenario.threads.size(); ++t) {
      Scenario& candidate = simpler.emplace_back(scenario);
      candidate.threads.erase(candidate.threads.begin() + static_cast<std::ptrdiff_t>(t));
    }
  }
  for (std::size_t c = 0; c < scenario.before.size(); ++c) {
    Scenario& candidate = simpler.emplace_back(scenario);
    candidate.before.erase(candidate.before.begin() + static_cast<std::ptrdiff_t>(c));
  }
  for (std::size_t t = 0; t < scenario.threads.size(); ++t) {
    if (scenario.threads[t].size() < 2) continue;
    for (std::size_t c = 0; c < scenario.threads[t].size(); ++c) {
      Scenario& candidate = simpler.emplace_back(scenario);
      candidate.threads[t].erase(candidate.threads[t].begin() + static_cast<std::ptrdiff_t>(c));
    }
  }
  add_simpler_arguments(subject, scenario, simpler);
  return simpler;
}

}  // namespace proberen
