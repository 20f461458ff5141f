// Conformance of ipc::Pool: results and errors (X18, X19).
#include <atomic>
#include <forward_list>
#include <numeric>
#include <ranges>
#include <thread>

#include "primitives/tests/support/pools.hpp"

namespace proberen::test {
namespace {

using ipc::Pool;

class PoolResults : public PoolTest {};
class PoolFailures : public PoolTest {};
PROBEREN_FOR_EVERY_METHOD(PoolResults);
PROBEREN_FOR_EVERY_METHOD(PoolFailures);

int square(int x) { return x * x; }
int multiply(int x, int y) { return x * y; }
std::string repeat(const std::string& text, int times) {
  std::string result;
  for (; times > 0; --times) result += text;
  return result;
}
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}
void nothing() {}

TEST_P(PoolResults, X18_ApplyReturnsTheResult) {
  Pool pool(2, options());
  EXPECT_EQ(pool.apply<square>(7), 49);
  EXPECT_EQ((pool.apply<multiply>(6, 7)), 42);
  EXPECT_EQ(pool.apply<repeat>("ab", 3), "ababab");
  EXPECT_EQ(pool.apply<nothing>(), std::monostate());
  EXPECT_EQ(pool.apply<[](double x) { return x / 2; }>(5), 2.5);
}

TEST_P(PoolResults, X18_MapEqualsASerialMapForEveryChunkSize) {
  Pool pool(3, options());
  for (const int count : {0, 1, 2, 3, 100, 3'000}) {
    for (const std::size_t chunk : {0, 1, 7, 5'000}) EXPECT_EQ(pool.map<square>(numbers(count), chunk), squares(count));
  }
  EXPECT_EQ(pool.map<square>({1, 2, 3}), (std::vector<int>{1, 4, 9}));
  EXPECT_EQ(pool.map<square>(std::forward_list{3, 2}), (std::vector<int>{9, 4}));
  EXPECT_EQ(pool.map<square>(std::views::iota(0, 10)), squares(10));
}

TEST_P(PoolResults, X18_StarmapTakesTuplesAndPairs) {
  Pool pool(2, options());
  EXPECT_EQ(pool.starmap<multiply>(std::vector<std::pair<int, int>>{{2, 3}, {4, 5}}), (std::vector<int>{6, 20}));
  EXPECT_EQ(pool.starmap<repeat>(std::vector{std::tuple{"x", 2}, std::tuple{"y", 1}}), (std::vector<std::string>{"xx", "y"}));
}

TEST_P(PoolResults, X18_ImapGivesResultsInOrderAndReadsItsInputOnDemand) {
  Pool pool(2, options());
  for (const std::size_t chunk : {1, 3, 1'000}) {
    std::vector<int> results;
    for (const int result : pool.imap<square>(numbers(500), chunk)) results.push_back(result);
    EXPECT_EQ(results, squares(500));
  }
  int read = 0;
  auto endless = std::views::iota(0) | std::views::transform([&](int x) { return ++read, x; });
  auto stream = pool.imap<square>(endless);
  EXPECT_EQ(stream.next(), 0);
  EXPECT_EQ(stream.next(), 1);
  EXPECT_LT(read, 1'000);
  auto empty = pool.imap<square>(std::vector<int>());
  EXPECT_EQ(empty.next(), std::nullopt);
  EXPECT_EQ(empty.next(), std::nullopt);
}

TEST_P(PoolResults, X18_ImapUnorderedGivesEachResultOnceTheFastFirst) {
  Gate gate;
  Pool pool(2, options());
  std::vector<int> results;
  for (const int result : pool.imap_unordered<square>(numbers(500), 3)) results.push_back(result);
  std::sort(results.begin(), results.end());
  EXPECT_EQ(results, squares(500));
  auto stream = pool.imap_unordered<wait_at>(std::vector<std::string>{gate.path(), "", ""});
  EXPECT_EQ(stream.next(), "");
  EXPECT_EQ(stream.next(), "");
  gate.open();
  EXPECT_EQ(stream.next(), gate.path());
}

TEST_P(PoolResults, X18_AsyncResultsAreWaitedForAndTimeOut) {
  Gate first;
  Gate second;
  Pool pool(1, options());
  const auto slow = pool.apply_async<wait_at>(first.path());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(slow.get_for(20ms), std::nullopt);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  EXPECT_FALSE(slow.ready());
  EXPECT_FALSE(slow.wait_for(0ms));
  EXPECT_THROW((void)slow.successful(), std::logic_error);
  first.open();
  EXPECT_EQ(slow.get(), first.path());
  EXPECT_EQ(slow.get(), first.path());
  EXPECT_TRUE(slow.ready() && slow.successful());
  auto stream = pool.imap<wait_at>(std::vector<std::string>{second.path(), ""});
  EXPECT_THROW((void)stream.next_for(5ms), std::system_error);
  second.open();
  EXPECT_EQ(stream.next(), second.path());
  EXPECT_EQ(stream.next(), "");
  EXPECT_EQ(stream.next_for(5ms), std::nullopt);
}

TEST_P(PoolResults, X18_CallbacksAreCalledOnce) {
  Pool pool(2, options());
  std::atomic<int> results{0};
  std::atomic<int> errors{0};
  constexpr int kCalls = 200;
  for (int index = 0; index < kCalls; ++index) {
    const auto result = pool.map_async<square>(numbers(3));
    if (index % 2 == 0) result.wait();  // else the callback meets the result as it comes
    result.then([&](const std::vector<int>& squared) { results += squared == squares(3); }, [&](const std::exception_ptr&) { ++errors; });
    EXPECT_THROW(result.then({}), std::logic_error);
  }
  EXPECT_TRUE(eventually([&] { return results == kCalls; }));
  std::this_thread::sleep_for(kGrace);
  EXPECT_EQ(results, kCalls);
  EXPECT_EQ(errors, 0);
}

TEST_P(PoolResults, X18_CallbacksMaySubmit) {
  Pool pool(1, options());
  std::atomic<int> last{0};
  pool.apply_async<square>(2).then([&](int four) { pool.apply_async<square>(four).then([&](int sixteen) { last = sixteen; }); });
  EXPECT_TRUE(eventually([&] { return last == 16; }));
}

TEST_P(PoolResults, X18_LargeArgumentsAndResultsCross) {
  Pool pool(2, options());
  const std::string text(3 << 20, 'x');
  EXPECT_EQ(pool.apply<repeat>(text, 2), text + text);
  std::vector<std::tuple<std::string, int>> calls;
  for (int index = 0; index < 100; ++index) calls.emplace_back(std::string(static_cast<std::size_t>(index) * 1'000, 'y'), 2);
  const auto results = pool.starmap<repeat>(calls, 1);
  for (std::size_t index = 0; index < results.size(); ++index) EXPECT_EQ(results[index].size(), 2'000 * index);
}

TEST_P(PoolResults, X18_ManyThreadsUseOnePool) {
  Pool pool(2, options());
  run_threads(4, [&](int thread) {
    for (int index = 0; index < scaled(500); ++index) ASSERT_EQ(pool.apply<square>(thread + index), (thread + index) * (thread + index));
  });
}

TEST_P(PoolResults, X18_NoTaskWaitsBehindALongOneWhileAWorkerIsIdle) {
  Gate gate;
  Pool pool(2, options());
  std::vector<std::string> gates(40);
  gates[0] = gate.path();
  auto stream = pool.imap_unordered<wait_at>(gates);
  for (int index = 0; index < 39; ++index) EXPECT_EQ(stream.next(), "");
  gate.open();
  EXPECT_EQ(stream.next(), gate.path());
}

int fail_at_three(int x) {
  if (x == 3) throw std::out_of_range("three is too many");
  return x;
}
int nap_but_at_five(int x) {
  if (x % 10 == 5) throw std::invalid_argument(std::to_string(x));
  nap(1);
  return x;
}

/// Its serialisation fails where it holds `kFailing`.
struct Fragile {
  static constexpr int kFailing = 13;
  int number = 0;
  template <class Archive>
  void save(Archive& archive) const {
    if (number == kFailing) throw std::domain_error("fragile");
    archive(number);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(number);
  }
};
Fragile make_fragile(int number) { return {number}; }
int open_fragile(const Fragile& fragile) { return fragile.number; }

TEST_P(PoolFailures, X19_AnErrorArrivesWithItsTypeAndMessageAndThePoolSurvives) {
  Pool pool(2, options());
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(error_of([&] { return pool.apply<fail_at_three>(3); }), "TaskError std::out_of_range: three is too many");
    EXPECT_EQ(error_of([&] { return pool.map<fail_at_three>(numbers(6)); }), "TaskError std::out_of_range: three is too many");
    EXPECT_EQ(pool.apply<fail_at_three>(4), 4);
  }
  EXPECT_EQ(error_of([&] { return pool.apply<[]() -> int { throw 7; }>(); }), "TaskError int: something that is not a std::exception");
  std::atomic<int> errors{0};
  pool.apply_async<fail_at_three>(3).then([&](int) { errors += 100; }, [&](const std::exception_ptr&) { ++errors; });
  EXPECT_TRUE(eventually([&] { return errors == 1; }));
}

TEST_P(PoolFailures, X19_ImapGivesAnErrorAtItsPlaceAndGoesOn) {
  Pool pool(2, options());
  for (const std::size_t chunk : {1, 2, 100}) {
    auto stream = pool.imap<fail_at_three>(numbers(6), chunk);
    for (int index = 0; index < 6; ++index) {
      if (index == 3) {
        EXPECT_EQ(error_of([&] { return stream.next(); }), "TaskError std::out_of_range: three is too many");
      } else {
        EXPECT_EQ(stream.next(), index);
      }
    }
    EXPECT_EQ(stream.next(), std::nullopt);
  }
}

TEST_P(PoolFailures, X19_AMapFailsOnlyWhenAllIsDoneWithItsFirstError) {
  Pool pool(2, options());
  const auto begin = std::chrono::steady_clock::now();
  const auto result = pool.map_async<nap_but_at_five>(numbers(40), 1);
  EXPECT_EQ(error_of([&] { return result.get(); }), "TaskError std::invalid_argument: 5");
  // 36 naps of a millisecond by two workers; the first error comes after two.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 18ms);
  EXPECT_FALSE(result.successful());
}

TEST_P(PoolFailures, X19_AnErrorOfTheInputSurfacesAtItsPlace) {
  Pool pool(2, options());
  const auto faulty = std::views::iota(0, 10) | std::views::transform([](int x) {
                        if (x == 4) throw std::runtime_error("no fourth");
                        return x;
                      });
  EXPECT_EQ(error_of([&] { return pool.map<square>(faulty); }), "no fourth");
  for (const std::size_t chunk : {1, 3, 10}) {
    auto ordered = pool.imap<square>(faulty, chunk);
    for (int index = 0; index < 4; ++index) EXPECT_EQ(ordered.next(), index * index);
    EXPECT_EQ(error_of([&] { return ordered.next(); }), "no fourth");
    EXPECT_EQ(ordered.next(), std::nullopt);
    auto unordered = pool.imap_unordered<square>(faulty, chunk);
    int results = 0;
    int errors = 0;
    for (int index = 0; index < 5; ++index) ++(error_of([&] { return unordered.next(); }).empty() ? results : errors);
    EXPECT_EQ(results, 4);
    EXPECT_EQ(errors, 1);
    EXPECT_EQ(unordered.next(), std::nullopt);
  }
}

TEST_P(PoolFailures, X19_WhatCannotBeSerialisedIsThatTasksError) {
  Pool pool(2, options());
  EXPECT_EQ(error_of([&] { return pool.apply<open_fragile>(Fragile{13}); }), "fragile");
  EXPECT_EQ(error_of([&] { return pool.apply<make_fragile>(13); }), "TaskError std::domain_error: fragile");
  auto sent = pool.imap<open_fragile>(std::vector<Fragile>{{12}, {13}, {14}}, 3);
  EXPECT_EQ(sent.next(), 12);
  EXPECT_EQ(error_of([&] { return sent.next(); }), "fragile");
  EXPECT_EQ(sent.next(), 14);
  auto made = pool.imap<make_fragile>(std::vector{12, 13, 14}, 3);
  EXPECT_EQ(made.next()->number, 12);
  EXPECT_EQ(error_of([&] { return made.next(); }), "TaskError std::domain_error: fragile");
  EXPECT_EQ(made.next()->number, 14);
}

}  // namespace

/// Reads otherwise than it was written at some numbers: fails, reads on after its own end, reads nothing.
struct Misread {
  int number = 0;
  std::string text = std::string(40, 't');
  template <class Archive>
  void save(Archive& archive, std::uint32_t) const {
    archive(number, text);
  }
  template <class Archive>
  void load(Archive& archive, std::uint32_t version) {
    if (version != 7) throw std::logic_error("version " + std::to_string(version));
    archive(number);
    if (number == 1) throw std::invalid_argument("one is refused");
    if (number == 5) return;
    archive(text);
    for (std::uint64_t more = 0; number == 3;) archive(more);
  }
};

}  // namespace proberen::test

CEREAL_CLASS_VERSION(proberen::test::Misread, 7);

namespace proberen::test {
namespace {

Misread write_misread(int number) { return {number}; }
int read_misread(const Misread& item) { return item.number * 10 + (item.text == Misread().text ? 1 : 0); }

TEST_P(PoolFailures, X19_AnItemThatIsReadWronglyHarmsNoOtherOfItsChunk) {
  Pool pool(1, options());
  const auto expect_items = [](auto next, const std::string& raised) {
    for (int index = 0; index < 8; ++index) {
      if (index == 1) {
        EXPECT_EQ(error_of(next), raised + "one is refused");
      } else if (index == 3) {
        EXPECT_NE(error_of(next).find("Failed to read 8 bytes"), std::string::npos);
      } else {
        EXPECT_EQ(next(), 10 * index + 1);
      }
    }
  };
  for (const std::size_t chunk : {1, 3, 8}) {
    std::vector<Misread> items(8);
    for (int index = 0; index < 8; ++index) items[static_cast<std::size_t>(index)].number = index;
    auto sent = pool.imap<read_misread>(items, chunk);
    expect_items([&] { return *sent.next(); }, "TaskError std::invalid_argument: ");
    auto made = pool.imap<write_misread>(numbers(8), chunk);
    expect_items([&] { return read_misread(*made.next()); }, "");
  }
}

}  // namespace
}  // namespace proberen::test
