/// What the methods that explore scenarios have in common: the budget is shared among the scenarios, and a scenario that fails is made
/// smaller.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "proberen/method.hpp"

namespace proberen {

/// Explores the scenario that was asked for, else those that the subject names, each with its share of the request's time, and puts a record
/// for each. A twin ends with the first that fails: it has been caught. Where there are none it makes some up, small ones first, until the
/// time is over or one fails, and puts a record for each size. Throws std::invalid_argument, one line, where a scenario is none of this
/// subject, or has more threads or calls than can be.
void explore_scenarios(const Subject& subject, const Request& request, std::size_t threads_max, const RecordSink& sink,
                       const std::function<Record(const NamedScenario&, std::chrono::milliseconds budget)>& explore);

/// Greedy: the first simpler scenario that fails in the same way is the next one, until none does or 1 to 5 seconds are over.
/// `fails_too` looks at one for at most so long, and keeps what it finds.
void shrink_scenario(const Subject& subject, const Request& request, Scenario& scenario, const Progress& progress,
                     const std::function<bool(const Scenario&, std::chrono::milliseconds time)>& fails_too);

}  // namespace proberen
