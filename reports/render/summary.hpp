/// What every report shows, grouped once from records and gate, so that the reports differ in form alone.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proberen/gate.hpp"
#include "proberen/record.hpp"

namespace proberen::render {

/// One subject under one method: a stress run leaves a record for each variant, an exploration one for each scenario.
struct Cell {
  Verdict verdict = Verdict::kSkipped;  ///< fail before inconclusive before pass; skipped only when all are
  std::size_t records = 0;
  std::size_t failed = 0;  ///< with those skipped without a reason, as the gate has it
  std::size_t inconclusive = 0;
  std::size_t skipped = 0;
  bool complete = false;         ///< every record passed and exhausted what it claims
  std::vector<std::string> how;  ///< how the verdicts were reached, like ones put together

  /// `pass`, `pass, complete`, `fail, 1 of 12`, `pass, 1 skipped`.
  [[nodiscard]] std::string words() const;
};

struct SubjectRow {
  std::string subject;
  std::vector<std::optional<Cell>> cells;  ///< one for each of Summary::methods
};

struct TwinRow {
  Claim claim;
  std::vector<const TwinResult*> results;  ///< in the order of the methods
};

/// The series to be seen side by side: one benchmark, one number of threads, one unit; the subject before its peers.
struct Comparison {
  std::string benchmark;
  int threads = 1;
  std::string unit;
  bool less_is_better = true;
  std::vector<const Series*> series;
};

struct SubjectBenchmarks {
  std::string subject;
  std::vector<Comparison> comparisons;
  std::vector<const Goal*> goals;
};

struct Limit {
  std::string text;
  std::vector<std::string> methods;  ///< whose verdicts it limits
};

/// Points into the records and the gate's result that it was made from.
struct Summary {
  std::vector<std::string> methods;     ///< explore, fuzz, stress, bench; then `other` when there are others
  std::vector<SubjectRow> rows;         ///< sorted by subject; without twins
  std::vector<const Record*> failures;  ///< of ordinary subjects, sorted by subject and method
  std::vector<TwinRow> twins;           ///< sorted by subject and twin
  std::vector<SubjectBenchmarks> benchmarks;
  std::vector<Limit> limits;                                    ///< each text once, in the order of appearance
  std::map<std::string, std::vector<std::string>> environment;  ///< each value once: more than one where machines or builds differ
};

[[nodiscard]] Summary summarize(std::span<const Record> records, const GateResult& gate);

/// The column of a method in Summary::methods.
[[nodiscard]] std::size_t column_of(const std::string& method);

/// An ordinary record that makes the gate fail.
[[nodiscard]] bool is_failure(const Record& record);

/// The kind of failure; `fail` where the record does not say; or `skipped without a reason`.
[[nodiscard]] std::string failure_kind(const Record& record);

/// `variant` of the configuration where it tells something: not for `native` and `relacy`, which a method cannot choose.
[[nodiscard]] std::string variant_of(const Record& record);

/// One line for each way in which the verdicts of one cell were reached. Records that differ in numbers they count, and in nothing else,
/// are put together, and the numbers summed: `exhaustive, 185,175 executions (15 runs)`.
[[nodiscard]] std::vector<std::string> combine_how(const std::vector<const Record*>& records);

/// `caught`, `missed`, `not run`, `bonus`, `not claimed`.
[[nodiscard]] std::string to_string(TwinOutcome outcome);

struct Quartiles {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// Of the finite samples, interpolated linearly between the two nearest; nothing when there are none.
[[nodiscard]] std::optional<Quartiles> quartiles(const std::vector<double>& samples);

/// `measured 0.5, asked for at most 0.6`.
[[nodiscard]] std::string goal_words(const Goal& goal);

}  // namespace proberen::render
