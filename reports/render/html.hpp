/// The parts of the HTML report. Each is at most as long as its share of the whole allows, so that the whole is below kHtmlLimit.
#pragma once

#include <string>
#include <vector>

#include "proberen/render.hpp"
#include "reports/render/summary.hpp"

namespace proberen::render {

/// What the lists of each part may take, in bytes. Headings, notes on what was left out and the style sheet have kRest between them.
namespace share {
inline constexpr std::size_t kReasons = 120'000;
inline constexpr std::size_t kNotes = 80'000;
inline constexpr std::size_t kTable = 350'000;
inline constexpr std::size_t kFailuresInFull = 450'000;
inline constexpr std::size_t kFailuresInShort = 100'000;
inline constexpr std::size_t kTwins = 150'000;
inline constexpr std::size_t kBenchmarks = 350'000;
inline constexpr std::size_t kLimits = 50'000;
inline constexpr std::size_t kEnvironment = 40'000;
inline constexpr std::size_t kRecords = 150'000;
inline constexpr std::size_t kRest = 60'000;
static_assert(kReasons + kNotes + kTable + kFailuresInFull + kFailuresInShort + kTwins + kBenchmarks + kLimits + kEnvironment + kRecords +
                  kRest <
              kHtmlLimit);
}  // namespace share

/// Cleaned, cut and escaped: safe between tags and in attributes.
[[nodiscard]] std::string html_text(std::string_view text, std::size_t most_bytes = 400);

/// `<p class="cut">and 12 more …</p>`, or "".
[[nodiscard]] std::string html_note(const std::string& note);

/// A word that is coloured by what it says, `fail` like `missed`.
[[nodiscard]] std::string html_word(std::string_view word, std::string_view kind);

/// Sections; each is "" when there is nothing to show.
[[nodiscard]] std::string html_subjects(const Summary& summary);
[[nodiscard]] std::string html_failures(const std::vector<const Record*>& failures);
[[nodiscard]] std::string html_twins(const std::vector<TwinRow>& twins, const std::vector<std::string>& methods);
[[nodiscard]] std::string html_benchmarks(const std::vector<SubjectBenchmarks>& benchmarks);

/// An interval plot as SVG: for each series its median, the interval between its quartiles, and every sample.
[[nodiscard]] std::string html_plot(const Comparison& comparison);

/// Events as a table with a column for each lane.
[[nodiscard]] std::string html_lanes(const std::vector<Event>& events);

extern const char* const kStyleSheet;

}  // namespace proberen::render
