#include <gtest/gtest.h>

#include "proberen/render.hpp"
#include "reports/record/tests/sample_records.hpp"
#include "reports/render/tests/many_records.hpp"

namespace proberen {
namespace {

using namespace render;

std::string markdown(const std::vector<Record>& records) { return render_markdown(records, judge(records)); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Markdown, OpensWithTheVerdictOfTheGate) {
  const std::vector<Record> records = samples::mixed();
  EXPECT_TRUE(markdown(records).starts_with("# proberen: fail\n\n**" + judge(records).headline + "**\n"));
  EXPECT_TRUE(markdown({}).starts_with("# proberen: nothing was checked\n\n**there are no records**\n"));
}

TEST(Markdown, ShowsEverythingNeededToGoOn) {
  const std::string text = markdown(samples::mixed());
  for (const char* part :
       {"| Lock | **fail**: deadlock; full search, execution 42 | **inconclusive**: the time ended", "### Lock: explore: deadlock",
        "```text\nproberen explore Lock --witness R1-42\n```", "get returned 2 before 1 &lt;was&gt; taken", "└ → 2 [–]",
        "| Queue | QueueWithoutWake: put does not wake | **caught**: lost-wake-up | **missed** |",
        "| **not met** | Queue | the slower thread at least 0.40 | 0.31 | at least 0.4 |",
        "- ThreadSanitizer does not see races on memory shared by processes (stress)"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

TEST(Markdown, TextCannotBecomeMarkup) {
  std::vector<Record> records = samples::mixed();
  records[0].subject = "a|b <script>*x* `y` [z](w)";
  records[0].how = "line\nbreak";
  for (Record& record : records) {
    if (record.failure) record.failure->scenario = "a ```` b\n# not a heading";
  }
  const std::string text = markdown(records);
  EXPECT_TRUE(has(text, "| a\\|b &lt;script&gt;\\*x\\* \\`y\\` \\[z\\](w) | **pass, complete**: line break |")) << text;
  EXPECT_TRUE(has(text, "`````text\na ```` b # not a heading\n`````"));
  EXPECT_FALSE(has(text, "<script"));
}

TEST(Markdown, StaysBelowItsLimitAndSaysWhatItLeftOut) {
  const std::string text = markdown(many_records());
  EXPECT_LT(text.size(), kMarkdownLimit);
  EXPECT_GT(text.size(), kMarkdownLimit / 2) << "or the limit was not put to the test";
  EXPECT_TRUE(has(text, "left out to keep this report small"));
}

TEST(Markdown, TakesBareRecordsAndNumbersThatAreNone) {
  EXPECT_TRUE(has(markdown(bare_records()), "| S | –"));
  const std::string text = markdown(records_without_numbers());
  EXPECT_FALSE(has(text, "nan"));
  EXPECT_FALSE(has(text, "inf"));
}

}  // namespace
}  // namespace proberen
