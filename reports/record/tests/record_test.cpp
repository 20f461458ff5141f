#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "reports/record/tests/sample_records.hpp"

namespace proberen {
namespace {

std::string error_of(const std::string& line) {
  try {
    (void)record_from_json(line);
  } catch (const RecordError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "must be one line";
    return error.what();
  }
  return "accepted";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return place == std::string::npos ? text : text.replace(place, from.size(), to);
}

TEST(RecordJson, EverySampleComesBackTheSame) {
  std::vector<Record> records = samples::mixed();
  records.push_back(samples::everything());
  for (const Record& record : records) {
    const std::string line = to_json(record);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(to_json(record_from_json(line)), line);
  }
}

TEST(RecordJson, KeepsEachField) {
  const Record record = record_from_json(to_json(samples::everything()));
  EXPECT_EQ(record.verdict, Verdict::kFail);
  EXPECT_TRUE(record.complete);
  EXPECT_EQ(record.counts.at("executions"), std::numeric_limits<std::uint64_t>::max());
  ASSERT_TRUE(record.failure);
  EXPECT_EQ(record.failure->kind, "not-linearizable");
  ASSERT_EQ(record.failure->history.size(), 4u);
  EXPECT_EQ(record.failure->history[0].thread, -1);
  EXPECT_EQ(record.failure->history[0].linearized, 1);
  EXPECT_EQ(record.failure->history[2].result, "2");
  EXPECT_EQ(record.failure->history[2].end, 7u);
  EXPECT_EQ(record.failure->interleaving.at(2).location, "lock.hpp:88");
  EXPECT_EQ(record.failure->details.at(1), "second\tline");
  EXPECT_EQ(record.series.at(0).samples, (std::vector<double>{1.5, 2, 2.5}));
  EXPECT_FALSE(record.series.at(1).less_is_better);
  EXPECT_EQ(record.goals.at(0).ratio, 0.75);
  EXPECT_EQ(record.twin_of, "Queue");
  EXPECT_EQ(record.fault, "it is wrong — on purpose");
  EXPECT_TRUE(record.expected_to_fail);
  EXPECT_EQ(record.duration_s, 1.25);
  EXPECT_EQ(record.environment.at("libc"), "glibc 2.36");
}

TEST(RecordJson, LeavesOutNumbersThatJsonCannotHold) {
  Record record = samples::good_queue().back();
  record.duration_s = std::nan("");
  record.series[0].samples = {1, std::nan(""), std::numeric_limits<double>::infinity(), 2};
  record.goals[0].ratio = -std::numeric_limits<double>::infinity();
  const Record back = record_from_json(to_json(record));
  EXPECT_EQ(back.series[0].samples, (std::vector<double>{1, 2}));
  EXPECT_EQ(back.goals[0].ratio, 0);
  EXPECT_EQ(back.duration_s, 0);
}

TEST(RecordJson, KeepsARecordWhoseTextIsNotUtf8) {
  Record record = samples::deadlock();
  record.failure->message = "bytes \xff\xfe here";
  EXPECT_EQ(record_from_json(to_json(record)).failure->message, "bytes \uFFFD\uFFFD here");
}

TEST(RecordJson, RefusesWhatItDoesNotKnow) {
  const std::string good = to_json(samples::everything());
  const auto changed = [&](const std::string& from, const std::string& to) { return error_of(replaced(good, from, to)); };
  EXPECT_EQ(changed("\"schema\":1", "\"schema\":2"), "unknown schema version 2: this program reads version 1");
  EXPECT_EQ(changed("\"schema\":1", "\"schema\":\"1\""), "not a record: 'schema' must be a whole number within 2147483647");
  EXPECT_EQ(changed("\"verdict\":\"fail\"", "\"verdict\":\"ok\""), "not a record: 'verdict' must be pass, fail, inconclusive or skipped");
  EXPECT_EQ(changed("\"complete\":true", "\"complete\":1"), "not a record: 'complete' must be true or false");
  EXPECT_EQ(changed("\"complete\":true", "\"completed\":true"), "not a record: no 'complete'");
  EXPECT_EQ(changed("\"complete\":true", "\"complete\":true,\"colour\":1"), "not a record: unknown field 'colour'");
  EXPECT_EQ(changed("\"blocked\":0", "\"blocked\":-1"), "not a record: 'counts.blocked' must be a whole number that is not negative");
  EXPECT_EQ(changed("\"thread\":-1", "\"thread\":99999999999"),
            "not a record: 'failure.history[0].thread' must be a whole number within 2147483647");
  EXPECT_EQ(changed("\"kind\":", "\"sort\":"), "not a record: no 'failure.kind'");
  EXPECT_EQ(changed("[1.5,", "[\"NaN\","), "not a record: 'series[0].samples[0]' must be a number");
  EXPECT_EQ(changed("\"subject\":\"RingQueue\"", "\"subject\":\"\""), "not a record: 'subject' is empty");
}

TEST(RecordJson, RefusesForeignAndTruncatedLines) {
  EXPECT_EQ(error_of("{\"name\":\"something else\"}"), "not a record: no 'schema'");
  EXPECT_EQ(error_of("[1,2]"), "not a record: a record is a JSON object");
  EXPECT_NE(error_of("<html>").find("not a record: "), std::string::npos);
  EXPECT_NE(error_of("").find("not a record: "), std::string::npos);
  const std::string good = to_json(samples::everything());
  for (std::size_t length = 0; length < good.size(); length += 7) {
    EXPECT_NE(error_of(good.substr(0, length)).find("is the line cut short?"), std::string::npos) << length;
  }
}

TEST(Environment, SaysWhatMeasured) {
  const auto found = environment();
  for (const char* key : {"cpu", "cores", "kernel", "compiler", "libc", "build"}) {
    ASSERT_TRUE(found.contains(key)) << key;
    EXPECT_FALSE(found.at(key).empty()) << key;
  }
  EXPECT_GE(std::stoi(found.at("cores")), 1);
}

}  // namespace
}  // namespace proberen
