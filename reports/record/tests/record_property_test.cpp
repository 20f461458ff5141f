// Any record comes back from JSON as it went in, whatever its texts and numbers are. RapidCheck prints the seed of a failure;
// RC_PARAMS="seed=…" takes it back.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "proberen/record.hpp"

namespace proberen {
namespace {

template <class T>
using Gen = rc::Gen<T>;

/// Texts of code points, with those that need escaping and those of several bytes.
Gen<std::string> text() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "Z", "0", " ", "\"", "\\", "\n", "\t", std::string(1, '\0'), "\x1f", "<", "&", "é", "→", "😀")),
                      [](const std::vector<std::string>& parts) {
                        std::string all;
                        for (const std::string& part : parts) all += part;
                        return all;
                      });
}

Gen<std::string> name() {
  return rc::gen::map(text(), [](std::string made) { return "n" + made; });
}

Gen<double> number() {
  return rc::gen::map(rc::gen::arbitrary<double>(), [](double made) { return std::isfinite(made) ? made : 0.5; });
}

Gen<Event> event() {
  return rc::gen::build<Event>(rc::gen::set(&Event::thread), rc::gen::set(&Event::text, text()), rc::gen::set(&Event::result, text()),
                               rc::gen::set(&Event::location, text()), rc::gen::set(&Event::begin), rc::gen::set(&Event::end),
                               rc::gen::set(&Event::linearized));
}

template <class T>
Gen<std::vector<T>> few(Gen<T> item) {
  return rc::gen::resize(4, rc::gen::container<std::vector<T>>(std::move(item)));
}

Gen<Failure> failure() {
  return rc::gen::build<Failure>(rc::gen::set(&Failure::kind, text()), rc::gen::set(&Failure::message, text()),
                                 rc::gen::set(&Failure::location, text()), rc::gen::set(&Failure::witness, text()),
                                 rc::gen::set(&Failure::replay, text()), rc::gen::set(&Failure::scenario, text()),
                                 rc::gen::set(&Failure::history, few(event())), rc::gen::set(&Failure::interleaving, few(event())),
                                 rc::gen::set(&Failure::details, few(text())));
}

Gen<Series> series() {
  return rc::gen::build<Series>(rc::gen::set(&Series::benchmark, text()), rc::gen::set(&Series::peer, text()),
                                rc::gen::set(&Series::threads), rc::gen::set(&Series::unit, text()), rc::gen::set(&Series::less_is_better),
                                rc::gen::set(&Series::samples, few(number())));
}

Gen<Goal> goal() {
  return rc::gen::build<Goal>(rc::gen::set(&Goal::text, text()), rc::gen::set(&Goal::ratio, number()), rc::gen::set(&Goal::limit, number()),
                              rc::gen::set(&Goal::at_most), rc::gen::set(&Goal::met));
}

Gen<std::map<std::string, std::string>> texts() {
  return rc::gen::resize(4, rc::gen::container<std::map<std::string, std::string>>(text(), text()));
}

Record any_record() {
  Record record;
  record.subject = *name();
  record.method = *name();
  record.configuration = *texts();
  record.verdict = *rc::gen::element(Verdict::kPass, Verdict::kFail, Verdict::kInconclusive, Verdict::kSkipped);
  record.complete = *rc::gen::arbitrary<bool>();
  record.how = *text();
  record.reason = *text();
  record.limits = *few(text());
  record.counts = *rc::gen::container<std::map<std::string, std::uint64_t>>(text(), rc::gen::arbitrary<std::uint64_t>());
  if (*rc::gen::arbitrary<bool>()) record.failure = *failure();
  record.series = *few(series());
  record.goals = *few(goal());
  record.twin_of = *text();
  record.fault = *text();
  record.expected_to_fail = *rc::gen::arbitrary<bool>();
  record.environment = *texts();
  record.duration_s = *number();
  return record;
}

bool same(const Event& a, const Event& b) {
  return std::tie(a.thread, a.text, a.result, a.location, a.begin, a.end, a.linearized) ==
         std::tie(b.thread, b.text, b.result, b.location, b.begin, b.end, b.linearized);
}
bool same(const Series& a, const Series& b) {
  return std::tie(a.benchmark, a.peer, a.threads, a.unit, a.less_is_better, a.samples) ==
         std::tie(b.benchmark, b.peer, b.threads, b.unit, b.less_is_better, b.samples);
}
bool same(const Goal& a, const Goal& b) {
  return std::tie(a.text, a.ratio, a.limit, a.at_most, a.met) == std::tie(b.text, b.ratio, b.limit, b.at_most, b.met);
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}
bool same(const Failure& a, const Failure& b) {
  return std::tie(a.kind, a.message, a.location, a.witness, a.replay, a.scenario, a.details) ==
             std::tie(b.kind, b.message, b.location, b.witness, b.replay, b.scenario, b.details) &&
         same(a.history, b.history) && same(a.interleaving, b.interleaving);
}
bool same(const Record& a, const Record& b) {
  const auto plain = [](const Record& r) {
    return std::tie(r.schema, r.subject, r.method, r.configuration, r.verdict, r.complete, r.how, r.reason, r.limits, r.counts, r.twin_of,
                    r.fault, r.expected_to_fail, r.environment, r.duration_s);
  };
  const bool failures = a.failure.has_value() == b.failure.has_value() && (!a.failure || same(*a.failure, *b.failure));
  return plain(a) == plain(b) && failures && same(a.series, b.series) && same(a.goals, b.goals);
}

TEST(RecordProperty, RoundTrip) {
  EXPECT_TRUE(rc::check("a record comes back as it went in", [] {
    const Record record = any_record();
    const std::string line = to_json(record);
    RC_ASSERT(line.find('\n') == std::string::npos);
    RC_ASSERT(same(record_from_json(line), record));
  }));
}

TEST(RecordProperty, ACutLineIsRefusedAndNeverCrashes) {
  EXPECT_TRUE(rc::check("a line that is cut short is refused", [] {
    const std::string line = to_json(any_record());
    const auto length = *rc::gen::inRange<std::size_t>(0, line.size());
    RC_ASSERT_THROWS_AS((void)record_from_json(line.substr(0, length)), RecordError);
  }));
}

TEST(RecordProperty, ADamagedLineIsARecordOrRefused) {
  EXPECT_TRUE(rc::check("one byte changed", [] {
    std::string line = to_json(any_record());
    line[*rc::gen::inRange<std::size_t>(0, line.size())] = *rc::gen::arbitrary<char>();
    try {
      const Record record = record_from_json(line);
      RC_ASSERT(to_json(record_from_json(to_json(record))) == to_json(record));
    } catch (const RecordError&) {
    }
  }));
}

}  // namespace
}  // namespace proberen
