// Conformance of ipc::Pool: workers that are killed (X22), at chosen instants and at random ones.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "primitives/tests/support/pools.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen::test {
namespace {

using ipc::Pool;

class KilledWorker : public PoolTest {};
PROBEREN_FOR_EVERY_METHOD(KilledWorker);

constexpr int kMostTasks = 60'000;

/// What workers note, in memory that outlives them: how often each task began and ended.
struct Board {
  std::atomic<std::uint8_t> begun[kMostTasks];
  std::atomic<std::uint8_t> ended[kMostTasks];
};

/// A worker's.
Board* board = nullptr;

void open_board(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  void* const memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (memory == MAP_FAILED) throw std::runtime_error("cannot open the board");
  board = static_cast<Board*>(memory);
}

int work(int index) {
  ++board->begun[index];
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(index % 7 == 0 ? 200 : 5);
  while (std::chrono::steady_clock::now() < end) {
  }
  ++board->ended[index];
  return index;
}

int square(int x) { return x * x; }
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}
int die_at_three(int x) {
  if (x == 3) ::raise(SIGKILL);
  return x;
}
int die_once(const std::string& path) {
  open_board(path);
  if (board->begun[0]++ == 0) ::raise(SIGKILL);
  return board->begun[0];
}

TEST_P(KilledWorker, X22_ItsTaskFailsAtOnceAndTheOthersGoOn) {
  const Gate gate;  // stays closed
  Pool pool(2, options());
  const auto victim = pool.apply_async<wait_at>(gate.path());
  const auto others = pool.map_async<nap>(std::vector<int>(100, 1), 1);
  others.wait();
  const pid_t busy = gate.visitor();
  ASSERT_NE(busy, 0);
  const auto begin = std::chrono::steady_clock::now();
  kill_worker(busy);
  EXPECT_EQ(error_of([&] { return victim.get(); }), "WorkerDied");
  RecordProperty("microseconds", std::to_string((std::chrono::steady_clock::now() - begin) / 1us));
  EXPECT_EQ(others.get(), std::vector<int>(100, 1));
  EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == 2; }));
  EXPECT_EQ(pool.map<square>({1, 2, 3}), (std::vector<int>{1, 4, 9}));
}

TEST_P(KilledWorker, X22_OnlyTheTaskThatWasRunningIsLost) {
  Pool pool(1, options());
  std::vector<ipc::AsyncResult<int>> results;
  for (int index = 0; index < 100; ++index) results.push_back(pool.apply_async<die_at_three>(index % 50));
  for (int index = 0; index < 100; ++index) {
    EXPECT_EQ(error_of([&] { return results[static_cast<std::size_t>(index)].get(); }), index % 50 == 3 ? "WorkerDied" : "") << index;
  }
  EXPECT_EQ(error_of([&] { return pool.map<die_at_three>({1, 2, 3, 4}, 1); }), "WorkerDied");
  EXPECT_EQ(error_of([&] { return pool.map<die_at_three>({1, 2, 4}, 1); }), "");
}

TEST_P(KilledWorker, X22_ATaskIsRunAgainWhereThatIsAskedFor) {
  const ipc::SharedMemory memory = ipc::SharedMemory::create(sizeof(Board));
  const ipc::Descriptor descriptor = memory.duplicate_descriptor();
  ipc::PoolOptions retrying = options();
  retrying.retry_on_crash = 1;
  Pool pool(2, retrying);
  EXPECT_EQ(pool.apply<die_once>(path_of(descriptor)), 2);
  EXPECT_EQ(error_of([&] { return pool.apply<die_at_three>(3); }), "WorkerDied");
}

TEST_P(KilledWorker, X22_AnIdlePoolReplacesItsWorkers) {
  Pool pool(2, options());
  const std::vector<pid_t> pids = pool.worker_pids();
  for (const pid_t pid : pids) kill_worker(pid);
  EXPECT_TRUE(eventually([&] { return is_gone(pids[0]) && is_gone(pids[1]) && pool.worker_pids().size() == 2; }));
  EXPECT_EQ(pool.map<square>({1, 2, 3}), (std::vector<int>{1, 4, 9}));
}

TEST_P(KilledWorker, X22_AClosedPoolStillEndsWhenItsWorkersAreKilled) {
  Pool pool(2, options());
  auto results = pool.imap_unordered<nap>(std::vector<int>(50, 2));
  std::vector<ipc::AsyncResult<int>> more;
  for (int index = 0; index < 50; ++index) more.push_back(pool.apply_async<nap>(1));
  pool.close();
  for (const pid_t pid : pool.worker_pids()) kill_worker(pid);
  pool.join();
  for (const auto& result : more) EXPECT_TRUE(result.ready());
}

/// Kills workers at random instants while they have many tiny tasks. What is wrong then, or "". A task that has no end before `patience`
/// has passed is taken for lost; where none is lost it is not reached.
std::string kill_loop(const ipc::PoolOptions& base, int kills, const ipc::detail::CrashPolicy& policy = ipc::detail::CrashPolicy(),
                      std::chrono::seconds patience = 60s) {
  ipc::SharedMemory memory = ipc::SharedMemory::create(sizeof(Board));
  Board* const seen = ::new (memory.data()) Board();
  const ipc::Descriptor descriptor = memory.duplicate_descriptor();
  ipc::PoolOptions options = base;
  options.initializer = ipc::task_call<open_board>(path_of(descriptor));
  auto pool = std::make_unique<Pool>(3, options, policy);
  std::set<pid_t> workers;
  std::minstd_rand random(static_cast<unsigned>(kills));
  std::vector<ipc::AsyncResult<int>> results;
  for (int killed = 0; killed < kills; ++killed) {
    for (int index = 0; index < 100 && results.size() < kMostTasks; ++index) {
      results.push_back(pool->apply_async<work>(static_cast<int>(results.size())));
    }
    // Where starting takes long all kills would hit workers that are not ready, and a pool gives up when that does not end.
    if (killed % 8 == 7) (void)results[results.size() - 100].wait_for(patience);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5'000));
    const std::vector<pid_t> pids = pool->worker_pids();
    workers.insert(pids.begin(), pids.end());
    if (!pids.empty()) kill_worker(pids[random() % pids.size()]);
  }
  int lost = 0;
  for (std::size_t index = 0; index < results.size(); ++index) {
    if (!results[index].wait_for(patience)) return "task " + std::to_string(index) + " has neither result nor error";
    const bool died = error_of([&] { return results[index].get(); }) == "WorkerDied";
    lost += died;
    if (!died && results[index].get() != static_cast<int>(index)) return "a result is another task's";
    if (seen->begun[index] > 1) return "task " + std::to_string(index) + " was run twice";
    if (!died && seen->ended[index] != 1) return "task " + std::to_string(index) + " has a result, but was not run";
  }
  if (lost > kills) return std::to_string(lost) + " tasks were lost by " + std::to_string(kills) + " kills";
  pool.reset();
  for (const pid_t worker : workers) {
    if (!is_gone(worker)) return "a worker is left behind";
  }
  return "";
}

TEST_P(KilledWorker, X22_RandomKillsLoseNothingElseAndNobodyHangs) { EXPECT_EQ(kill_loop(options(), scaled(150)), ""); }

/// The process that forked a worker; proc(5).
pid_t parent_of(pid_t worker) {
  const std::string stat = text_of("/proc/" + std::to_string(worker) + "/stat");
  pid_t parent = 0;
  EXPECT_EQ(std::sscanf(stat.c_str() + stat.rfind(')'), ") %*c %d", &parent), 1);
  return parent;
}

/// Those methods by which another process forks the workers; it can be stopped.
class StoppedParent : public PoolTest {
 protected:
  /// Has `count` of the workers killed, and seen to have been, while their parent is stopped.
  static void lose(Pool& pool, std::size_t count) {
    const std::vector<pid_t> pids = pool.worker_pids();
    for (std::size_t index = 0; index < count; ++index) kill_worker(pids[index]);
    ASSERT_TRUE(eventually([&] { return pool.worker_pids().size() == pids.size() - count; }));
  }
};
INSTANTIATE_TEST_SUITE_P(ByMethod, StoppedParent, testing::Values(ipc::StartMethod::fork, ipc::StartMethod::forkserver), ipc::method_name);

TEST_P(StoppedParent, X22_HoldsUpNeitherTasksNorTheWorkersThatRun) {
  Pool pool(3, options());
  {
    const ipc::Stopped stopped(parent_of(pool.worker_pids().front()));
    lose(pool, 1);
    std::vector<ipc::AsyncResult<int>> results;
    EXPECT_LT(ipc::duration_of([&] {
                for (int index = 0; index < 1000; ++index) results.push_back(pool.apply_async<square>(index));
                for (int index = 0; index < 1000; ++index) EXPECT_EQ(results[static_cast<std::size_t>(index)].get(), index * index);
                EXPECT_EQ(pool.map<square>({1, 2, 3}), (std::vector<int>{1, 4, 9}));
              }),
              ipc::kSoon);
    EXPECT_EQ(pool.worker_pids().size(), 2U) << "the third cannot be there yet";
  }
  EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == 3; }));
  EXPECT_EQ(pool.map<square>({4, 5, 6}), (std::vector<int>{16, 25, 36}));
}

TEST_P(StoppedParent, X22_TasksWaitForItWhereNoWorkerIsLeft) {
  Pool pool(2, options());
  std::vector<ipc::AsyncResult<int>> results;
  {
    const ipc::Stopped stopped(parent_of(pool.worker_pids().front()));
    lose(pool, 2);
    EXPECT_LT(ipc::duration_of([&] {
                for (int index = 0; index < 1000; ++index) results.push_back(pool.apply_async<square>(index));
                pool.close();
              }),
              ipc::kSoon);
    EXPECT_FALSE(results.front().ready());
  }
  pool.join();
  for (int index = 0; index < 1000; ++index) EXPECT_EQ(results[static_cast<std::size_t>(index)].get_for(0s), index * index);
}

TEST_P(StoppedParent, X22_TheEndOfThePoolDoesNotWaitForIt) {
  for (const std::size_t lost : {0U, 1U, 2U}) {
    std::optional<Pool> pool(std::in_place, 2, options());
    std::optional<ipc::AsyncResult<int>> result;
    const ipc::Stopped stopped(parent_of(pool->worker_pids().front()));
    lose(*pool, lost);
    result = pool->apply_async<nap>(600'000);  // longer than the test may take
    EXPECT_LT(ipc::duration_of([&] {
                pool->terminate();
                pool->join();
                pool.reset();
              }),
              ipc::kSoon);
    EXPECT_EQ(error_of([&] { return result->get(); }), "PoolEnded: the pool was terminated");
  }
}

TEST_P(StoppedParent, X22_OneThatIsKilledWhileItIsAskedIsReplacedOrMissed) {
  Pool pool(2, options());
  {
    const pid_t parent = parent_of(pool.worker_pids().front());
    const ipc::Stopped stopped(parent);
    lose(pool, 1);
    kill_worker(parent);
    EXPECT_EQ(pool.map<square>({1, 2, 3}), (std::vector<int>{1, 4, 9}));
  }
  // A nursery is what the pool's process was when the pool was made: there is no other one.
  const std::size_t expected = GetParam() == ipc::StartMethod::fork ? 1 : 2;
  EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == expected; }));
  EXPECT_EQ(pool.map<square>({4, 5, 6}), (std::vector<int>{16, 25, 36}));
}

int fork_and_return(int number) {
  if (::fork() == 0) return -1;
  return number;
}
int fork_and_throw(int number) {
  if (::fork() == 0) throw std::runtime_error("of a copy");
  return number;
}

TEST_P(KilledWorker, X22_ACopyOfAWorkerIsNoWorker) {
  Pool pool(2, options());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pool.apply<fork_and_return>(i), i);
    EXPECT_EQ(pool.apply<fork_and_throw>(i), i);
  }
  EXPECT_EQ(pool.map<[](int x) { return 2 * x; }>({1, 2, 3}), (std::vector<int>{2, 4, 6}));
}

int count_up(const std::string& counter) {
  const auto begun = ipc::Shared<std::atomic<int>>::map(ipc::Descriptor(::open(counter.c_str(), O_RDWR | O_CLOEXEC)));
  ++*begun;
  return nap(20);
}

TEST_P(KilledWorker, X22_BeginsNothingMoreWhenItsOwnerIsKilled) {
  const auto begun = ipc::Shared<std::atomic<int>>::create();
  const ipc::Descriptor descriptor = begun.duplicate_descriptor();
  const std::string counter = path_of(descriptor);
  const pid_t owner = ::fork();
  if (owner == 0) {
    ::alarm(60);
    try {
      Pool pool(2, options());
      (void)pool.map<count_up>(std::vector(1'000, counter), 1);
    } catch (const std::exception& exception) {
      std::fprintf(stderr, "the owner: %s\n", exception.what());
    }
    ::_exit(1);
  }
  EXPECT_TRUE(eventually([&] { return *begun > 4; }));
  ::kill(owner, SIGKILL);
  int status = 0;
  ASSERT_EQ(::waitpid(owner, &status, 0), owner);
  const int before = *begun;
  std::this_thread::sleep_for(500ms);
  EXPECT_LE(*begun, before + 2) << "each of the two may have looked just before";
}

TEST_P(KilledWorker, X22_ACopyOfThePoolCannotUseIt) {
  Pool pool(1, options());
  const pid_t child = ::fork();
  if (child == 0) {
    int refused = 0;
    const auto try_to = [&](const auto& use) {
      try {
        use();
      } catch (const std::system_error& error) {
        refused += error.code().value() == ECHILD;
      }
    };
    try_to([&] { (void)pool.apply_async<fork_and_return>(1); });
    try_to([&] { pool.close(); });
    try_to([&] { pool.terminate(); });
    try_to([&] { pool.join(); });
    try_to([&] { (void)pool.worker_pids(); });
    ::_exit(refused);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 5);
  EXPECT_EQ(pool.apply<[](int x) { return x + 1; }>(1), 2);
}

/// Runs again what a dead worker was running, although nobody asked for it.
class Resends : public ipc::detail::CrashPolicy {
 public:
  void settle(ipc::detail::RequestPointer running, std::vector<ipc::detail::RequestPointer> waiting, const std::exception_ptr& death,
              std::vector<ipc::detail::RequestPointer>& again, std::vector<ipc::detail::Outcome>& outcomes) const override {
    if (running) ++running->retries;
    CrashPolicy::settle(std::move(running), std::move(waiting), death, again, outcomes);
  }
};

/// Takes what was not begun for lost as well.
class GivesUpTooMuch : public ipc::detail::CrashPolicy {
 public:
  void settle(ipc::detail::RequestPointer running, std::vector<ipc::detail::RequestPointer> waiting, const std::exception_ptr& death,
              std::vector<ipc::detail::RequestPointer>& again, std::vector<ipc::detail::Outcome>& outcomes) const override {
    CrashPolicy::settle(std::move(running), {}, death, again, outcomes);
    for (auto& request : waiting) CrashPolicy::settle(std::move(request), {}, death, again, outcomes);
  }
};

/// Forgets what a dead worker was running, as Python's pool does.
class Forgets : public ipc::detail::CrashPolicy {
 public:
  void settle(ipc::detail::RequestPointer, std::vector<ipc::detail::RequestPointer> waiting, const std::exception_ptr& death,
              std::vector<ipc::detail::RequestPointer>& again, std::vector<ipc::detail::Outcome>& outcomes) const override {
    CrashPolicy::settle(nullptr, std::move(waiting), death, again, outcomes);
  }
};

TEST(KnownBadPool, X22_APoolThatRunsLostTasksAgainIsSeen) {
  EXPECT_NE(kill_loop({}, 60, Resends()).find("was run twice"), std::string::npos);
}
TEST(KnownBadPool, X22_APoolThatGivesUpWaitingTasksIsSeen) {
  EXPECT_NE(kill_loop({}, 60, GivesUpTooMuch()).find("tasks were lost"), std::string::npos);
}
TEST(KnownBadPool, X22_APoolThatForgetsTheTaskIsSeen) {
  EXPECT_NE(kill_loop({}, 60, Forgets(), 5s).find("neither result nor error"), std::string::npos);
}

}  // namespace
}  // namespace proberen::test
