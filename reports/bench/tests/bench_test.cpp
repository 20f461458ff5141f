// The method on small subjects. No time is asserted but that sleeping is never early.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/single_threaded.h>

#include "proberen/bench.hpp"
#include "proberen/spec/nothing.hpp"
#include "reports/bench/rounds.hpp"

namespace proberen {
namespace {

struct Object {
  std::atomic<std::uint64_t> count{0};
};

SubjectBuilder<Object> declare(const std::string& name) { return SubjectBuilder<Object>(name, spec::Nothing{}); }

Request brief(std::uint64_t seed = 1) {
  Request request;
  request.seed = seed;
  request.quick = true;
  request.time = std::chrono::milliseconds(5);  // five rounds of one millisecond
  return request;
}

Record run(const Request& request = brief()) {
  const Subject& subject = subjects().back();
  EXPECT_EQ(subject.problem, "");
  std::vector<Record> records;
  make_bench_method()->run(
      subject, request, [&](Record record) { records.push_back(std::move(record)); }, [](std::string_view) {});
  EXPECT_EQ(records.size(), 1U);
  return records.at(0);
}

const Series& series_of(const Record& record, const std::string& benchmark, const std::string& peer, const std::string& unit) {
  for (const Series& series : record.series) {
    if (series.benchmark == benchmark && series.peer == peer && series.unit == unit) return series;
  }
  throw std::out_of_range("no series " + benchmark + " of '" + peer + "' in " + unit);
}

const Series& series_of(const Record&& record, const std::string&, const std::string&, const std::string&) = delete;

bool one_core() { return bench::allowed_cores().size() < 2; }

const auto count_up = [](Object& object) { object.count.fetch_add(1, std::memory_order_relaxed); };

/// Figures made up beforehand; the first is taken by the warm-up.
class Recited final : public BenchmarkSampler {
 public:
  explicit Recited(std::vector<double> figures) : figures_(std::move(figures)) {}
  double sample(std::chrono::nanoseconds time) override {
    if (time <= std::chrono::nanoseconds::zero()) throw std::logic_error("no time");
    return figures_.at(next_++);
  }

 private:
  std::vector<double> figures_;
  std::size_t next_ = 0;
};

Benchmark recited(const std::string& name, const std::string& peer, const std::vector<double>& figures) {
  return {.name = name, .peer = peer, .make_sampler = [figures] { return std::make_unique<Recited>(figures); }, .unit = "us"};
}

TEST(Bench, KeepsEveryRepetitionOfSubjectAndPeer) {
  declare("keeps").benchmark("count", {1}, count_up).peer<Object>("count", "the same", {1}, count_up);
  const Record record = run();
  EXPECT_EQ(record.verdict, Verdict::kPass);
  EXPECT_EQ(record.method, "bench");
  ASSERT_EQ(record.series.size(), 2U);
  for (const std::string peer : {"", "the same"}) {
    const Series& series = series_of(record, "count", peer, "ns/op");
    EXPECT_TRUE(series.less_is_better);
    EXPECT_EQ(series.samples.size(), 5U);
    for (const double sample : series.samples) EXPECT_GT(sample, 0);
  }
  EXPECT_GT(record.counts.at("operations"), 10U);
}

TEST(Bench, ThreadsTogetherHaveARateAndAShare) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  declare("rate").benchmark("count", {2, 0}, count_up);
  const Record record = run();
  const Series& rate = series_of(record, "count", "", "op/s");
  EXPECT_FALSE(rate.less_is_better);
  EXPECT_EQ(rate.threads, 2);
  EXPECT_EQ(rate.samples.size(), 5U);
  const Series& share = series_of(record, "count", "", "share");
  EXPECT_EQ(share.samples.size(), 5U);
  for (const double sample : share.samples) {
    EXPECT_GT(sample, 0);
    EXPECT_LE(sample, 0.5);
  }
}

TEST(Bench, AThreadThatGetsLittleHasASmallShare) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  declare("unfair").benchmark("count", {2}, [](Object&, int thread, int) {
    if (thread == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  });
  const Record record = run();
  const std::vector<double>& shares = series_of(record, "count", "", "share").samples;
  // The fairest looking rounds may be those in which the machine stopped the busy thread.
  EXPECT_LT(*std::min_element(shares.begin(), shares.end()), 0.1);
}

// Each operation takes a millisecond or more, on each thread at once: whoever divides by threads, or forgets to count one, is off by a
// factor.
TEST(Bench, UnitsAreWallTimeAndTheSumOfAllThreads) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  const auto nap = [](Object&) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
  declare("naps")
      .benchmark("alone", {1}, nap)
      .benchmark("free", {2}, nap)
      .benchmark("lockstep", {2}, nap, Pace::kLockstep)
      .benchmark("hand-off", {2}, nap, Pace::kHandOff);
  Request request = brief();
  request.time = std::chrono::milliseconds(50);
  const Record record = run(request);
  for (const double sample : series_of(record, "alone", "", "ns/op").samples) EXPECT_GE(sample, 1e6);
  for (const double sample : series_of(record, "hand-off", "", "ns/op").samples) EXPECT_GE(sample, 1e6);
  for (const std::string name : {"free", "lockstep"}) {
    for (const double sample : series_of(record, name, "", "op/s").samples) EXPECT_LE(sample, 2000);
  }
}

std::vector<std::uint64_t>& totals() {
  static std::vector<std::uint64_t> counts;
  return counts;
}

struct Counted {
  std::atomic<std::uint64_t> count{0};
  ~Counted() { totals().push_back(count); }
};

TEST(Bench, TheIterationsOfAllThreadsCount) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  totals().clear();
  SubjectBuilder<Counted>("counted", spec::Nothing{}).benchmark("count", {2}, [](Counted& counted) { counted.count.fetch_add(1); });
  const Record record = run();
  ASSERT_EQ(totals().size(), 6U);  // the warm-up and five rounds
  EXPECT_EQ(record.counts.at("operations"), std::accumulate(totals().begin() + 1, totals().end(), std::uint64_t{0}));
}

TEST(Bench, ThreadsInLockstepDoTheSameNumberOfIterations) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  // Thread 0 waits for thread 1 in every iteration and the other way round: with unequal numbers one would wait for ever.
  struct Pair {
    std::atomic<std::uint64_t> turn{0};
  };
  SubjectBuilder<Pair>("lockstep", spec::Nothing{})
      .benchmark(
          "ping-pong", {2},
          [](Pair& pair, int thread, int) {
            const std::uint64_t mine = static_cast<std::uint64_t>(thread);
            while (pair.turn.load() % 2 != mine) std::this_thread::yield();
            pair.turn.fetch_add(1);
          },
          Pace::kHandOff);
  const Record record = run();
  EXPECT_EQ(series_of(record, "ping-pong", "", "ns/op").samples.size(), 5U);
}

std::vector<std::string>& journal() {
  static std::vector<std::string> lines;
  return lines;
}

template <char kName>
struct Journaled {
  Journaled() { journal().emplace_back(1, kName); }
};

TEST(Bench, SubjectAndPeersTakeTurns) {
  const auto nothing = [](auto&) {};
  journal().clear();
  SubjectBuilder<Journaled<'s'>>("turns", spec::Nothing{})
      .benchmark("wait", {2}, nothing)
      .peer<Journaled<'p'>>("wait", "p", {2}, nothing)
      .peer<Journaled<'q'>>("wait", "q", {2}, nothing);
  if (one_core()) GTEST_SKIP() << "needs two cores";
  EXPECT_EQ(run().verdict, Verdict::kPass);
  ASSERT_EQ(journal().size(), 18U);  // the warm-up and five rounds of three
  std::set<std::string> orders;
  for (std::size_t round = 3; round < 18; round += 3) {
    const std::vector<std::string> members(journal().begin() + static_cast<std::ptrdiff_t>(round),
                                           journal().begin() + static_cast<std::ptrdiff_t>(round + 3));
    EXPECT_EQ(std::set<std::string>(members.begin(), members.end()).size(), 3U) << "round " << round / 3;
    orders.insert(members[0] + members[1] + members[2]);
  }
  EXPECT_GT(orders.size(), 1U) << "the order changes from round to round";
}

TEST(Bench, TheProcessHasThreads) {
  static std::atomic<bool> single{false};
  single = false;
  declare("threads").benchmark("look", {1}, [](Object&) {
    if (__libc_single_threaded) single = true;
  });
  (void)run();
  EXPECT_FALSE(single) << "glibc would leave out atomics";
}

TEST(Bench, SamplersSupplyTheirOwnFigures) {
  declare("recited").measure(recited("start", "", {9, 1, 2, 3, 4, 5})).measure(recited("start", "bare", {9, 2, 2, 2, 2, 2}));
  const Record record = run();
  EXPECT_EQ(series_of(record, "start", "", "us").samples, (std::vector<double>{1, 2, 3, 4, 5}));
  EXPECT_EQ(series_of(record, "start", "bare", "us").samples, (std::vector<double>{2, 2, 2, 2, 2}));
}

TEST(Bench, GoalsAreToldAndDoNotFailTheRecord) {
  declare("goals")
      .measure(recited("start", "", {9, 3, 3, 3, 3, 3}))
      .measure(recited("start", "bare", {9, 2, 2, 2, 2, 2}))
      .goal({.text = "easy", .benchmark = "start", .peers = {"bare"}, .at_most = true, .limit = 1.6})
      .goal({.text = "hard", .benchmark = "start", .peers = {"bare"}, .at_most = true, .limit = 1.1});
  const Record record = run();
  EXPECT_EQ(record.verdict, Verdict::kPass);
  ASSERT_EQ(record.goals.size(), 2U);
  EXPECT_EQ(record.goals[0].text, "easy");
  EXPECT_DOUBLE_EQ(record.goals[0].ratio, 1.5);
  EXPECT_TRUE(record.goals[0].met);
  EXPECT_FALSE(record.goals[1].met);
}

void expect_failure(const Record& record, const std::string& words) {
  EXPECT_EQ(record.verdict, Verdict::kFail);
  ASSERT_TRUE(record.failure.has_value());
  EXPECT_EQ(record.failure->kind, "uncaught-exception");
  EXPECT_NE(record.failure->message.find(words), std::string::npos) << record.failure->message;
  EXPECT_FALSE(record.complete);
}

TEST(Bench, WhatABenchmarkThrowsIsAFailure) {
  declare("throws").benchmark("good", {1}, count_up).benchmark("bad", {1}, [](Object& object) {
    if (object.count.fetch_add(1) == 10) throw std::runtime_error("no more");
  });
  expect_failure(run(), "'bad, threads: 1': no more");
}

TEST(Bench, WhatAPeerThrowsNamesThePeer) {
  if (one_core()) GTEST_SKIP() << "needs two cores";
  declare("peer throws").benchmark("count", {2}, count_up).peer<Object>("count", "culprit", {2}, [](Object&, int thread, int) {
    if (thread == 1) throw 7;
  });
  expect_failure(run(), "culprit, threads: 2");
}

TEST(Bench, WhatAConstructorOrASamplerThrowsIsAFailure) {
  struct Thrower {
    Thrower() { throw std::runtime_error("cannot be made"); }
  };
  SubjectBuilder<Thrower>("constructor throws", spec::Nothing{}).benchmark("b", {1}, [](Thrower&) {});
  expect_failure(run(), "cannot be made");
  declare("sampler throws").measure(recited("start", "", {1, 2}));
  expect_failure(run(), "start");
  declare("sampler without a figure").measure(recited("start", "", std::vector<double>(6, std::nan(""))));
  expect_failure(run(), "not a number");
}

TEST(Bench, NothingToMeasureIsSkippedWithTheReason) {
  declare("empty");
  const Record record = run();
  EXPECT_EQ(record.verdict, Verdict::kSkipped);
  EXPECT_EQ(record.reason, "the subject declares no benchmarks");
  EXPECT_FALSE(make_bench_method()->checks_operations());
}

TEST(Bench, SaysNothingItself) {
  declare("silent").benchmark("count", {1}, count_up);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  (void)run();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Bench, HasNoWitnesses) {
  declare("witness").benchmark("count", {1}, count_up);
  Request request = brief();
  request.witness = "W1-0";
  EXPECT_THROW(make_bench_method()->run(
                   subjects().back(), request, [](Record) {}, [](std::string_view) {}),
               std::invalid_argument);
}

TEST(BenchDeclaration, MistakesAreOneClearLine) {
  const auto problem = [] { return subjects().back().problem; };
  declare("no such benchmark").goal({.text = "g", .benchmark = "count", .limit = 1});
  EXPECT_NE(problem().find("there is no benchmark 'count' with 1 threads"), std::string::npos) << problem();
  declare("no such peer").benchmark("count", {1}, count_up).goal({.text = "g", .benchmark = "count", .peers = {"x"}});
  EXPECT_NE(problem().find("'count' of x"), std::string::npos) << problem();
  declare("twice").benchmark("count", {1}, count_up).benchmark("count", {2}, count_up);
  EXPECT_NE(problem().find("declared twice"), std::string::npos) << problem();
  declare("paces").benchmark("count", {1}, count_up).peer<Object>("count", "x", {1}, count_up, Pace::kHandOff);
  EXPECT_NE(problem().find("not measured in the same way"), std::string::npos) << problem();
  declare("no threads").benchmark("count", {}, count_up);
  EXPECT_NE(problem().find("no thread counts"), std::string::npos) << problem();
}

}  // namespace
}  // namespace proberen
