// Conformance of ipc::Pool: its end, and the lives of its workers (X20, X21).
#include <sys/resource.h>

#include <optional>
#include <set>
#include <thread>

#include "primitives/tests/support/pools.hpp"

namespace proberen::test {
namespace {

using ipc::Pool;

class PoolEnd : public PoolTest {};
class WorkerLifetime : public PoolTest {};
PROBEREN_FOR_EVERY_METHOD(PoolEnd);
PROBEREN_FOR_EVERY_METHOD(WorkerLifetime);

int own_pid(int) { return ::getpid(); }
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}

TEST_P(PoolEnd, X20_TerminateDoesNotWaitForTasks) {
  Pool pool(2, options());
  const auto result = pool.map_async<nap>(std::vector<int>(10'000, 100), 1);  // longer than the test may take
  const std::vector<pid_t> pids = pool.worker_pids();
  std::this_thread::sleep_for(50ms);
  pool.terminate();
  pool.join();
  EXPECT_EQ(error_of([&] { return result.get_for(0s); }), "PoolEnded: the pool was terminated");
  for (const pid_t pid : pids) EXPECT_TRUE(is_gone(pid));
  EXPECT_EQ(error_of([&] { return pool.apply<nap>(1); }), "PoolEnded: the pool was terminated");
  pool.terminate();
  pool.join();
}

TEST_P(PoolEnd, X20_TheDestructorTerminatesAndResultsOutliveIt) {
  std::optional<ipc::AsyncResult<int>> result;
  {
    Pool pool(2, options());
    result = pool.apply_async<nap>(600'000);  // longer than the test may take
  }
  EXPECT_EQ(error_of([&] { return result->get(); }), "PoolEnded: the pool was terminated");
}

TEST_P(PoolEnd, X20_ClosedItFinishesItsTasksAndTakesNoMore) {
  Pool pool(2, options());
  const auto result = pool.map_async<nap>(std::vector<int>(40, 2), 1);
  EXPECT_EQ(error_of([&] { return pool.join(), 0; }), "a pool that is running cannot be joined: close() or terminate() it first");
  pool.close();
  EXPECT_THROW((void)pool.apply<nap>(1), std::logic_error);
  EXPECT_THROW((void)pool.map<nap>(std::vector<int>()), std::logic_error);
  EXPECT_THROW((void)pool.imap<nap>(std::vector<int>()), std::logic_error);
  pool.join();
  EXPECT_EQ(result.get(), std::vector<int>(40, 2));
  EXPECT_TRUE(pool.worker_pids().empty());
}

TEST_P(PoolEnd, AStopEndsAJoin) {
  Gate gate;
  Pool pool(2, options());
  const auto result = pool.apply_async<wait_at>(gate.path());
  pool.close();
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(kGrace);
    source.request_stop();
  });
  EXPECT_FALSE(pool.join(source.get_token()));
  EXPECT_FALSE(result.get(source.get_token()));
  EXPECT_NE(gate.visitor(), 0);
  gate.open();
  EXPECT_TRUE(pool.join(std::stop_token()));
  EXPECT_EQ(result.get(), gate.path());
}

TEST_P(PoolEnd, X20_BadSizesAreRefused) {
  EXPECT_EQ(error_of([&] { return Pool(0, options()), 0; }), "a pool needs at least 1 worker, not 0");
  EXPECT_EQ(error_of([&] { return Pool(-1, options()), 0; }), "a pool needs at least 1 worker, not -1");
  ipc::PoolOptions bad = options();
  bad.retry_on_crash = -1;
  EXPECT_THROW(Pool(1, bad), std::invalid_argument);
  Pool pool(1, options());
  EXPECT_THROW((void)pool.imap<nap>(std::vector{1}, 0), std::invalid_argument);
}

TEST_P(PoolEnd, X20_AFailureAmongTheFirstWorkersEndsThoseThatWereStarted) {
  // Descriptors for a few workers, not for all; what is left is checked when the test is over.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{static_cast<rlim_t>(ipc::count_descriptors()) + 16, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_THROW(Pool(50, options()), std::system_error);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_P(PoolEnd, X20_ACopyOfThePoolInAForkedChildLeavesItAlone) {
  auto pool = std::make_unique<Pool>(1, options());
  EXPECT_EQ(pool->apply<nap>(1), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    pool.reset();
    ::_exit(0);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(pool->apply<nap>(2), 2);
}

TEST_P(WorkerLifetime, X21_WorkersAreReplacedAfterTheirTasks) {
  ipc::PoolOptions limited = options();
  limited.max_tasks_per_worker = 10;
  Pool pool(2, limited);
  const std::vector<pid_t> first = pool.worker_pids();
  const std::vector<int> pids = pool.map<own_pid>(std::vector<int>(100, 0), 1);
  std::multiset<int> counts(pids.begin(), pids.end());
  for (const int pid : pids) EXPECT_LE(counts.count(pid), 10U);
  EXPECT_GE(std::set<int>(pids.begin(), pids.end()).size(), 10U);
  EXPECT_TRUE(eventually([&] { return is_gone(first[0]) && is_gone(first[1]); }));
  EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == 2; }));
  EXPECT_GT(pool.apply<own_pid>(0), 0);
}

TEST_P(WorkerLifetime, X21_JoinEndsWhenClosedInTheMiddleOfLimitedLives) {
  ipc::PoolOptions limited = options();
  limited.max_tasks_per_worker = 1;
  Pool pool(3, limited);
  std::vector<ipc::AsyncResult<int>> results;
  for (int index = 0; index < 12; ++index) results.push_back(pool.apply_async<nap>(index));
  pool.close();
  pool.join();
  for (int index = 0; index < 12; ++index) EXPECT_EQ(results[static_cast<std::size_t>(index)].get_for(0s), index);
}

TEST_P(WorkerLifetime, X21_LimitsBelowOneAreRefused) {
  for (const int limit : {0, -1}) {
    ipc::PoolOptions bad = options();
    bad.max_tasks_per_worker = limit;
    EXPECT_EQ(error_of([&] { return Pool(1, bad), 0; }), "max_tasks_per_worker is at least 1, not " + std::to_string(limit));
  }
}

int prepared = 0;
void prepare(int number) { prepared += number; }
int read_prepared(int) { return prepared; }
void refuse() { throw std::runtime_error("no database"); }

TEST_P(WorkerLifetime, X21_TheInitializerRunsOnceInEachWorker) {
  ipc::PoolOptions initialized = options();
  initialized.initializer = ipc::task_call<prepare>(5);
  initialized.max_tasks_per_worker = 3;
  Pool pool(2, initialized);
  EXPECT_EQ(pool.map<read_prepared>(std::vector<int>(30, 0), 1), std::vector<int>(30, 5));
  EXPECT_EQ(prepared, 0);
}

TEST_P(WorkerLifetime, X21_AFailingInitializerEndsThePoolWithItsMessage) {
  ipc::PoolOptions failing = options();
  failing.initializer = ipc::task_call<refuse>();
  Pool pool(2, failing);
  const std::string expected = "PoolEnded: the pool's initializer failed: std::runtime_error: no database";
  EXPECT_EQ(error_of([&] { return pool.map<nap>(std::vector{1, 2}); }), expected);
  EXPECT_EQ(error_of([&] { return pool.apply<nap>(1); }), expected);
  pool.close();
  pool.join();
}

TEST_P(WorkerLifetime, X21_WorkersThatDieAtOnceAreNotReplacedForEver) {
  ipc::PoolOptions deadly = options();
  deadly.initializer = ipc::task_call<[] { ::raise(SIGKILL); }>();
  Pool pool(2, deadly);
  EXPECT_EQ(error_of([&] { return pool.apply<nap>(1); }), "PoolEnded: the pool's workers die before they are ready");
}

TEST(PoolByFork, X20_IsRefusedWhereThereAreThreadsUnlessAskedFor) {
  std::jthread other([](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
  });
  EXPECT_THROW(Pool(1, {.method = ipc::StartMethod::fork}), std::runtime_error);
  Pool pool(1, {.method = ipc::StartMethod::fork, .allow_fork_with_threads = true});
  EXPECT_EQ(pool.apply<nap>(1), 1);
}

}  // namespace
}  // namespace proberen::test
