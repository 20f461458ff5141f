/// Outcomes: what complete executions have observed, counted, and which of it was declared to be right.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proberen::runtime {

class Outcomes {
 public:
  enum Kind { kAcceptable, kInteresting, kForbidden };

  /// The running execution observes a value. The last one of a name counts.
  void observe(const char* name, long long value);
  /// Names an outcome as it is written: `r0=1 r1=0`, names in any order. Repeated in every execution.
  void declare(Kind kind, const char* outcome);
  /// A new execution: what the last one observed is forgotten.
  void begin() { observed_.clear(); }
  /// The execution is complete: counts its outcome. A complaint when that is forbidden, or not among those declared.
  std::optional<std::string> end();

  struct Row {
    std::string outcome;
    std::uint64_t count = 0;
    std::string kind;  ///< `acceptable`, `interesting`, `forbidden`, `undeclared`, or "" where nothing is declared
  };
  [[nodiscard]] std::vector<Row> table() const;

  // What several processes have counted is added up.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  [[nodiscard]] const std::map<std::string, Kind>& declared() const { return declared_; }
  void add(const std::string& outcome, std::uint64_t count) { counts_[outcome] += count; }
  void add(const Outcomes& others);
  void count_anew() { counts_.clear(); }

 private:
  [[nodiscard]] std::string kind_of(const std::string& outcome) const;

  std::vector<std::pair<std::string, long long>> observed_;
  std::string outcome_;  ///< of the execution that has ended: one for all, so that its memory is kept
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, Kind> declared_;
};

}  // namespace proberen::runtime
