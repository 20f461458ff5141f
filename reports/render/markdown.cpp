#include <fmt/format.h>

#include <algorithm>

#include "proberen/render.hpp"
#include "reports/render/lanes.hpp"
#include "reports/render/summary.hpp"
#include "reports/render/text.hpp"

namespace proberen {
namespace {

using namespace render;

// What each list may take, in bytes; what is between them is short.
constexpr std::size_t kReasonsShare = 80'000;
constexpr std::size_t kTableShare = 250'000;
constexpr std::size_t kFailuresShare = 300'000;
constexpr std::size_t kShortFailuresShare = 80'000;
constexpr std::size_t kTwinsShare = 100'000;
constexpr std::size_t kGoalsShare = 80'000;
constexpr std::size_t kLimitsShare = 40'000;
constexpr std::size_t kNotesShare = 60'000;
constexpr std::size_t kRestShare = 20'000;
static_assert(kReasonsShare + kTableShare + kFailuresShare + kShortFailuresShare + kTwinsShare + kGoalsShare + kLimitsShare + kNotesShare +
                  kRestShare <
              kMarkdownLimit);

constexpr std::size_t kCodeWidth = 140;

/// Cleaned, cut and escaped, to stand anywhere in a line but at its start.
std::string plain(std::string_view text, std::size_t most_bytes = 400) {
  std::string escaped;
  for (const char c : clean(text, most_bytes)) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      if (std::string_view("\\`*_{}[]|#~!").find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

/// A fence longer than any row of backticks in the code, so that the code cannot end it.
std::string fenced(const std::string& code) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : code) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "text\n" + code + "\n" + fence + "\n\n";
}

std::string note_line(const Capped& list) { return list.note().empty() ? "" : "\n*" + list.note() + "*\n"; }

std::string bullets(const std::vector<std::string>& lines, std::size_t most_bytes) {
  Capped list(most_bytes);
  for (const std::string& line : lines) list.add([&] { return "- " + plain(line) + "\n"; });
  return list.text() + note_line(list) + "\n";
}

std::string titled_bullets(const char* title, const std::vector<std::string>& lines, std::size_t most_bytes) {
  return lines.empty() ? "" : fmt::format("## {}\n\n{}", title, bullets(lines, most_bytes));
}

std::string table_head(const std::vector<std::string>& names) {
  std::string rule = "|";
  for (std::size_t i = 0; i < names.size(); ++i) rule += "---|";
  return "| " + join(names, " | ") + " |\n" + rule + "\n";
}

std::string subjects(const Summary& summary) {
  if (summary.rows.empty()) return "";
  std::vector<std::string> names{"subject"};
  names.insert(names.end(), summary.methods.begin(), summary.methods.end());
  Capped rows(kTableShare);
  for (const SubjectRow& row : summary.rows) {
    rows.add([&] {
      std::string line = "| " + plain(row.subject) + " |";
      for (const std::optional<Cell>& cell : row.cells) {
        line += cell ? fmt::format(" **{}**: {} |", cell->words(), plain(join(cell->how, "; "), 900)) : " – |";
      }
      return line + "\n";
    });
  }
  return "## Subjects and methods\n\n" + table_head(names) + rows.text() + note_line(rows) + "\n";
}

std::string where(const Record& record) {
  const std::string variant = variant_of(record);
  return plain(record.subject + ": " + record.method + (variant.empty() ? "" : " (" + variant + ")")) + ": " + plain(failure_kind(record));
}

std::string events(const char* title, const std::vector<Event>& all) {
  if (all.empty()) return "";
  return fmt::format("{}:\n\n", title) + fenced(join(lanes_as_text(lay_out(all), kCodeWidth), "\n"));
}

std::string code(const char* title, const std::string& text) {
  return text.empty() ? "" : fmt::format("{}:\n\n{}", title, fenced(whole_or_excuse(text)));
}

std::string details(const Failure& failure) {
  if (failure.details.empty()) return "";
  Capped lines(10'000);
  for (const std::string& line : failure.details) lines.add((lines.text().empty() ? "" : "\n") + clean(line));
  return "Details:\n\n" + fenced(lines.text()) + (lines.note().empty() ? "" : "*" + lines.note() + "*\n\n");
}

std::string failure_in_full(const Record& record) {
  std::string text = "### " + where(record) + "\n\n";
  const auto field = [&](const char* name, const std::string& value) {
    if (!value.empty()) text += fmt::format("- {}: {}\n", name, plain(value, 2000));
  };
  if (record.failure) field("what", record.failure->message);
  if (record.failure) field("where", record.failure->location);
  field("how", record.how);
  text += "\n";
  if (!record.failure) return text;
  const Failure& failure = *record.failure;
  text += code("Scenario", failure.scenario) + events("History", failure.history) + events("Interleaving", failure.interleaving);
  return text + details(failure) + code("Witness", failure.witness) + code("Replay", failure.replay);
}

std::string failures(const Summary& summary) {
  if (summary.failures.empty()) return "";
  Capped full(kFailuresShare);
  Capped brief(kShortFailuresShare);
  for (const Record* record : summary.failures) {
    if (full.add([&] { return failure_in_full(*record); })) continue;
    brief.add([&] { return "- " + where(*record) + (record->failure ? ": " + plain(record->failure->message) : "") + "\n"; });
  }
  std::string section = "## Failures\n\n" + full.text();
  if (!brief.text().empty()) section += "### More failures, in short\n\n" + brief.text() + note_line(brief) + "\n";
  return section;
}

std::string twins(const Summary& summary) {
  if (summary.twins.empty()) return "";
  std::vector<std::string> names{"subject", "known-bad twin"};
  names.insert(names.end(), summary.methods.begin(), summary.methods.end());
  Capped rows(kTwinsShare);
  for (const TwinRow& row : summary.twins) {
    rows.add([&] {
      std::string line = fmt::format("| {} | {}{} |", plain(row.claim.twin_of), plain(row.claim.twin),
                                     row.claim.fault.empty() ? "" : ": " + plain(row.claim.fault));
      for (std::size_t column = 0; column < summary.methods.size(); ++column) {
        for (const TwinResult* result : row.results) {
          if (column_of(result->claim.method) != column) continue;
          line += fmt::format(" **{}**{}", render::to_string(result->outcome), result->note.empty() ? "" : ": " + plain(result->note));
        }
        line += " |";
      }
      return line + "\n";
    });
  }
  return "## Known-bad twins\n\n" + table_head(names) + rows.text() + note_line(rows) + "\n";
}

std::string goals(const Summary& summary) {
  Capped rows(kGoalsShare);
  for (const SubjectBenchmarks& benchmarks : summary.benchmarks) {
    for (const Goal* goal : benchmarks.goals) {
      rows.add(fmt::format("| {} | {} | {} | {} | {} {} |\n", goal->met ? "met" : "**not met**", plain(benchmarks.subject),
                           plain(goal->text), number(goal->ratio), goal->at_most ? "at most" : "at least", number(goal->limit)));
    }
  }
  if (rows.text().empty()) return "";
  return "## Benchmark goals\n\n" + table_head({"verdict", "subject", "goal", "measured", "asked for"}) + rows.text() + note_line(rows) +
         "\n";
}

std::vector<std::string> limit_lines(const Summary& summary) {
  std::vector<std::string> lines;
  for (const Limit& limit : summary.limits) lines.push_back(clean(limit.text, 300) + " (" + clean(join(limit.methods), 80) + ")");
  return lines;
}

}  // namespace

std::string render_markdown(std::span<const Record> records, const GateResult& gate) {
  const Summary summary = summarize(records, gate);
  std::string text = fmt::format("# proberen: {}\n\n**{}**\n\n", to_string(gate.status), plain(gate.headline));
  if (!gate.reasons.empty()) text += bullets(gate.reasons, kReasonsShare);
  text += subjects(summary) + failures(summary) + twins(summary) + goals(summary);
  text += titled_bullets("What these verdicts do not say", limit_lines(summary), kLimitsShare);
  return text + titled_bullets("Worth knowing", gate.notes, kNotesShare);
}

}  // namespace proberen
