#include <fmt/format.h>

#include "reports/render/html.hpp"
#include "reports/render/lanes.hpp"
#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

std::string where(const Record& record) {
  const std::string variant = variant_of(record);
  return html_text(record.subject) + ": " + html_text(record.method, 60) + (variant.empty() ? "" : " (" + html_text(variant, 60) + ")");
}

std::string heading(const Record& record) {
  return fmt::format("<h3>{}: {}</h3>\n", where(record), html_word(html_text(failure_kind(record)), "fail"));
}

std::string field(const char* name, const std::string& text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html_text(text));
}

std::string block(const char* name, const std::string& text) {
  return text.empty() ? "" : fmt::format("<h4>{}</h4>\n<pre>{}</pre>\n", name, escape_html(whole_or_excuse(text)));
}

std::string titled_lanes(const char* title, const std::vector<Event>& events) {
  return events.empty() ? "" : fmt::format("<h4>{}</h4>\n{}", title, html_lanes(events));
}

std::string details_of(const Failure& failure) {
  if (failure.details.empty()) return "";
  Capped lines(30'000);
  for (const std::string& line : failure.details) lines.add(html_text(line) + "\n");
  return "<details><summary>Details</summary><pre>" + lines.text() + "</pre>" + html_note(lines.note()) + "</details>\n";
}

std::string in_full(const Record& record) {
  std::string text = "<article>" + heading(record);
  if (!record.failure) return text + "<dl>" + field("How", record.how) + "</dl></article>\n";
  const Failure& failure = *record.failure;
  if (!failure.message.empty()) text += "<p>" + html_text(failure.message, 2000) + "</p>\n";
  text += "<dl>" + field("Where", failure.location) + field("How", record.how) + "</dl>\n";
  text +=
      block("Scenario", failure.scenario) + titled_lanes("History", failure.history) + titled_lanes("Interleaving", failure.interleaving);
  return text + block("Witness", failure.witness) + block("Replay", failure.replay) + details_of(failure) + "</article>\n";
}

std::string in_short(const Record& record) {
  const std::string message = record.failure ? ": " + html_text(record.failure->message) : "";
  return fmt::format("<li>{}: {}{}</li>\n", where(record), html_text(failure_kind(record)), message);
}

/// What stands in the lanes: the block that starts in each place, or nothing; places that a block reaches over have no cell at all.
std::string lane_cell(const Block& block, bool explained) {
  const Event& event = *block.event;
  const std::size_t rows = block.last_row - block.first_row + 1;
  std::string cell = fmt::format("<td class=\"call{}\"", event.end == 0 ? " pending" : "");
  if (rows > 1) cell += fmt::format(" rowspan=\"{}\"", rows);
  cell += ">" + html_text(event.text, 120);
  const std::string outcome = outcome_of(event, explained);
  if (!outcome.empty()) cell += (rows > 1 ? "<br>" : " ") + html_text(outcome);
  if (!event.location.empty()) cell += " <span class=\"faint\">" + html_text(event.location, 120) + "</span>";
  return cell + "</td>";
}

}  // namespace

std::string html_lanes(const std::vector<Event>& events) {
  const Lanes lanes = lay_out(events);
  std::vector<std::vector<const Block*>> starts(lanes.rows, std::vector<const Block*>(lanes.threads.size()));
  for (const Block& block : lanes.blocks) starts[block.first_row][block.lane] = &block;
  std::string table = "<div class=\"scroll\"><table class=\"lanes\"><thead><tr>";
  for (const int thread : lanes.threads) table += "<th>" + lane_name(thread) + "</th>";
  table += "</tr></thead><tbody>\n";
  std::vector<std::size_t> free_from(lanes.threads.size());
  for (std::size_t row = 0; row < lanes.rows; ++row) {
    table += "<tr>";
    for (std::size_t lane = 0; lane < lanes.threads.size(); ++lane) {
      if (const Block* block = starts[row][lane]) {
        table += lane_cell(*block, lanes.explained);
        free_from[lane] = block->last_row + 1;
      } else if (row >= free_from[lane]) {
        table += "<td></td>";
      }
    }
    table += "</tr>\n";
  }
  table += "</tbody></table></div>\n";
  for (const std::string& line : lanes.left_out) table += html_note(line);
  if (lanes.explained) table += fmt::format("<p class=\"faint\">{}</p>\n", kPlaceLegend);
  return table;
}

std::string html_failures(const std::vector<const Record*>& failures) {
  if (failures.empty()) return "";
  Capped full(share::kFailuresInFull);
  Capped brief(share::kFailuresInShort);
  for (const Record* record : failures) {
    if (full.add([&] { return in_full(*record); })) continue;
    brief.add([&] { return in_short(*record); });
  }
  std::string section = "<section id=\"failures\"><h2>Failures</h2>\n" + full.text();
  if (!brief.text().empty()) section += "<h3>More failures, in short</h3>\n<ul>\n" + brief.text() + "</ul>\n" + html_note(brief.note());
  return section + "</section>\n";
}

}  // namespace proberen::render
