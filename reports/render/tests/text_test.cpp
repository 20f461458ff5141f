#include "reports/render/text.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

namespace proberen::render {
namespace {

TEST(Text, CleanLeavesNothingThatAFormatOrATerminalObeys) {
  EXPECT_EQ(clean("plain → text"), "plain → text");
  EXPECT_EQ(clean("two\nlines\tand\rmore"), "two lines and more");
  EXPECT_EQ(clean("\x1b[31mred"), "\uFFFD[31mred");
  EXPECT_EQ(clean(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(clean("\xC2\x9B"), "\uFFFD") << "the one-byte form of an escape sequence";
  EXPECT_EQ(clean("\u202Eabc"), "\uFFFDabc") << "turns the direction of writing";
  EXPECT_EQ(clean("\xEF\xBF\xBF"), "\uFFFD") << "XML forbids U+FFFF";
}

TEST(Text, CleanReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean("\xFF"), "\uFFFD");
  EXPECT_EQ(clean("a\xE2\x86"), "a\uFFFD\uFFFD") << "cut short";
  EXPECT_EQ(clean("\xC0\xAF"), "\uFFFD\uFFFD") << "longer than needed";
  EXPECT_EQ(clean("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond the last code point";
  EXPECT_EQ(clean("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
}

TEST(Text, CleanCutsBetweenCodePoints) {
  EXPECT_EQ(clean("0123456789", 10), "0123456789");
  EXPECT_EQ(clean("0123456789a", 10), "0123456…");
  EXPECT_EQ(clean("→→→→", 10), "→→…");
  EXPECT_EQ(whole_or_excuse("0123456789", 10), "0123456789");
  EXPECT_EQ(whole_or_excuse("0123456789a", 10), "(11 bytes, too long for a report: read it in the record)");
}

TEST(Text, EscapeHtml) { EXPECT_EQ(escape_html("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;"); }

TEST(Text, FitAndWrapCountCodePoints) {
  EXPECT_EQ(columns("a→b"), 3u);
  EXPECT_EQ(fit("a→b", 5), "a→b  ");
  EXPECT_EQ(fit("a→b→c", 4), "a→b…");
  EXPECT_EQ(wrap("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("a→b→c→d e", 3), (std::vector<std::string>{"a→b", "→c→", "d e"}));
  EXPECT_EQ(wrap("", 7), std::vector<std::string>{""});
}

TEST(Text, Numbers) {
  EXPECT_EQ(number(0.0), "0");
  EXPECT_EQ(number(0.31254), "0.3125");
  EXPECT_EQ(number(51.5), "51.5");
  EXPECT_EQ(number(12345678.4), "12,345,678");
  EXPECT_EQ(number(-1234.0), "-1,234");
  EXPECT_EQ(number(-123.0), "-123");
  EXPECT_EQ(number(1e300), "1e+300");
  EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "–");
  EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "–");
  EXPECT_EQ(number(std::size_t{1000}), "1,000");
  EXPECT_EQ(plural(1, "record", "records"), "1 record");
  EXPECT_EQ(plural(2000, "record", "records"), "2,000 records");
}

TEST(Text, CappedKeepsAPrefixAndCountsTheRest) {
  Capped list(10);
  EXPECT_TRUE(list.add("12345"));
  EXPECT_EQ(list.note(), "");
  EXPECT_FALSE(list.add("123456"));
  EXPECT_FALSE(list.add("1")) << "it would fit, but a list with a hole misleads";
  EXPECT_EQ(list.text(), "12345");
  EXPECT_EQ(list.note(), "and 2 more, left out to keep this report small");
  EXPECT_FALSE(list.add([]() -> std::string { throw std::logic_error("an item that is left out is not to be made"); }));
  EXPECT_EQ(list.note(), "and 3 more, left out to keep this report small");
  Capped few(100, 1);
  EXPECT_TRUE(few.add("1"));
  EXPECT_FALSE(few.add("1"));
}

}  // namespace
}  // namespace proberen::render
