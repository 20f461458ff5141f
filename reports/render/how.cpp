// How the verdicts of one cell were reached, in few lines.

#include <algorithm>
#include <cctype>
#include <limits>
#include <utility>

#include "reports/render/summary.hpp"
#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

constexpr std::size_t kMostLines = 4;

/// A line whose counted numbers are taken out: pieces[0] numbers[0] pieces[1] …
struct Template {
  std::vector<std::string> pieces{""};
  std::vector<std::uint64_t> numbers;
};

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// The number at the start, thousands grouped by commas or not; its length in bytes, 0 when it does not fit.
std::pair<std::uint64_t, std::size_t> leading_number(std::string_view text) {
  std::uint64_t value = 0;
  std::size_t length = 0;
  const auto group_follows = [&] {
    return length + 3 < text.size() && text[length] == ',' && is_digit(text[length + 1]) && is_digit(text[length + 2]) &&
           is_digit(text[length + 3]) && (length + 4 == text.size() || !is_digit(text[length + 4]));
  };
  while (length < text.size() && (is_digit(text[length]) || group_follows())) {
    if (text[length] != ',') {
      const auto digit = static_cast<std::uint64_t>(text[length] - '0');
      if (value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return {0, 0};
      value = value * 10 + digit;
    }
    ++length;
  }
  return {value, length};
}

/// Whether the record counts `value` of something that the words after the number name: `300 executions` with counts.executions = 300.
bool is_counted(const Record& record, std::uint64_t value, std::string_view words) {
  return std::any_of(record.counts.begin(), record.counts.end(),
                     [&](const auto& count) { return count.second == value && words.find(count.first) != std::string_view::npos; });
}

Template parse(const Record& record, std::string_view line) {
  Template parsed;
  bool in_word = false;
  while (!line.empty()) {
    const auto [value, length] = leading_number(line);
    if (length > 0 && !in_word && is_counted(record, value, line.substr(length, line.find(", ", length) - length))) {
      parsed.numbers.push_back(value);
      parsed.pieces.emplace_back();
      line.remove_prefix(length);
      continue;
    }
    const std::size_t taken = std::max<std::size_t>(length, 1);
    in_word = !(line[taken - 1] == ' ');
    parsed.pieces.back() += line.substr(0, taken);
    line.remove_prefix(taken);
  }
  return parsed;
}

/// `alone`: the only record of its cell, whose verdict is then that of the cell and need not be said again.
std::string line_of(const Record& record, bool alone) {
  const std::string how = record.how.empty() ? "" : "; " + record.how;
  std::string line;
  if (column_of(record.method) == column_of("")) line += record.method + ": ";
  if (const std::string variant = variant_of(record); !variant.empty()) line += variant + ": ";
  if (is_failure(record)) return line + failure_kind(record) + how;
  switch (record.verdict) {
    case Verdict::kInconclusive:
      return line + (alone ? "" : "inconclusive: ") + record.reason + how;
    case Verdict::kSkipped:
      return line + (alone ? "" : "skipped: ") + record.reason + how;
    default:
      return line + (record.how.empty() ? "the record does not say how" : record.how);
  }
}

struct Group {
  Template shape;
  std::size_t records = 1;
};

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

std::string text_of(const Group& group) {
  std::string text = group.shape.pieces.front();
  for (std::size_t i = 0; i < group.shape.numbers.size(); ++i) text += number(group.shape.numbers[i]) + group.shape.pieces[i + 1];
  return group.records == 1 ? text : text + " (" + number(group.records) + " runs)";
}

}  // namespace

std::vector<std::string> combine_how(const std::vector<const Record*>& records) {
  std::vector<Group> groups;
  std::map<std::vector<std::string>, std::size_t> places;
  for (const Record* record : records) {
    Template shape = parse(*record, clean(line_of(*record, records.size() == 1), 200));
    const auto [place, is_new] = places.try_emplace(shape.pieces, groups.size());
    if (is_new) {
      groups.push_back({std::move(shape), 1});
      continue;
    }
    Group& group = groups[place->second];
    ++group.records;
    for (std::size_t i = 0; i < shape.numbers.size(); ++i) group.shape.numbers[i] = add(group.shape.numbers[i], shape.numbers[i]);
  }
  std::vector<std::string> lines;
  for (const Group& group : groups) {
    if (lines.size() == kMostLines) {
      lines.push_back("and " + number(groups.size() - kMostLines) + " more");
      break;
    }
    lines.push_back(text_of(group));
  }
  return lines;
}

}  // namespace proberen::render
