#include <gtest/gtest.h>

#include <algorithm>

#include "proberen/render.hpp"
#include "reports/record/tests/sample_records.hpp"
#include "reports/render/html.hpp"
#include "reports/render/tests/many_records.hpp"

namespace proberen {
namespace {

using namespace render;

std::string html(const std::vector<Record>& records) { return render_html(records, judge(records)); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

/// Every tag that is opened is closed, in order. Enough of a parser for what we write: no attribute of ours holds a `>`.
std::string unbalanced(const std::string& page) {
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    const std::string tag = page.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" />", tag.starts_with('/') ? 1 : 0));
    if (tag.starts_with('!') || tag.ends_with('/') || name == "meta" || name == "br") continue;
    if (!tag.starts_with('/')) {
      open.push_back(name);
    } else if (open.empty() || "/" + open.back() != name) {
      return tag + " at " + std::to_string(at);
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " is not closed";
}

TEST(Html, TheVerdictComesFirstAndIsTheGates) {
  const std::vector<Record> records = samples::mixed();
  const std::string page = html(records);
  const std::size_t verdict = page.find("<strong>fail</strong><span>" + judge(records).headline + "</span>");
  ASSERT_NE(verdict, std::string::npos);
  EXPECT_LT(verdict, page.find("<table"));
  EXPECT_TRUE(has(page, "<title>proberen: fail</title>"));
  GateResult other = judge(records);
  other.status = GateStatus::kInconclusive;
  EXPECT_TRUE(has(render_html(records, other), "<strong>inconclusive</strong>")) << "the gate alone decides";
}

TEST(Html, NeedsNothingButItself) {
  const std::string page = html(samples::mixed());
  for (const char* part : {"http", "src=", "<script", "<link", "@import", "url("}) EXPECT_FALSE(has(page, part)) << part;
}

TEST(Html, IsWellFormed) {
  EXPECT_EQ(unbalanced("<p><b></p></b>"), "/p at 6") << "the check itself must be able to fail";
  EXPECT_EQ(unbalanced(html(samples::mixed())), "");
  EXPECT_EQ(unbalanced(html(bare_records())), "");
  EXPECT_EQ(unbalanced(html({})), "");
}

TEST(Html, ShowsEverythingNeededToGoOn) {
  const std::string page = html(samples::mixed());
  for (const char* part : {"id=\"failures\"", "get returned 2 before 1 &lt;was&gt; taken", "F1-7-17",
                           "<td class=\"call\" rowspan=\"2\">put(2)<br>→ none [2]</td>",
                           "<td class=\"call pending\">get() pending [–]</td>", "proberen explore Lock --witness R1-42",
                           "<b class=\"fail\">missed</b>", "<b class=\"pass\">caught</b> <span class=\"how\">lost-wake-up</span>",
                           "<b class=\"fail\">not met</b>: the slower thread at least 0.40", "500,000 operations under ThreadSanitizer",
                           "Relacy does not model mixed-size accesses", "Example CPU @ 3.00GHz", "<svg "}) {
    EXPECT_TRUE(has(page, part)) << part;
  }
}

TEST(Html, TextCannotBecomeMarkup) {
  const std::string attack = "<script>alert('1')</script>\"><img src=x>";
  std::vector<Record> records = samples::mixed();
  records.push_back(samples::everything());
  for (Record& record : records) {
    record.subject += attack;
    record.how = record.reason = attack;
    record.limits = {attack};
    record.configuration[attack] = attack;
    record.environment[attack] = attack;
    if (record.method == "fuzz") record.method = attack;
    if (!record.twin_of.empty()) record.fault = record.twin_of = attack;
    for (Series& series : record.series) series.benchmark = series.peer = series.unit = attack;
    for (Goal& goal : record.goals) goal.text = attack;
    if (!record.failure) continue;
    Failure& failure = *record.failure;
    failure.kind = failure.message = failure.location = failure.witness = failure.replay = failure.scenario = attack;
    failure.details = {attack};
    for (Event& event : failure.history) event.text = event.result = event.location = attack;
  }
  const std::string page = html(records);
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_FALSE(has(page, "<img"));
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&gt;"));
  EXPECT_EQ(unbalanced(page), "");
}

TEST(Html, StaysBelowItsLimitAndSaysWhatItLeftOut) {
  const std::string page = html(many_records());
  EXPECT_LT(page.size(), kHtmlLimit);
  EXPECT_GT(page.size(), kHtmlLimit / 2) << "or the limit was not put to the test";
  EXPECT_GE(times(page, "left out to keep this report small"), 8u);
  EXPECT_EQ(unbalanced(page), "");
}

TEST(Html, IsTheSameEachTime) { EXPECT_EQ(html(samples::mixed()), html(samples::mixed())); }

TEST(Plot, HasNoNumbersThatAreNone) {
  const std::string page = html(records_without_numbers());
  EXPECT_FALSE(has(page, "nan"));
  EXPECT_FALSE(has(page, "inf"));
  EXPECT_TRUE(has(page, "not measured"));
}

Comparison comparison(const Series& series) { return {"b", 1, "ns/op", true, {&series}}; }

TEST(Plot, ExtremesStayWithinThePicture) {
  for (const std::vector<double>& samples :
       std::vector<std::vector<double>>{{0, 0, 0}, {-1.7e308, 1.7e308}, {-5, -4}, {1e-300}, {1.7e308}}) {
    Series series;
    series.samples = samples;
    const std::string plot = html_plot(comparison(series));
    EXPECT_FALSE(has(plot, "nan")) << plot;
    EXPECT_FALSE(has(plot, "inf")) << plot;
  }
}

TEST(Plot, ASampleFarOutIsCountedAndDoesNotSqueezeTheRest) {
  Series series;
  series.samples = {50, 51, 52, 53, 9000};
  EXPECT_TRUE(has(html_plot(comparison(series)), "n = 5, 1 beyond, up to 9,000"));
}

TEST(Plot, EverySampleIsADotUpToALimit) {
  Series series;
  series.samples.assign(37, 1.5);
  EXPECT_EQ(times(html_plot(comparison(series)), "h0"), 37u);
  series.samples.assign(5000, 1.5);
  EXPECT_EQ(times(html_plot(comparison(series)), "h0"), 200u);
}

}  // namespace
}  // namespace proberen
