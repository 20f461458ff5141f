#include <gtest/gtest.h>

#include "proberen/render.hpp"
#include "reports/record/tests/sample_records.hpp"
#include "reports/render/tests/many_records.hpp"
#include "reports/render/text.hpp"

namespace proberen {
namespace {

using render::many_records;

std::string terminal(const std::vector<Record>& records, const TerminalOptions& options = {}) {
  return render_terminal(records, judge(records), options);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string last_line(const std::string& text) { return text.substr(text.rfind('\n', text.size() - 2) + 1); }

TEST(Terminal, OpensAndEndsWithTheVerdictOfTheGate) {
  const std::vector<Record> records = samples::mixed();
  const std::string text = terminal(records);
  const std::string verdict = "verdict: fail: " + judge(records).headline + "\n";
  EXPECT_TRUE(text.starts_with(verdict)) << text;
  EXPECT_EQ(last_line(text), verdict);
}

TEST(Terminal, ShowsEverythingNeededToGoOn) {
  const std::string text = terminal(samples::mixed());
  for (const char* part : {"  subject    explore", "not-linearizable", "get returned 2 before 1 <was> taken", "└ → 2 [–]",
                           "replay:   proberen fuzz RingQueue --seed 7 --scenario 'put(1) put(2) | get'\n", "witness:  F1-7-17",
                           "QueueWithoutWake (put does not wake): caught by explore (lost-wake-up), MISSED by fuzz",
                           "not met  Queue: the slower thread at least 0.40: measured 0.31, asked for at least 0.4",
                           "ThreadSanitizer does not see races on memory shared by processes (stress)",
                           "known-bad twin not caught by fuzz: QueueWithoutWake (put does not wake)", "lock.hpp:88"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

TEST(Terminal, OfManySubjectsWhatPassedIsToldInShort) {
  std::vector<Record> records = samples::mixed();
  Record more;
  more.method = "fuzz";
  more.verdict = Verdict::kPass;
  more.how = "12 random scenarios, 30 histories";
  for (int i = 0; i < 9; ++i) {
    more.subject = "Other" + std::to_string(i);
    records.push_back(more);
  }
  const std::string text = terminal(records);
  EXPECT_TRUE(has(text, "\n  Other3")) << text;
  EXPECT_FALSE(has(text, "30 histories")) << text;
  // What failed is told as ever.
  for (const char* part :
       {"get returned 2 before 1 <was> taken", "replay:   proberen fuzz RingQueue --seed 7 --scenario 'put(1) put(2) | get'\n",
        "QueueWithoutWake (put does not wake): caught by explore (lost-wake-up), MISSED by fuzz",
        "not met  Queue: the slower thread at least 0.40: measured 0.31, asked for at least 0.4"}) {
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
  }
}

TEST(Terminal, TwinsAreNotSubjects) {
  const std::string text = terminal(samples::mixed());
  EXPECT_FALSE(has(text.substr(0, text.find("failures")), "WithoutWake")) << text;
}

TEST(Terminal, ColourOnlyWhenAsked) {
  EXPECT_FALSE(has(terminal(samples::mixed()), "\x1b"));
  EXPECT_TRUE(has(terminal(samples::mixed(), {.colour = true, .width = 100}), "\x1b[1;31mfail\x1b[0m"));
  std::vector<Record> records = samples::mixed();
  records[0].how = "\x1b[2J wiped";
  records[0].subject = "\x1b]0;title\x07";
  EXPECT_FALSE(has(terminal(records), "\x1b")) << "an escape sequence of a record must not reach the terminal";
}

TEST(Terminal, TheTableKeepsToTheWidth) {
  for (const int width : {-1, 60, 80, 200}) {
    const std::string text = terminal(samples::good_queue(), {.colour = false, .width = width});
    const std::string table = text.substr(text.find('\n'), text.find("\nbenchmark goals") - text.find('\n'));
    for (std::size_t at = 0; at < table.size();) {
      const std::size_t end = std::min(table.find('\n', at), table.size());
      EXPECT_LE(render::columns(table.substr(at, end - at)), static_cast<std::size_t>(std::max(width, 60))) << table;
      at = end + 1;
    }
  }
}

TEST(Terminal, NothingAndMuch) {
  EXPECT_EQ(last_line(terminal({})), "verdict: nothing was checked: there are no records\n");
  const std::string text = terminal(many_records());
  EXPECT_LT(text.size(), 4'000'000u);
  EXPECT_TRUE(has(text, "more\n"));
}

TEST(Terminal, ShowsOutcomes) {
  Record record = samples::deadlock();
  record.counts = {{"executions", 1003}, {"outcome r0=0 r1=0", 1000}, {"outcome r0=10 r1=0 (forbidden)", 3}};
  const std::string text = terminal({record});
  EXPECT_TRUE(has(text,
                  "outcomes of Lock, and executions with each\n"
                  "  r0=0 r1=0               1,000\n"
                  "  r0=10 r1=0 (forbidden)      3\n"))
      << text;
}

TEST(Steps, AreShownWholeAndInOrder) {
  EXPECT_EQ(render_steps(*samples::deadlock().failure),
            "1  thread 0  load acquire 0                  lock.hpp:80\n"
            "2  thread 1  exchange acq_rel 0 → 1          lock.hpp:81\n"
            "3  thread 0  futex wait → blocked            lock.hpp:88\n");
  EXPECT_EQ(render_steps(Failure{}), "");
}

TEST(Terminal, ListsStepsWhereLanesWouldBeCut) {
  Record record = samples::deadlock();
  for (int thread = 2; thread < 5; ++thread)
    record.failure->interleaving.push_back(
        {thread, "load acquire 4 of a_location_with_a_long_name", "7", "/a/folder/queue.hpp:7", 4, 4, 0});
  const std::string text = terminal({record});
  EXPECT_TRUE(has(text, "\n      4  thread 2  load acquire 4 of a_location_with_a_long_name → 7  queue.hpp:7\n")) << text;
}

}  // namespace
}  // namespace proberen
