#include "models/runtime/outcomes.hpp"

#include <algorithm>
#include <sstream>

namespace proberen::runtime {

void Outcomes::observe(const char* name, long long value) {
  for (auto& [known, last] : observed_) {
    if (known == name) {
      last = value;
      return;
    }
  }
  observed_.emplace_back(name, value);
}

void Outcomes::declare(Kind kind, const char* outcome) {
  std::istringstream words(outcome);
  std::vector<std::string> parts;
  for (std::string word; words >> word;) parts.push_back(word);
  std::sort(parts.begin(), parts.end());
  std::string normal;
  for (const std::string& part : parts) normal += (normal.empty() ? "" : " ") + part;
  declared_[normal] = kind;
}

std::string Outcomes::kind_of(const std::string& outcome) const {
  if (declared_.empty()) return "";
  const auto found = declared_.find(outcome);
  if (found == declared_.end()) return "undeclared";
  return found->second == kForbidden ? "forbidden" : found->second == kInteresting ? "interesting" : "acceptable";
}

std::optional<std::string> Outcomes::end() {
  if (observed_.empty() && declared_.empty()) return std::nullopt;
  std::sort(observed_.begin(), observed_.end());
  std::string& outcome = outcome_;
  outcome.clear();
  for (const auto& [name, value] : observed_)
    outcome.append(outcome.empty() ? "" : " ").append(name).append("=").append(std::to_string(value));
  ++counts_[outcome];
  if (declared_.empty()) return std::nullopt;
  const std::string kind = kind_of(outcome);
  // A program may declare what is forbidden alone: then everything else is right.
  const bool only_forbidden = std::all_of(declared_.begin(), declared_.end(), [](const auto& entry) { return entry.second == kForbidden; });
  if (kind == "forbidden") return "the outcome " + outcome + " is declared forbidden";
  if (kind == "undeclared" && !only_forbidden) return "the outcome " + outcome + " is not among those declared";
  return std::nullopt;
}

void Outcomes::add(const Outcomes& others) {
  for (const auto& [outcome, count] : others.counts_) add(outcome, count);
  for (const auto& [outcome, kind] : others.declared_) declared_[outcome] = kind;
}

std::vector<Outcomes::Row> Outcomes::table() const {
  std::vector<Row> rows;
  for (const auto& [outcome, count] : counts_) rows.push_back({outcome, count, kind_of(outcome)});
  return rows;
}

}  // namespace proberen::runtime
