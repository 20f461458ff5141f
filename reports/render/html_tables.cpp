// The tables of the HTML report: subjects × methods, and twins × methods.

#include "reports/render/html.hpp"
#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

const char* kind_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kInconclusive:
      return "warn";
    case Verdict::kSkipped:
      return "skip";
  }
  return "skip";
}

std::string cell(const std::optional<Cell>& cell) {
  if (!cell) return "<td class=\"skip\">not run</td>";
  std::string text = "<td class=\"how-cell\">" + html_word(cell->words(), kind_of(cell->verdict));
  for (const std::string& how : cell->how) text += "<div class=\"how\">" + html_text(how) + "</div>";
  return text + "</td>";
}

std::string header_row(const std::string& first, const std::vector<std::string>& methods) {
  std::string row = "<thead><tr><th>" + first + "</th>";
  for (const std::string& method : methods) row += "<th>" + method + "</th>";
  return row + "</tr></thead>";
}

const char* kind_of(TwinOutcome outcome) {
  switch (outcome) {
    case TwinOutcome::kCaught:
    case TwinOutcome::kBonus:
      return "pass";
    case TwinOutcome::kMissed:
    case TwinOutcome::kNotRun:
      return "fail";
    case TwinOutcome::kNotClaimed:
      return "skip";
  }
  return "fail";
}

std::string twin_cell(const TwinRow& row, std::size_t column) {
  std::string text = "<td>";
  for (const TwinResult* result : row.results) {
    if (column_of(result->claim.method) != column) continue;
    text += "<div>" + html_word(to_string(result->outcome), kind_of(result->outcome));
    if (!result->note.empty()) text += " <span class=\"how\">" + html_text(result->note) + "</span>";
    text += "</div>";
  }
  return text + "</td>";
}

}  // namespace

std::string html_subjects(const Summary& summary) {
  if (summary.rows.empty()) return "";
  Capped rows(share::kTable);
  for (const SubjectRow& row : summary.rows) {
    rows.add([&] {
      std::string text = "<tr><th>" + html_text(row.subject) + "</th>";
      for (const std::optional<Cell>& each : row.cells) text += cell(each);
      return text + "</tr>\n";
    });
  }
  return "<section id=\"subjects\"><h2>Subjects and methods</h2>\n<div class=\"scroll\"><table class=\"wide\">" +
         header_row("subject", summary.methods) + "<tbody>\n" + rows.text() + "</tbody></table></div>\n" + html_note(rows.note()) +
         "</section>\n";
}

std::string html_twins(const std::vector<TwinRow>& twins, const std::vector<std::string>& methods) {
  if (twins.empty()) return "";
  Capped rows(share::kTwins);
  for (const TwinRow& row : twins) {
    rows.add([&] {
      std::string text = "<tr><th>" + html_text(row.claim.twin_of) + "</th><td>" + html_text(row.claim.twin) + "<div class=\"how\">" +
                         html_text(row.claim.fault) + "</div></td>";
      for (std::size_t column = 0; column < methods.size(); ++column) text += twin_cell(row, column);
      return text + "</tr>\n";
    });
  }
  return "<section id=\"twins\"><h2>Known-bad twins</h2>\n<p class=\"faint\">Each is wrong on purpose. Caught or missed where a method "
         "claims to "
         "catch it, bonus where it is caught without a claim.</p>\n<div class=\"scroll\"><table class=\"wide\">" +
         header_row("subject</th><th>twin", methods) + "<tbody>\n" + rows.text() + "</tbody></table></div>\n" + html_note(rows.note()) +
         "</section>\n";
}

}  // namespace proberen::render
