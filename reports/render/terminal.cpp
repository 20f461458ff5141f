#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "proberen/render.hpp"
#include "reports/render/lanes.hpp"
#include "reports/render/summary.hpp"
#include "reports/render/text.hpp"

namespace proberen {
namespace {

using namespace render;

constexpr std::size_t kMostFailuresInFull = 20;
constexpr std::size_t kMostLines = 200;         ///< of any one list
constexpr std::size_t kMostSubjectsInFull = 8;  ///< with more, what passed is told in short: the HTML report has all of it
constexpr std::size_t kMostLinesInShort = 10;

class Terminal {
 public:
  explicit Terminal(const TerminalOptions& options)
      : colour_(options.colour), width_(static_cast<std::size_t>(std::clamp(options.width, 60, 1000))) {}

  std::string take() { return std::move(out_); }
  [[nodiscard]] std::size_t width() const { return width_; }

  void line(std::string_view text = "") { out_.append(text).append("\n"); }
  void heading(std::string_view text) {
    line();
    line(paint(text, "1"));
  }
  /// `head` and `text` behind it, wrapped, with the lines after the first as far in as `head` is wide.
  void labelled(const std::string& head, std::string_view text) {
    const std::size_t in = columns(head);
    std::string start = head;
    for (const std::string& part : wrap(text, width_ > in + 20 ? width_ - in : 20)) {
      line(start + part);
      start.assign(in, ' ');
    }
  }
  /// Never wrapped, so that it can be copied whole.
  void unwrapped(const std::string& head, std::string_view text) { line(fmt::format("{}{}", head, text)); }

  [[nodiscard]] std::string paint(std::string_view text, const char* code) const {
    return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }

 private:
  bool colour_;
  std::size_t width_;
  std::string out_;
};

const char* code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "32";
    case Verdict::kFail:
      return "1;31";
    case Verdict::kInconclusive:
      return "33";
    case Verdict::kSkipped:
      return "2";
  }
  return "0";
}

const char* code_of(GateStatus status) { return status == GateStatus::kPass ? "1;32" : status == GateStatus::kFail ? "1;31" : "1;33"; }

void print_verdict(Terminal& out, const GateResult& gate) {
  out.line(fmt::format("verdict: {}: {}", out.paint(to_string(gate.status), code_of(gate.status)), clean(gate.headline)));
}

bool in_short(const Summary& summary) { return summary.rows.size() > kMostSubjectsInFull; }

template <class Items, class Print>
void print_list(Terminal& out, const Items& items, const std::string& indent, Print print, std::size_t most = kMostLines) {
  std::size_t done = 0;
  for (const auto& item : items) {
    if (done++ == most) {
      out.line(fmt::format("{}and {} more", indent, number(items.size() - most)));
      return;
    }
    print(item);
  }
}

struct TableCell {
  std::vector<std::string> lines;
  const char* code = "0";  ///< colour of the first line
};

void print_table_row(Terminal& out, const std::vector<TableCell>& cells, const std::vector<std::size_t>& widths) {
  std::size_t height = 0;
  for (const TableCell& cell : cells) height = std::max(height, cell.lines.size());
  for (std::size_t row = 0; row < height; ++row) {
    std::string line;
    std::size_t owed = 2;  // blanks are printed only when something follows them
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string text = row < cells[i].lines.size() ? cells[i].lines[row] : "";
      if (!text.empty()) line.append(std::exchange(owed, 0), ' ').append(row == 0 ? out.paint(text, cells[i].code) : text);
      owed += widths[i] - std::min(widths[i], columns(text)) + 2;
    }
    out.line(line);
  }
}

TableCell table_cell(const std::optional<Cell>& cell, std::size_t width, bool with_how) {
  if (!cell) return {{"–"}, "2"};
  TableCell made{wrap(cell->words(), width), code_of(cell->verdict)};
  if (!with_how) return made;
  for (const std::string& how : cell->how) {
    std::string indent;
    for (const std::string& line : wrap(how, width - 2)) {
      made.lines.push_back(indent + line);
      indent = "  ";
    }
  }
  return made;
}

/// Columns as wide as their words, where all of them have room.
void fit(std::vector<std::size_t>& widths, const Summary& summary, std::size_t most) {
  std::vector<std::size_t> wanted{widths[0]};
  std::size_t sum = widths[0] + 2;
  for (std::size_t i = 0; i < summary.methods.size(); ++i) {
    std::size_t widest = columns(summary.methods[i]);
    for (const SubjectRow& row : summary.rows) widest = std::max(widest, row.cells[i] ? columns(row.cells[i]->words()) : 1);
    wanted.push_back(widest);
    sum += widest + 2;
  }
  if (sum <= most) widths = std::move(wanted);
}

void print_table(Terminal& out, const Summary& summary) {
  if (summary.rows.empty()) return;
  std::size_t subject_width = 8;
  for (const SubjectRow& row : summary.rows) subject_width = std::max(subject_width, columns(clean(row.subject)));
  subject_width = std::min(subject_width, in_short(summary) ? out.width() / 3 : out.width() / 5);
  const std::size_t each = (out.width() - subject_width - 2) / summary.methods.size() - 2;
  std::vector<std::size_t> widths(1 + summary.methods.size(), each);
  widths[0] = subject_width;
  if (in_short(summary)) fit(widths, summary, out.width());
  out.line();
  std::vector<TableCell> header{{{"subject"}, "1"}};
  for (const std::string& method : summary.methods) header.push_back({{method}, "1"});
  print_table_row(out, header, widths);
  print_list(out, summary.rows, "  ", [&](const SubjectRow& row) {
    std::vector<TableCell> cells{{wrap(clean(row.subject), subject_width), "1"}};
    for (const std::optional<Cell>& cell : row.cells) cells.push_back(table_cell(cell, widths[cells.size()], !in_short(summary)));
    print_table_row(out, cells, widths);
  });
}

void print_events(Terminal& out, const char* title, const std::vector<Event>& events) {
  if (events.empty()) return;
  out.line(fmt::format("    {}:", title));
  for (const std::string& line : lanes_as_text(lay_out(events), out.width() - 6)) out.line("      " + line);
}

/// Steps never overlap, so a list says as much as lanes, where those would be cut.
void print_interleaving(Terminal& out, const std::vector<Event>& events) {
  constexpr std::size_t kMostSteps = 100;
  if (events.empty() || lanes_width(lay_out(events)) <= out.width() - 6) return print_events(out, "interleaving", events);
  out.line("    interleaving:");
  for (const std::string& line : steps_as_text(events, false, kMostSteps)) out.line("      " + line);
}

void print_failure(Terminal& out, const Record& record) {
  const std::string variant = variant_of(record);
  const std::string where = record.subject + ": " + record.method + (variant.empty() ? "" : " (" + variant + ")");
  out.line(fmt::format("  {}: {}", clean(where), out.paint(clean(failure_kind(record)), "1;31")));
  if (!record.failure) {
    if (!record.how.empty()) out.labelled("    how:      ", clean(record.how));
    return;
  }
  const Failure& failure = *record.failure;
  const auto field = [&](const char* head, const std::string& text) {
    if (!text.empty()) out.labelled(head, clean(text, 2000));
  };
  field("    ", failure.message);
  field("    at:       ", failure.location);
  field("    how:      ", record.how);
  if (!failure.scenario.empty()) out.unwrapped("    scenario: ", whole_or_excuse(failure.scenario));
  print_events(out, "history", failure.history);
  print_interleaving(out, failure.interleaving);
  print_list(out, failure.details, "    ", [&](const std::string& detail) { field("    ", detail); });
  if (!failure.witness.empty()) out.unwrapped("    witness:  ", whole_or_excuse(failure.witness));
  if (!failure.replay.empty()) out.unwrapped("    replay:   ", whole_or_excuse(failure.replay));
}

void print_failures(Terminal& out, const Summary& summary) {
  if (summary.failures.empty()) return;
  out.heading("failures");
  std::size_t done = 0;
  print_list(out, summary.failures, "  ", [&](const Record* record) {
    if (done++ < kMostFailuresInFull) return print_failure(out, *record);
    const std::string message = record->failure ? ": " + record->failure->message : "";
    out.labelled("  ", clean(record->subject + ": " + record->method + ": " + failure_kind(*record) + message, 300));
  });
}

std::string twin_words(const Terminal& out, const TwinResult& result) {
  const std::string note = result.note.empty() ? "" : " (" + clean(result.note) + ")";
  const std::string method = clean(result.claim.method);
  switch (result.outcome) {
    case TwinOutcome::kCaught:
      return "caught by " + method + note;
    case TwinOutcome::kBonus:
      return "caught without a claim by " + method + note;
    case TwinOutcome::kMissed:
      return out.paint("MISSED", "1;31") + " by " + method;
    case TwinOutcome::kNotRun:
      return out.paint("NOT RUN", "1;31") + " by " + method + note;
    case TwinOutcome::kNotClaimed:
      return "not claimed by " + method;
  }
  return "";
}

/// What the executions of a program observed, and how many of them each.
void print_outcomes(Terminal& out, const Record& record) {
  constexpr std::string_view kPrefix = "outcome ";
  std::vector<std::pair<std::string, std::string>> rows;
  std::size_t widest = 0;
  std::size_t widest_number = 0;
  for (const auto& [name, count] : record.counts) {
    if (!name.starts_with(kPrefix)) continue;
    rows.emplace_back(clean(name.substr(kPrefix.size()), 200), number(static_cast<std::size_t>(count)));
    widest = std::max(widest, columns(rows.back().first));
    widest_number = std::max(widest_number, rows.back().second.size());
  }
  if (rows.empty()) return;
  out.heading("outcomes of " + clean(record.subject) + ", and executions with each");
  print_list(out, rows, "  ", [&](const auto& row) {
    out.line(fmt::format("  {}{:{}}  {:>{}}", row.first, "", widest - columns(row.first), row.second, widest_number));
  });
}

bool held(const TwinRow& row) {
  return std::none_of(row.results.begin(), row.results.end(), [](const TwinResult* result) { return result->is_broken(); });
}

void print_twins_in_full(Terminal& out, const std::vector<const TwinRow*>& rows) {
  if (rows.empty()) return;
  out.heading("known-bad twins, and what caught them");
  const std::string* subject = nullptr;
  print_list(out, rows, "  ", [&](const TwinRow* row) {
    if (subject == nullptr || *subject != row->claim.twin_of) out.line("  " + clean(row->claim.twin_of));
    subject = &row->claim.twin_of;
    std::vector<std::string> words;
    for (const TwinResult* result : row->results) words.push_back(twin_words(out, *result));
    const std::string fault = row->claim.fault.empty() ? "" : " (" + clean(row->claim.fault) + ")";
    out.line("    " + clean(row->claim.twin) + fault + ": " + join(words));
  });
}

/// A line for each subject.
void print_twins_in_short(Terminal& out, const std::vector<const TwinRow*>& rows) {
  if (rows.empty()) return;
  out.heading("known-bad twins, caught by every method that claims them");
  std::vector<std::pair<std::string, std::string>> lines;  // subject, what is wrong with its twins
  for (const TwinRow* row : rows) {
    const std::string subject = clean(row->claim.twin_of);
    const std::string fault = clean(row->claim.fault.empty() ? row->claim.twin : row->claim.fault);
    if (lines.empty() || lines.back().first != subject) {
      lines.emplace_back(subject, fault);
    } else {
      lines.back().second += ", " + fault;
    }
  }
  print_list(out, lines, "  ", [&](const auto& line) { out.labelled("  " + line.first + ": ", line.second); });
}

void print_twins(Terminal& out, const Summary& summary) {
  std::vector<const TwinRow*> full;
  std::vector<const TwinRow*> brief;
  for (const TwinRow& row : summary.twins) (in_short(summary) && held(row) ? brief : full).push_back(&row);
  print_twins_in_full(out, full);
  print_twins_in_short(out, brief);
}

void print_goals(Terminal& out, const Summary& summary) {
  std::vector<std::string> lines;
  std::size_t met_unsaid = 0;
  for (const SubjectBenchmarks& benchmarks : summary.benchmarks) {
    for (const Goal* goal : benchmarks.goals) {
      if (goal->met && in_short(summary)) {
        ++met_unsaid;
        continue;
      }
      const std::string met = goal->met ? out.paint("met", "32") + "      " : out.paint("not met", "1;31") + "  ";
      lines.push_back(fmt::format("  {}{}: {}: {}", met, clean(benchmarks.subject), clean(goal->text), goal_words(*goal)));
    }
  }
  if (met_unsaid > 0) lines.push_back(fmt::format("  {}      {} others", out.paint("met", "32"), number(met_unsaid)));
  if (lines.empty()) return;
  out.heading("benchmark goals");
  print_list(out, lines, "  ", [&](const std::string& line) { out.line(line); });
}

void print_limits(Terminal& out, const Summary& summary) {
  if (summary.limits.empty()) return;
  out.heading("what these verdicts do not say");
  print_list(out, summary.limits, "  ",
             [&](const Limit& limit) { out.labelled("  - ", fmt::format("{} ({})", clean(limit.text), clean(join(limit.methods)))); });
}

void print_lines(Terminal& out, const char* heading, const std::vector<std::string>& lines, std::size_t most = kMostLines) {
  if (lines.empty()) return;
  out.heading(heading);
  print_list(
      out, lines, "  ", [&](const std::string& text) { out.labelled("  - ", clean(text)); }, most);
}

}  // namespace

std::string render_terminal(std::span<const Record> records, const GateResult& gate, const TerminalOptions& options) {
  const Summary summary = summarize(records, gate);
  Terminal out(options);
  print_verdict(out, gate);
  print_table(out, summary);
  for (const Record& record : records) print_outcomes(out, record);
  print_failures(out, summary);
  print_twins(out, summary);
  print_goals(out, summary);
  print_limits(out, summary);
  print_lines(out, "worth knowing", gate.notes, in_short(summary) ? kMostLinesInShort : kMostLines);
  print_lines(out, "why", gate.reasons);
  out.line();
  print_verdict(out, gate);
  return out.take();
}

}  // namespace proberen
