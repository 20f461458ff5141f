#include "reports/render/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

const std::vector<std::string> kMethods{"explore", "fuzz", "stress", "bench"};

Cell cell_of(const std::vector<const Record*>& records) {
  Cell cell;
  cell.records = records.size();
  cell.complete = true;
  std::size_t passed = 0;
  for (const Record* record : records) {
    const bool pass = record->verdict == Verdict::kPass;
    if (is_failure(*record)) {
      ++cell.failed;
    } else if (record->verdict == Verdict::kInconclusive) {
      ++cell.inconclusive;
    } else {
      ++(pass ? passed : cell.skipped);
    }
    cell.complete = cell.complete && pass && record->complete;
  }
  cell.verdict = cell.failed > 0         ? Verdict::kFail
                 : cell.inconclusive > 0 ? Verdict::kInconclusive
                 : passed > 0            ? Verdict::kPass
                                         : Verdict::kSkipped;
  cell.how = combine_how(records);
  return cell;
}

void add_rows(std::span<const Record> records, const GateResult& gate, Summary& summary) {
  std::map<std::string, std::map<std::size_t, std::vector<const Record*>>> grouped;
  for (const Record& record : records) {
    if (record.twin_of.empty()) grouped[record.subject][column_of(record.method)].push_back(&record);
  }
  const bool others =
      std::any_of(grouped.begin(), grouped.end(), [](const auto& row) { return row.second.contains(kMethods.size()); }) ||
      std::any_of(gate.twins.begin(), gate.twins.end(), [](const auto& twin) { return column_of(twin.claim.method) == kMethods.size(); });
  summary.methods = kMethods;
  if (others) summary.methods.emplace_back("other");
  for (const auto& [subject, columns] : grouped) {
    SubjectRow row{subject, std::vector<std::optional<Cell>>(summary.methods.size())};
    for (const auto& [column, members] : columns) row.cells[column] = cell_of(members);
    summary.rows.push_back(std::move(row));
  }
}

void add_failures(std::span<const Record> records, Summary& summary) {
  for (const Record& record : records) {
    if (is_failure(record)) summary.failures.push_back(&record);
  }
  std::stable_sort(summary.failures.begin(), summary.failures.end(), [](const Record* a, const Record* b) {
    return std::tuple(a->subject, column_of(a->method)) < std::tuple(b->subject, column_of(b->method));
  });
}

void add_twins(const GateResult& gate, Summary& summary) {
  std::map<std::pair<std::string, std::string>, TwinRow> grouped;
  for (const TwinResult& result : gate.twins) {
    TwinRow& row = grouped[{result.claim.twin_of, result.claim.twin}];
    if (row.claim.fault.empty()) row.claim = result.claim;
    row.results.push_back(&result);
  }
  for (auto& [key, row] : grouped) {
    std::stable_sort(row.results.begin(), row.results.end(),
                     [](const TwinResult* a, const TwinResult* b) { return column_of(a->claim.method) < column_of(b->claim.method); });
    summary.twins.push_back(std::move(row));
  }
}

void add_series(const Series& series, std::vector<Comparison>& comparisons) {
  const auto same = [&](const Comparison& comparison) {
    return comparison.benchmark == series.benchmark && comparison.threads == series.threads && comparison.unit == series.unit;
  };
  auto found = std::find_if(comparisons.begin(), comparisons.end(), same);
  if (found == comparisons.end()) {
    found = comparisons.insert(comparisons.end(), {series.benchmark, series.threads, series.unit, series.less_is_better, {}});
  }
  found->series.push_back(&series);
}

void add_benchmarks(std::span<const Record> records, Summary& summary) {
  std::map<std::string, SubjectBenchmarks> grouped;
  for (const Record& record : records) {
    if (!record.twin_of.empty() || (record.series.empty() && record.goals.empty())) continue;
    SubjectBenchmarks& benchmarks = grouped[record.subject];
    benchmarks.subject = record.subject;
    for (const Series& series : record.series) add_series(series, benchmarks.comparisons);
    for (const Goal& goal : record.goals) benchmarks.goals.push_back(&goal);
  }
  for (auto& [subject, benchmarks] : grouped) {
    for (Comparison& comparison : benchmarks.comparisons) {
      std::stable_partition(comparison.series.begin(), comparison.series.end(), [](const Series* series) { return series->peer.empty(); });
    }
    summary.benchmarks.push_back(std::move(benchmarks));
  }
}

void add_unless_there(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void add_limits_and_environment(std::span<const Record> records, Summary& summary) {
  std::map<std::string, std::size_t> places;
  for (const Record& record : records) {
    if (record.twin_of.empty()) {
      for (const std::string& limit : record.limits) {
        const auto [place, is_new] = places.try_emplace(limit, summary.limits.size());
        if (is_new) summary.limits.push_back({limit, {}});
        add_unless_there(summary.limits[place->second].methods, record.method);
      }
    }
  }
  std::map<std::string, std::set<std::string>> seen;
  for (const Record& record : records) {
    for (const auto& [key, value] : record.environment) {
      if (seen[key].insert(value).second) summary.environment[key].push_back(value);
    }
  }
}

}  // namespace

std::string Cell::words() const {
  const auto of_all = [&](std::size_t count) { return records == 1 ? "" : fmt::format(", {} of {}", number(count), number(records)); };
  std::string line(proberen::to_string(verdict));
  if (verdict == Verdict::kFail) return line + of_all(failed);
  if (verdict == Verdict::kInconclusive) return line + of_all(inconclusive);
  if (verdict == Verdict::kPass && complete) line += ", complete";
  if (verdict == Verdict::kPass && skipped > 0) line += fmt::format(", {} skipped", number(skipped));
  return line;
}

Summary summarize(std::span<const Record> records, const GateResult& gate) {
  Summary summary;
  add_rows(records, gate, summary);
  add_failures(records, summary);
  add_twins(gate, summary);
  add_benchmarks(records, summary);
  add_limits_and_environment(records, summary);
  return summary;
}

std::size_t column_of(const std::string& method) {
  return static_cast<std::size_t>(std::find(kMethods.begin(), kMethods.end(), method) - kMethods.begin());
}

bool is_failure(const Record& record) {
  if (!record.twin_of.empty()) return false;
  return record.verdict == Verdict::kFail || (record.verdict == Verdict::kSkipped && record.reason.empty());
}

std::string failure_kind(const Record& record) {
  if (record.verdict == Verdict::kSkipped) return "skipped without a reason";
  return record.failure && !record.failure->kind.empty() ? record.failure->kind : "fail";
}

std::string variant_of(const Record& record) {
  const auto found = record.configuration.find("variant");
  if (found == record.configuration.end() || found->second == "native" || found->second == "relacy") return "";
  return found->second;
}

std::string to_string(TwinOutcome outcome) {
  switch (outcome) {
    case TwinOutcome::kCaught:
      return "caught";
    case TwinOutcome::kMissed:
      return "missed";
    case TwinOutcome::kNotRun:
      return "not run";
    case TwinOutcome::kBonus:
      return "bonus";
    case TwinOutcome::kNotClaimed:
      return "not claimed";
  }
  return "missed";
}

std::optional<Quartiles> quartiles(const std::vector<double>& samples) {
  std::vector<double> finite;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(finite), [](double sample) { return std::isfinite(sample); });
  if (finite.empty()) return std::nullopt;
  std::sort(finite.begin(), finite.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(finite.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double rest = place - static_cast<double>(below);
    return rest == 0 ? finite[below] : finite[below] * (1 - rest) + finite[below + 1] * rest;
  };
  return Quartiles{at(0.25), at(0.5), at(0.75)};
}

std::string goal_words(const Goal& goal) {
  return fmt::format("measured {}, asked for at {} {}", number(goal.ratio), goal.at_most ? "most" : "least", number(goal.limit));
}

}  // namespace proberen::render
