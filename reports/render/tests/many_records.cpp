#include "reports/render/tests/many_records.hpp"

#include <limits>

#include "reports/record/tests/sample_records.hpp"

namespace proberen::render {
namespace {

std::string nasty(std::size_t number, std::size_t length) {
  std::string text = std::to_string(number) + " ";
  while (text.size() < length) text += "<script>\"'&|`*_[x](y) \x1b\x01 ";
  return text;
}

std::vector<Event> events(std::size_t count) {
  std::vector<Event> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back({static_cast<int>(i % 20), nasty(i, 300), nasty(i, 300), nasty(i, 300), 2 * i + 1, 2 * i + 10, static_cast<int>(i)});
  }
  return made;
}

Record long_record(std::size_t number) {
  Record record;
  record.subject = nasty(number % 3000, 450);
  record.twin_of = number % 4 == 0 ? nasty(number % 7, 450) : "";
  record.expected_to_fail = true;
  record.fault = nasty(number, 450);
  record.method = number % 5 == 0 ? nasty(number, 450) : "fuzz";
  record.verdict = static_cast<Verdict>(number % 4);
  record.how = nasty(number, 250);
  record.reason = number % 3 == 0 ? nasty(number, 450) : "";
  return record;
}

/// With every list that a record can have.
Record huge_record(std::size_t number, bool with_events) {
  Record record = samples::everything();
  record.subject = nasty(number, 450);
  record.twin_of = "";
  record.configuration["scenario"] = nasty(number, 450);
  record.limits = {nasty(number, 450)};
  record.environment["cpu"] = nasty(number, 450);
  record.environment[nasty(number, 450)] = nasty(number, 450);
  record.goals.assign(10, record.goals[0]);
  record.goals[0].text = nasty(number, 450);
  record.series[0].benchmark = nasty(number, 450);
  record.series[1].samples.assign(2000, static_cast<double>(number));
  if (!with_events) return record;
  record.failure->history = events(500);
  record.failure->interleaving = events(500);
  record.failure->details.assign(500, nasty(number, 450));
  record.failure->witness = nasty(number, 3900);
  record.failure->scenario = nasty(number, 3900);
  record.failure->replay = nasty(number, 100'000);
  record.series.resize(100, record.series[0]);
  return record;
}

std::vector<Record> make_many_records() {
  std::vector<Record> records;
  for (std::size_t i = 0; i < 10'000; ++i) records.push_back(i % 10 == 0 ? huge_record(i, i % 500 == 0) : long_record(i));
  return records;
}

}  // namespace

const std::vector<Record>& many_records() {
  static const std::vector<Record> kRecords = make_many_records();
  return kRecords;
}

std::vector<Record> bare_records() {
  std::vector<Record> records;
  for (const Verdict verdict : {Verdict::kPass, Verdict::kFail, Verdict::kInconclusive, Verdict::kSkipped}) {
    Record record;
    record.subject = "S";
    record.method = "fuzz";
    record.verdict = verdict;
    records.push_back(record);
    record.failure = Failure{};
    record.series = {Series{}};
    record.goals = {Goal{}};
    records.push_back(record);
    record.twin_of = "T";
    records.push_back(record);
  }
  return records;
}

std::vector<Record> records_without_numbers() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Record> records = samples::good_queue();
  Record& bench = records.back();
  bench.series[0].samples = {nan, infinity, -infinity};
  bench.series[1].samples = {nan, 1, infinity, 2};
  bench.goals[0].ratio = nan;
  bench.goals[0].limit = infinity;
  for (std::size_t i = 0; i < records.size(); ++i) records[i].duration_s = i % 3 == 0 ? nan : i % 3 == 1 ? -infinity : infinity;
  return records;
}

}  // namespace proberen::render
