/// Render: records to something for people, or for their tools, to read. Pure functions: the same records give the same bytes.
///
/// Every report opens with the verdict of the gate, takes it from nowhere else, and so none can disagree with the exit status.
/// Text that comes from records is made harmless first: bytes that are not UTF-8 and control characters become U+FFFD, line breaks
/// spaces, and what the format gives a meaning is escaped. Long lists are cut off, and the report says so.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "proberen/gate.hpp"
#include "proberen/record.hpp"

namespace proberen {

inline constexpr std::size_t kHtmlLimit = 2'000'000;    ///< bytes; no HTML report is longer
inline constexpr std::size_t kMarkdownLimit = 1 << 20;  ///< bytes; no Markdown report is longer: step summaries above it are dropped

struct TerminalOptions {
  bool colour = false;
  int width = 100;  ///< columns; fewer than 60 are taken as 60
};

/// Text for a terminal: the verdict, subjects × methods, failures with the command that replays each, twins, goals, limits, and the
/// verdict again as the last line. With many subjects it is short about what passed; failures are always told in full.
[[nodiscard]] std::string render_terminal(std::span<const Record> records, const GateResult& gate, const TerminalOptions& options = {});

/// Every step of the execution that failed, one a line: number, thread, what it did, the source line.
[[nodiscard]] std::string render_steps(const Failure& failure);

/// One HTML file: no network, no scripts, fewer than kHtmlLimit bytes.
[[nodiscard]] std::string render_html(std::span<const Record> records, const GateResult& gate);

/// JUnit XML, valid against reports/schema/junit.xsd: a test suite for each subject, and a first one that fails when the gate does.
[[nodiscard]] std::string render_junit(std::span<const Record> records, const GateResult& gate);

/// Markdown for step summaries and comments, fewer than kMarkdownLimit bytes.
[[nodiscard]] std::string render_markdown(std::span<const Record> records, const GateResult& gate);

}  // namespace proberen
