/// Plan: which method is run on which subject in which variant, and what is left out for which reason.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/proberen/catalogue.hpp"
#include "cli/proberen/options.hpp"
#include "proberen/gate.hpp"
#include "proberen/record.hpp"

namespace proberen::cli {

/// One child process.
struct Task {
  const Subject* subject = nullptr;
  std::string method;
  std::string variant;
  std::string program;
  std::chrono::milliseconds time{0};
  bool as_twin = false;  ///< it has only to be caught: a twin that was not asked for by its name
};

struct Plan {
  std::vector<Task> together;   ///< may run at the same time
  std::vector<Task> alone;      ///< benchmarks: one after the other, with nothing beside them
  std::vector<Record> skipped;  ///< what this build cannot run, with the reason
  std::vector<Claim> claims;    ///< of the twins that are selected, on the methods that are
  [[nodiscard]] std::size_t size() const { return together.size() + alone.size(); }
};

/// Subject, method, twin and configuration filled in, as the check itself would.
[[nodiscard]] Record begin_record(const Task& task, const Options& options);

/// Plans `methods` for the subjects that are named; without names, for those that pass the filters, where twins run the methods that must
/// catch them and no others. The catalogue must outlive the plan. Throws BadRequest.
[[nodiscard]] Plan make_plan(Catalogue& catalogue, const std::vector<std::string>& methods, const Options& options);

}  // namespace proberen::cli
