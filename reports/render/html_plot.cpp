#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/render/html.hpp"
#include "reports/render/text.hpp"

namespace proberen::render {
namespace {

constexpr double kLabelWidth = 210;
constexpr double kPlotWidth = 400;
constexpr double kWordsWidth = 330;
constexpr double kGap = 14;
constexpr double kRowHeight = 26;
constexpr std::size_t kMostSeries = 12;
constexpr std::size_t kMostDots = 200;

struct Axis {
  double low = 0;
  double high = 1;
  [[nodiscard]] double x(double value) const {
    // Halves, so that the difference of two extreme values is still a number.
    const double share = (value / 2 - low / 2) / (high / 2 - low / 2);
    return kLabelWidth + kGap + kPlotWidth * std::clamp(share, 0.0, 1.0);
  }
};

std::vector<double> finite(const std::vector<double>& samples) {
  std::vector<double> kept;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(kept), [](double sample) { return std::isfinite(sample); });
  std::sort(kept.begin(), kept.end());
  return kept;
}

/// From zero, since ratios are what the reader compares, to just beyond every interval. One sample far out (a preempted round) must not
/// press everything else together: it is drawn at the edge, and the words say so.
Axis axis_of(const Comparison& comparison) {
  Axis axis{0, 0};
  for (const Series* series : comparison.series) {
    const std::vector<double> samples = finite(series->samples);
    const std::optional<Quartiles> found = quartiles(samples);
    if (!found) continue;
    const double reach = found->high + 3 * (found->high - found->low);
    axis.high = std::max(axis.high, std::isfinite(reach) ? std::min(samples.back(), reach) : samples.back());
    axis.low = std::min(axis.low, samples.front());
  }
  if (axis.high == axis.low) axis.high = 1;
  return axis;
}

/// Every sample, or of many an even choice over their order. One path takes a tenth of the bytes of circles.
std::string dots(const std::vector<double>& sorted, const Axis& axis, double y) {
  const std::size_t count = std::min(sorted.size(), kMostDots);
  std::string path;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = count == sorted.size() ? i : i * (sorted.size() - 1) / (count - 1);
    path += fmt::format("M{:.1f} {:.1f}h0", axis.x(sorted[place]), y);
  }
  return fmt::format("<path class=\"dots\" d=\"{}\"/>", path);
}

std::string words_of(const Quartiles& found, const std::vector<double>& sorted, const Axis& axis) {
  std::string words = fmt::format("{} [{}, {}], n = {}", number(found.median), number(found.low), number(found.high), sorted.size());
  const auto beyond = std::count_if(sorted.begin(), sorted.end(), [&](double sample) { return sample > axis.high; });
  if (beyond > 0) words += fmt::format(", {} beyond, up to {}", beyond, number(sorted.back()));
  return words;
}

std::string row_of(const Series& series, const Axis& axis, double y) {
  const bool own = series.peer.empty();
  std::string row =
      fmt::format("<g{}><text x=\"{}\" y=\"{}\" text-anchor=\"end\"{}>{}</text>", own ? " class=\"own\"" : "", kLabelWidth, y + 4,
                  own ? " font-weight=\"600\"" : "", html_text(own ? "the subject" : fit(clean(series.peer), 32), 120));
  const double words_x = kLabelWidth + kPlotWidth + 2 * kGap;
  const std::vector<double> sorted = finite(series.samples);
  const std::optional<Quartiles> found = quartiles(sorted);
  if (!found) return row + fmt::format("<text class=\"quiet\" x=\"{}\" y=\"{}\">not measured</text></g>", words_x, y + 4);
  row += fmt::format("<path class=\"range\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", axis.x(found->low), y, axis.x(found->high));
  row += dots(sorted, axis, y);
  row += fmt::format("<path class=\"median\" d=\"M{:.1f} {:.1f}v14\"/>", axis.x(found->median), y - 7);
  return row + fmt::format("<text x=\"{}\" y=\"{}\">{}</text></g>", words_x, y + 4, words_of(*found, sorted, axis));
}

/// Round values to mark: 1, 2 or 5 times a power of ten apart, about four of them.
std::vector<double> ticks_of(const Axis& axis) {
  const double rough = axis.high / 4 - axis.low / 4;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = (rough < 2 * power ? 2 : rough < 5 * power ? 5 : 10) * power;
  if (!std::isnormal(step)) return {axis.low, axis.high};
  std::vector<double> ticks;
  const double first = std::ceil(axis.low / step);
  for (double i = 0; i < 6 && (first + i) * step <= axis.high; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

std::string axis_marks(const Axis& axis, double bottom, const std::string& unit) {
  const double end = axis.x(axis.high);
  std::string marks = fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", axis.x(axis.low), bottom, end);
  for (const double value : ticks_of(axis)) {
    marks += fmt::format(
        "<path class=\"axis\" d=\"M{0:.1f} {1:.1f}v5\"/><text class=\"quiet\" x=\"{0:.1f}\" y=\"{2:.1f}\" "
        "text-anchor=\"middle\">{3}</text>",
        axis.x(value), bottom, bottom + 18, number(value));
  }
  return marks +
         fmt::format("<text class=\"quiet\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", end + 2 * kGap + 10, bottom + 18, html_text(unit, 60));
}

std::string title_of(const Comparison& comparison) {
  return fmt::format("{}, {}, {}, {} is better", html_text(comparison.benchmark),
                     plural(static_cast<std::size_t>(std::max(comparison.threads, 0)), "thread", "threads"),
                     html_text(comparison.unit.empty() ? "no unit" : comparison.unit, 60), comparison.less_is_better ? "less" : "more");
}

std::string goal_list(const std::vector<const Goal*>& goals) {
  if (goals.empty()) return "";
  Capped items(20'000);
  for (const Goal* goal : goals) {
    items.add(fmt::format("<li>{}: {}: {}</li>\n", html_word(goal->met ? "met" : "not met", goal->met ? "pass" : "fail"),
                          html_text(goal->text), html_text(goal_words(*goal))));
  }
  return "<h4>Goals</h4>\n<ul>\n" + items.text() + "</ul>\n" + html_note(items.note());
}

}  // namespace

std::string html_plot(const Comparison& comparison) {
  const Axis axis = axis_of(comparison);
  const std::size_t shown = std::min(comparison.series.size(), kMostSeries);
  const double bottom = kRowHeight * static_cast<double>(shown) + 4;
  std::string rows;
  for (std::size_t i = 0; i < shown; ++i) rows += row_of(*comparison.series[i], axis, kRowHeight * (static_cast<double>(i) + 0.5));
  std::string plot =
      fmt::format("<h4>{0}</h4>\n<svg viewBox=\"0 0 {1} {2}\" width=\"{1}\" height=\"{2}\" role=\"img\" aria-label=\"{0}\">{3}{4}</svg>\n",
                  title_of(comparison), kLabelWidth + kPlotWidth + kWordsWidth + 3 * kGap, bottom + 26, rows,
                  axis_marks(axis, bottom, comparison.unit));
  if (comparison.series.size() > shown) plot += html_note(fmt::format("and {} more series", number(comparison.series.size() - shown)));
  return plot;
}

std::string html_benchmarks(const std::vector<SubjectBenchmarks>& benchmarks) {
  if (benchmarks.empty()) return "";
  Capped subjects(share::kBenchmarks);
  for (const SubjectBenchmarks& subject : benchmarks) {
    Capped plots(200'000);
    for (const Comparison& comparison : subject.comparisons) plots.add([&] { return html_plot(comparison); });
    subjects.add(
        fmt::format("<h3>{}</h3>\n{}{}{}", html_text(subject.subject), plots.text(), html_note(plots.note()), goal_list(subject.goals)));
  }
  return "<section id=\"benchmarks\"><h2>Benchmarks</h2>\n<p class=\"faint\">Each line: all samples as dots, a bar from the lower to the "
         "upper "
         "quartile, a stroke at the median; the words: median [quartiles], number of samples.</p>\n" +
         subjects.text() + html_note(subjects.note()) + "</section>\n";
}

}  // namespace proberen::render
