// Conformance of ThreadPool: results, errors and the end (X18, X19, X20), as far as threads differ from processes or may go wrong alone.
#include <gtest/gtest.h>

#include <atomic>
#include <forward_list>
#include <latch>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <thread>

#include "primitives/tests/support/pools.hpp"
#include "proberen/thread_pool.hpp"

namespace proberen::test {
namespace {

/// What must be left at the end, which is nothing. The kernel's alarm ends a test that hangs.
class ThreadPoolTest : public testing::Test {
 protected:
  void SetUp() override {
    ::alarm(120);
    std::thread([] {}).join();  // ThreadSanitizer makes a thread of its own beside a program's first
    threads_ = ipc::detail::count_threads();
  }
  void TearDown() override {
    EXPECT_EQ(ipc::detail::count_threads(), threads_);
    ::alarm(0);
  }

 private:
  int threads_ = 0;
};

constexpr auto square = [](int x) { return x * x; };
constexpr auto nap = [](int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
};
int fail_at_three(int x) {
  if (x == 3) throw std::out_of_range("three is too many");
  return x;
}

TEST_F(ThreadPoolTest, X18_ApplyTakesAnyCallableAndWhatCannotBeCopied) {
  ThreadPool pool(2);
  EXPECT_EQ(pool.threads(), 2);
  EXPECT_EQ(pool.apply(square, 7), 49);
  EXPECT_EQ(pool.apply([](int x, const std::string& text) { return text + std::to_string(x); }, 6, "x"), "x6");
  EXPECT_EQ(*pool.apply([](std::unique_ptr<int> box) { return std::make_unique<int>(*box + 1); }, std::make_unique<int>(4)), 5);
  int seen = 0;
  EXPECT_EQ(pool.apply([&seen] { seen = 3; }), std::monostate());
  EXPECT_EQ(seen, 3);
  struct Point {
    int x;
    int shifted(int by) const { return x + by; }
  };
  EXPECT_EQ(pool.apply(&Point::shifted, Point{3}, 4), 7);
}

TEST_F(ThreadPoolTest, X18_MapEqualsASerialMapForEveryChunkSize) {
  ThreadPool pool(3);
  for (const int count : {0, 1, 2, 3, 100, 3'000}) {
    for (const std::size_t chunk : {0, 1, 7, 5'000}) EXPECT_EQ(pool.map(square, numbers(count), chunk), squares(count));
  }
  EXPECT_EQ(pool.map(square, std::forward_list{3, 2}), (std::vector<int>{9, 4}));
  EXPECT_EQ(pool.map(square, std::views::iota(0, 10)), squares(10));
  EXPECT_EQ(pool.map([](int x) { return x % 2 == 0; }, numbers(64), 1),
            pool.map(std::logical_not<bool>(), pool.map([](int x) { return x % 2 == 1; }, numbers(64), 1), 1));
}

TEST_F(ThreadPoolTest, X18_StarmapTakesTuplesAndPairs) {
  ThreadPool pool(2);
  EXPECT_EQ(pool.starmap(std::multiplies<int>(), std::vector<std::pair<int, int>>{{2, 3}, {4, 5}}), (std::vector<int>{6, 20}));
  EXPECT_EQ(pool.starmap([](int a, int b, int c) { return a + b + c; }, std::vector{std::tuple{1, 2, 3}}), std::vector{6});
}

TEST_F(ThreadPoolTest, X18_TasksRunAtTheSameTime) {
  ThreadPool pool(3);
  std::atomic<int> inside{0};
  // Each waits for all three.
  const auto met = pool.map_async(
      [&](int) {
        ++inside;
        return eventually([&] { return inside == 3; });
      },
      numbers(3), 1);
  EXPECT_EQ(met.get(), std::vector<bool>(3, true));
}

TEST_F(ThreadPoolTest, X18_ImapGivesResultsInOrderAndReadsItsInputOnDemand) {
  ThreadPool pool(2);
  for (const std::size_t chunk : {1, 3, 1'000}) {
    std::vector<int> results;
    for (const int result : pool.imap(square, numbers(500), chunk)) results.push_back(result);
    EXPECT_EQ(results, squares(500));
  }
  int read = 0;
  auto endless = std::views::iota(0) | std::views::transform([&](int x) { return ++read, x; });
  auto stream = pool.imap(square, endless);
  EXPECT_EQ(stream.next(), 0);
  EXPECT_EQ(stream.next(), 1);
  EXPECT_LT(read, 1'000);
  auto late = pool.imap(nap, std::vector{50, 1});
  EXPECT_EQ(late.next(), 50);
  EXPECT_EQ(late.next(), 1);
  EXPECT_EQ(late.next(), std::nullopt);
  EXPECT_THROW((void)pool.imap(square, numbers(1), 0), std::invalid_argument);
}

TEST_F(ThreadPoolTest, X18_ImapUnorderedGivesEachResultOnceTheFastFirst) {
  ThreadPool pool(2);
  std::vector<int> results;
  for (const int result : pool.imap_unordered(square, numbers(500), 3)) results.push_back(result);
  std::sort(results.begin(), results.end());
  EXPECT_EQ(results, squares(500));
  std::latch others(2);
  auto stream = pool.imap_unordered(
      [&](int x) {
        if (x == 0) others.wait();
        return x;
      },
      numbers(3));
  for (int index = 0; index < 2; ++index) {
    EXPECT_NE(stream.next(), 0);
    others.count_down();
  }
  EXPECT_EQ(stream.next(), 0);
}

TEST_F(ThreadPoolTest, X18_AsyncResultsTimeOutAndCallbacksAreCalledOnce) {
  ThreadPool pool(2);
  std::latch looked(1);
  const auto slow = pool.apply_async([&] {
    looked.wait();
    return 200;
  });
  EXPECT_EQ(slow.get_for(20ms), std::nullopt);
  EXPECT_FALSE(slow.ready());
  looked.count_down();
  EXPECT_EQ(slow.get(), 200);
  std::atomic<int> calls{0};
  for (int index = 0; index < 200; ++index) {
    const auto result = pool.map_async(square, numbers(3), 1);
    if (index % 2 == 0) result.wait();
    result.then([&](const std::vector<int>& squared) { calls += squared == squares(3); });
  }
  pool.apply_async(square, 2).then([&](int four) { pool.apply_async(square, four).then([&](int) { ++calls; }); });
  EXPECT_TRUE(eventually([&] { return calls == 201; }));
  std::this_thread::sleep_for(kGrace);
  EXPECT_EQ(calls, 201);
}

TEST_F(ThreadPoolTest, X18_ManyThreadsUseOnePoolAndTasksSubmitTasks) {
  ThreadPool pool(2);
  run_threads(4, [&](int thread) {
    for (int index = 0; index < scaled(500); ++index) ASSERT_EQ(pool.apply(square, thread + index), (thread + index) * (thread + index));
  });
  const auto inner = pool.apply([&] { return pool.map_async(square, numbers(50), 1); });
  EXPECT_EQ(inner.get(), squares(50));
}

TEST_F(ThreadPoolTest, X19_AnErrorArrivesAsItWasThrown) {
  ThreadPool pool(2);
  EXPECT_THROW((void)pool.apply(fail_at_three, 3), std::out_of_range);
  EXPECT_THROW((void)pool.apply([]() -> int { throw 7; }), int);
  EXPECT_EQ(pool.apply(fail_at_three, 4), 4);
  for (const std::size_t chunk : {1, 2, 100}) {
    auto stream = pool.imap(fail_at_three, numbers(6), chunk);
    for (int index = 0; index < 6; ++index) {
      if (index == 3) {
        EXPECT_THROW((void)stream.next(), std::out_of_range);
      } else {
        EXPECT_EQ(stream.next(), index);
      }
    }
    EXPECT_EQ(stream.next(), std::nullopt);
  }
}

TEST_F(ThreadPoolTest, X19_AMapFailsOnlyWhenAllIsDoneWithItsFirstError) {
  ThreadPool pool(2);
  std::atomic<int> done{0};
  const auto result = pool.map_async(
      [&](int x) {
        if (x % 10 == 5) throw std::invalid_argument(std::to_string(x));
        nap(1);
        ++done;
      },
      numbers(40), 1);
  EXPECT_EQ(error_of([&] { return result.get(); }), "5");
  EXPECT_EQ(done, 36);
  EXPECT_FALSE(result.successful());
}

TEST_F(ThreadPoolTest, X19_AnErrorOfTheInputSurfacesAtItsPlace) {
  ThreadPool pool(2);
  const auto faulty = std::views::iota(0, 10) | std::views::transform([](int x) {
                        if (x == 4) throw std::runtime_error("no fourth");
                        return x;
                      });
  EXPECT_EQ(error_of([&] { return pool.map(square, faulty); }), "no fourth");
  for (const std::size_t chunk : {1, 3, 10}) {
    auto stream = pool.imap(square, faulty, chunk);
    for (int index = 0; index < 4; ++index) EXPECT_EQ(stream.next(), index * index);
    EXPECT_EQ(error_of([&] { return stream.next(); }), "no fourth");
    EXPECT_EQ(stream.next(), std::nullopt);
  }
}

TEST_F(ThreadPoolTest, X20_EachThreadRunsTheInitializerBeforeTasks) {
  static thread_local int prepared = 0;
  std::atomic<int> runs{0};
  {
    ThreadPool pool(3, [&] {
      prepared = 7;
      ++runs;
    });
    EXPECT_EQ(pool.map([](int) { return prepared; }, numbers(100), 1), std::vector<int>(100, 7));
  }
  EXPECT_EQ(runs, 3);
}

TEST_F(ThreadPoolTest, X20_AnInitializerThatThrowsEndsThePool) {
  ThreadPool pool(2, [] { throw std::runtime_error("no tools"); });
  EXPECT_EQ(error_of([&] { return pool.apply(square, 1); }), "PoolEnded: the pool's initializer failed: no tools");
  pool.join();
}

TEST_F(ThreadPoolTest, X20_TerminateDropsWhatHasNotBegun) {
  ThreadPool pool(2);
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
  std::latch terminated(1);
  const auto result = pool.map_async(
      [&](int) {
        ++begun;
        terminated.wait();
        ++ended;
      },
      numbers(10'000), 1);
  EXPECT_TRUE(eventually([&] { return begun > 0; }));
  pool.terminate();
  terminated.count_down();
  pool.join();
  EXPECT_EQ(ended, begun);
  EXPECT_LE(begun, 2) << "one for each thread";
  EXPECT_EQ(error_of([&] { return result.get_for(0s); }), "PoolEnded: the pool was terminated");
  EXPECT_EQ(error_of([&] { return pool.apply(square, 1); }), "PoolEnded: the pool was terminated");
  pool.terminate();
  pool.join();
}

TEST_F(ThreadPoolTest, X20_ClosedItFinishesItsTasksAndTakesNoMore) {
  ThreadPool pool(2);
  const auto result = pool.map_async(nap, std::vector<int>(40, 2), 1);
  EXPECT_EQ(error_of([&] { return pool.join(), 0; }), "a pool that is running cannot be joined: close() or terminate() it first");
  pool.close();
  EXPECT_EQ(error_of([&] { return pool.apply(nap, 1); }), "the pool is closed: it takes no more tasks");
  EXPECT_THROW((void)pool.map(nap, std::vector<int>()), std::logic_error);
  EXPECT_THROW((void)pool.imap(nap, std::vector<int>()), std::logic_error);
  pool.join();
  EXPECT_TRUE(result.ready());
  EXPECT_EQ(result.get(), std::vector<int>(40, 2));
}

TEST_F(ThreadPoolTest, X20_TheEndRacesWithSubmissions) {
  for (int round = 0; round < scaled(200); ++round) {
    ThreadPool pool(2);
    std::vector<ThreadPool::AsyncResult<int>> results;
    run_threads(2, [&](int thread) {
      if (thread == 1) return round % 2 == 0 ? pool.terminate() : pool.close();
      try {
        for (int index = 0; index < 1'000; ++index) results.push_back(pool.apply_async(square, index));
      } catch (const ipc::PoolEnded&) {
      } catch (const std::logic_error&) {
      }
    });
    pool.join();
    for (std::size_t index = 0; index < results.size(); ++index) {
      ASSERT_TRUE(results[index].ready());
      if (results[index].successful())
        ASSERT_EQ(results[index].get(), square(static_cast<int>(index)));
      else
        ASSERT_EQ(round % 2, 0);
    }
  }
}

TEST_F(ThreadPoolTest, X20_ItsTasksCannotJoinItAndBadSizesAreRefused) {
  ThreadPool pool(1);
  EXPECT_EQ(error_of([&] {
              return pool.apply([&] {
                pool.close();
                pool.join();
              });
            }),
            "a task cannot join its pool");
  for (const int threads : {0, -1}) EXPECT_THROW(ThreadPool{threads}, std::invalid_argument);
}

}  // namespace
}  // namespace proberen::test
