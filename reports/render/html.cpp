#include "reports/render/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "reports/render/text.hpp"

namespace proberen {
namespace render {
namespace {

const char* kind_of(GateStatus status) { return status == GateStatus::kPass ? "pass" : status == GateStatus::kFail ? "fail" : "warn"; }

std::string list(const std::vector<std::string>& lines, std::size_t most_bytes) {
  Capped items(most_bytes);
  for (const std::string& line : lines) items.add([&] { return "<li>" + html_text(line) + "</li>\n"; });
  return "<ul>\n" + items.text() + "</ul>\n" + html_note(items.note());
}

std::string verdict(const GateResult& gate) {
  std::string box = fmt::format("<div class=\"verdict {0}\"><strong>{1}</strong><span>{2}</span></div>\n", kind_of(gate.status),
                                to_string(gate.status), html_text(gate.headline));
  if (!gate.reasons.empty()) box += list(gate.reasons, share::kReasons);
  return box;
}

std::string navigation(const Summary& summary) {
  std::string links;
  const auto link = [&](bool there, const char* id, const char* name) {
    if (there) links += fmt::format("<a href=\"#{}\">{}</a>", id, name);
  };
  link(!summary.rows.empty(), "subjects", "Subjects");
  link(!summary.failures.empty(), "failures", "Failures");
  link(!summary.twins.empty(), "twins", "Known-bad twins");
  link(!summary.benchmarks.empty(), "benchmarks", "Benchmarks");
  link(!summary.limits.empty(), "limits", "Limits");
  link(!summary.environment.empty(), "environment", "Environment");
  return links.empty() ? "" : "<nav>" + links + "</nav>\n";
}

std::string notes(const std::vector<std::string>& lines) {
  return lines.empty() ? "" : "<section id=\"notes\"><h2>Worth knowing</h2>\n" + list(lines, share::kNotes) + "</section>\n";
}

std::string limits(const std::vector<Limit>& all) {
  if (all.empty()) return "";
  std::vector<std::string> lines;
  for (const Limit& limit : all) lines.push_back(clean(limit.text, 300) + " (" + clean(join(limit.methods), 80) + ")");
  return "<section id=\"limits\"><h2>What these verdicts do not say</h2>\n" + list(lines, share::kLimits) + "</section>\n";
}

std::string environment(const Summary& summary) {
  if (summary.environment.empty()) return "";
  Capped entries(share::kEnvironment);
  for (const auto& [key, values] : summary.environment) {
    std::string shown = join({values.begin(), values.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(values.size(), 5))}, "; ");
    if (values.size() > 5) shown += fmt::format("; and {} more", number(values.size() - 5));
    entries.add(fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(key, 60), html_text(shown, 1000)));
  }
  return "<section id=\"environment\"><h2>Environment</h2>\n<dl>\n" + entries.text() + "</dl>\n" + html_note(entries.note()) +
         "</section>\n";
}

template <class Values>
std::string pairs(const Values& values) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : values) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
      parts.push_back(clean(key, 60) + " = " + clean(value, 200));
    } else {
      parts.push_back(clean(key, 60) + " = " + number(std::size_t{value}));
    }
  }
  return html_text(join(parts), 1000);
}

/// What each record was asked for and what it counted.
std::string all_records(std::span<const Record> records) {
  if (records.empty()) return "";
  Capped rows(share::kRecords);
  for (const Record& record : records) {
    rows.add([&] {
      const std::string twin = record.twin_of.empty() ? "" : " (twin)";
      return fmt::format("<tr><td>{}{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{} s</td></tr>\n",
                         html_text(record.subject, 120), twin, html_text(record.method, 60), to_string(record.verdict),
                         pairs(record.configuration), pairs(record.counts), number(record.duration_s));
    });
  }
  return fmt::format(
      "<section id=\"records\"><h2>Records</h2>\n<details><summary>{}: what was asked for, and what was counted</summary><div "
      "class=\"scroll\"><table "
      "class=\"wide\"><thead><tr><th>subject</th><th>method</th><th>verdict</th><th>configuration</th><th>counts</th>"
      "<th>time</th></tr></thead><tbody>\n{}</tbody></table></div>{}</details></section>\n",
      plural(records.size(), "record", "records"), rows.text(), html_note(rows.note()));
}

}  // namespace

std::string html_text(std::string_view text, std::size_t most_bytes) { return escape_html(clean(text, most_bytes)); }

std::string html_note(const std::string& note) { return note.empty() ? "" : "<p class=\"cut\">" + note + "</p>\n"; }

std::string html_word(std::string_view word, std::string_view kind) { return fmt::format("<b class=\"{}\">{}</b>", kind, word); }

}  // namespace render

std::string render_html(std::span<const Record> records, const GateResult& gate) {
  using namespace render;
  const Summary summary = summarize(records, gate);
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"><title>proberen: {}</title>\n<style>{}</style></head>\n<body>\n<header><h1>proberen</h1>\n",
      to_string(gate.status), kStyleSheet);
  page += render::verdict(gate) + navigation(summary) + "</header>\n<main>\n";
  page += html_subjects(summary) + html_failures(summary.failures) + html_twins(summary.twins, summary.methods);
  page += html_benchmarks(summary.benchmarks) + limits(summary.limits) + notes(gate.notes) + environment(summary) + all_records(records);
  return page + "</main>\n</body></html>\n";
}

}  // namespace proberen
