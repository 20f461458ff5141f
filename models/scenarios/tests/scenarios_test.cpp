// The explore method on small subjects as they ship, right and wrong, with exact counts of executions.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/scenarios/execution.hpp"
#include "models/scenarios/telling.hpp"
#include "proberen/explore.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/scenarios_method.hpp"
#include "proberen/spec/counter.hpp"
#include "proberen/spec/mutex.hpp"

const char proberen_explores_itself = 1;

namespace proberen {
namespace {

/// A message in plain memory behind a flag.
template <std::memory_order kStore, std::memory_order kLoad>
struct Mailbox {
  int message = 0;
  std::atomic<bool> full{false};

  void send() {
    message = 1;
    full.store(true, kStore);
  }
  bool receive() { return full.load(kLoad) && message == 1; }
};

/// `send` once; `receive` says whether it has been.
struct Mail {
  bool sent = false;
  static std::vector<std::string> operations() { return {"send", "receive"}; }
  [[nodiscard]] std::vector<spec::Step<Mail>> step(const Call& call, int) const {
    if (call.operation == "send") return {{Value(), Mail{true}}};
    return {{sent, *this}};
  }
  [[nodiscard]] std::string key() const { return sent ? "1" : "0"; }
};

/// A gate that opens once; `kLost` looks, and then falls asleep on whatever the word holds.
template <bool kLost>
struct Door {
  std::atomic<std::uint32_t> open{0};

  void wait() {
    while (open.load(std::memory_order_acquire) == 0) {
      NativePlatform::park(open, kLost ? open.load(std::memory_order_relaxed) : 0, kForever);
      if (kLost) return;
    }
  }
  void send() {
    open.store(1, std::memory_order_release);
    NativePlatform::unpark(open, kWakeAll);
  }
};

struct DoorSpec {
  bool open = false;
  static std::vector<std::string> operations() { return {"wait", "send"}; }
  [[nodiscard]] std::vector<spec::Step<DoorSpec>> step(const Call& call, int) const {
    if (call.operation == "send") return {{Value(), DoorSpec{true}}};
    if (!open) return {};
    return {{Value(), *this}};
  }
  [[nodiscard]] std::string key() const { return open ? "1" : "0"; }
};

struct SpinLock {
  std::atomic<bool> held{false};
  void acquire() {
    while (held.exchange(true, std::memory_order_acquire)) NativePlatform::relax();
  }
  std::string release() { return held.exchange(false, std::memory_order_release) ? "ok" : "not_held"; }
};

/// Counts with a load and a store.
struct TornCounter {
  std::atomic<int> count{0};
  int increment() {
    const int next = count.load(std::memory_order_relaxed) + 1;
    count.store(next, std::memory_order_relaxed);
    return next;
  }
};

struct WholeCounter {
  std::atomic<int> count{0};
  int increment() { return count.fetch_add(1, std::memory_order_acq_rel) + 1; }
  [[nodiscard]] int read() const { return count.load(std::memory_order_relaxed); }
};

/// Behind a mutex of the C library.
struct MutexCounter {
  std::mutex mutex;
  int count = 0;
  int increment() {
    const std::lock_guard lock(mutex);
    return ++count;
  }
};

/// With state that outlives the object: each execution must find it as the first one did.
struct CounterOfAll {
  static inline int made = 0;
  std::atomic<int> count{0};
  CounterOfAll() { ++made; }
  int increment() { return count.fetch_add(made, std::memory_order_relaxed) + made; }
};

struct Thrower {
  std::atomic<int> count{0};
  int increment() {
    if (count.fetch_add(1, std::memory_order_relaxed) == 1) throw std::runtime_error("no luck");
    return 1;
  }
};

struct Dangler {
  int* last = nullptr;
  std::atomic<int> count{0};
  int increment() {
    if (last == nullptr) last = new int(0);
    delete last;
    return ++*last;
  }
};

using Right = Mailbox<std::memory_order_release, std::memory_order_acquire>;
using WeakStore = Mailbox<std::memory_order_relaxed, std::memory_order_acquire>;
using WeakLoad = Mailbox<std::memory_order_release, std::memory_order_relaxed>;

PROBEREN_NAMED_SUBJECT("right", Right, Mail{}).operation("send", &Right::send).operation("receive", &Right::receive);
PROBEREN_NAMED_SUBJECT("weak store", WeakStore, Mail{}).operation("send", &WeakStore::send).operation("receive", &WeakStore::receive);
PROBEREN_NAMED_SUBJECT("weak load", WeakLoad, Mail{}).operation("send", &WeakLoad::send).operation("receive", &WeakLoad::receive);
PROBEREN_NAMED_SUBJECT("door", Door<false>, DoorSpec{}).operation("wait", &Door<false>::wait).operation("send", &Door<false>::send);
PROBEREN_NAMED_SUBJECT("lost door", Door<true>, DoorSpec{}).operation("wait", &Door<true>::wait).operation("send", &Door<true>::send);
PROBEREN_NAMED_SUBJECT("spin lock", SpinLock, spec::Mutex{})
    .operation("acquire", &SpinLock::acquire)
    .operation("release", &SpinLock::release);
PROBEREN_NAMED_SUBJECT("torn", TornCounter, spec::Counter{}).operation("increment", &TornCounter::increment);
PROBEREN_NAMED_SUBJECT("whole", WholeCounter, spec::Counter{})
    .operation("increment", &WholeCounter::increment)
    .invariant("two at most", [](WholeCounter& counter) { return counter.read() <= 2; });
PROBEREN_NAMED_SUBJECT("mutex", MutexCounter, spec::Counter{}).operation("increment", &MutexCounter::increment);
PROBEREN_NAMED_SUBJECT("of all", CounterOfAll, spec::Counter{}).operation("increment", &CounterOfAll::increment);
PROBEREN_NAMED_SUBJECT("thrower", Thrower, spec::Counter{}).operation("increment", &Thrower::increment);
PROBEREN_NAMED_SUBJECT("dangler", Dangler, spec::Counter{}).operation("increment", &Dangler::increment);

const Subject& named(const std::string& name) {
  for (const Subject& subject : subjects()) {
    if (subject.name == name) return subject;
  }
  throw std::logic_error("no subject " + name);
}

scenarios::SearchResult explored(const std::string& name, const std::string& scenario) {
  return scenarios::search(named(name), parse_scenario(named(name), scenario), {});
}

struct Golden {
  const char* subject;
  const char* scenario;
  std::uint64_t executions;
  std::uint64_t stuck;
  std::uint64_t histories;
};

class RightSubjects : public testing::TestWithParam<Golden> {};

TEST_P(RightSubjects, AreExhausted) {
  const Golden& golden = GetParam();
  const scenarios::SearchResult result = explored(golden.subject, golden.scenario);
  EXPECT_TRUE(result.exhausted);
  EXPECT_FALSE(result.failure) << result.failure->kind << ": " << result.failure->message;
  EXPECT_EQ(result.counts.executions, golden.executions);
  EXPECT_EQ(result.counts.stuck, golden.stuck);
  EXPECT_EQ(result.histories, golden.histories);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, RightSubjects,
                         testing::Values(Golden{"right", "send | receive", 2, 0, 2},                         //
                                         Golden{"right", "send | receive receive", 3, 0, 3},                 //
                                         Golden{"door", "wait | send", 4, 0, 1},                             //
                                         Golden{"door", "wait", 1, 1, 1},                                    //
                                         Golden{"door", "wait | wait", 2, 2, 1},                             //
                                         Golden{"spin lock", "acquire release | acquire release", 2, 0, 2},  //
                                         Golden{"spin lock", "acquire | acquire", 2, 2, 2},                  //
                                         Golden{"spin lock", "acquire : acquire | release", 1, 0, 1},        //
                                         Golden{"whole", "increment | increment", 2, 0, 2},                  //
                                         Golden{"mutex", "increment | increment", 2, 0, 2},                  //
                                         Golden{"of all", "increment | increment", 2, 0, 2}));

struct Wrong {
  const char* subject;
  const char* scenario;
  const char* kind;
  const char* message;  ///< a part of it
};

class WrongSubjects : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSubjects, AreFoundAndTheirWitnessesReplay) {
  const Wrong& wrong = GetParam();
  const scenarios::SearchResult found = explored(wrong.subject, wrong.scenario);
  ASSERT_TRUE(found.failure);
  EXPECT_FALSE(found.exhausted);
  EXPECT_EQ(found.failure->kind, wrong.kind) << found.failure->message;
  EXPECT_NE(found.failure->message.find(wrong.message), std::string::npos) << found.failure->message;
  EXPECT_FALSE(found.failure->history.empty());
  const auto& steps = found.failure->interleaving;
  const auto is_here = [](const std::string& location) { return location.find("scenarios_test.cpp:") != std::string::npos; };
  EXPECT_FALSE(steps.empty());
  EXPECT_TRUE(is_here(found.failure->location) ||
              std::any_of(steps.begin(), steps.end(), [&](const Event& step) { return is_here(step.location); }));

  explore::Options options;
  options.search = explore::Search::kReplay;
  options.witness = found.failure->witness;
  const Subject& subject = named(wrong.subject);
  const scenarios::SearchResult again = scenarios::search(subject, parse_scenario(subject, wrong.scenario), options);
  ASSERT_TRUE(again.failure);
  EXPECT_EQ(again.failure->kind, found.failure->kind);
  EXPECT_EQ(again.failure->message, found.failure->message);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, WrongSubjects,
                         testing::Values(Wrong{"weak store", "send | receive", "data-race", "neither happens before the other"},
                                         Wrong{"weak load", "send | receive", "data-race", "neither happens before the other"},
                                         Wrong{"lost door", "wait | send", "lost-wake-up", "stays blocked in wait"},
                                         Wrong{"torn", "increment | increment", "not-linearizable", "where the spec allows"},
                                         Wrong{"whole", "increment increment | increment", "invariant", "'two at most'"},
                                         Wrong{"thrower", "increment | increment", "uncaught-exception", "no luck"},
                                         Wrong{"dangler", "increment", "use-after-free", "has freed"}));

std::vector<Record> records_of(const std::string& name, const Request& request) {
  std::vector<Record> records;
  make_scenarios_method()->run(
      named(name), request, [&](Record record) { records.push_back(std::move(record)); }, [](std::string_view) {});
  return records;
}

TEST(ScenariosMethod, SaysThatASearchIsComplete) {
  Request request;
  request.scenario = "increment | increment";
  const std::vector<Record> records = records_of("whole", request);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].verdict, Verdict::kPass);
  EXPECT_TRUE(records[0].complete);
  EXPECT_EQ(records[0].how, "exhaustive, 2 executions");
  EXPECT_EQ(records[0].configuration.at("engine"), "proberen");
}

TEST(ScenariosMethod, ShrinksAndGivesALineThatReplays) {
  Request request;
  const std::vector<Record> records = records_of("torn", request);
  ASSERT_FALSE(records.empty());
  const auto failed = std::find_if(records.begin(), records.end(), [](const Record& record) { return record.verdict == Verdict::kFail; });
  ASSERT_NE(failed, records.end());
  EXPECT_EQ(failed->failure->scenario, "increment | increment");
  request.scenario = failed->failure->scenario;
  request.witness = failed->failure->witness;
  const std::vector<Record> again = records_of("torn", request);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].verdict, Verdict::kFail);
  EXPECT_EQ(again[0].failure->kind, "not-linearizable");
}

TEST(ScenariosMethod, LeavesWitnessesOfOthersToThem) {
  Request request;
  request.scenario = "increment | increment";
  request.witness = "R17";
  EXPECT_EQ(records_of("torn", request).at(0).verdict, Verdict::kSkipped);
  request.witness = "Enonsense";
  EXPECT_THROW((void)records_of("torn", request), std::invalid_argument);
}

TEST(ScenariosMethod, SaysWhatItHadNoTimeFor) {
  Request request;
  request.scenario = "increment increment increment increment | increment increment increment increment | increment increment increment";
  request.time = std::chrono::milliseconds(50);
  const std::vector<Record> records = records_of("mutex", request);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].verdict, Verdict::kInconclusive);
  EXPECT_FALSE(records[0].complete);
  EXPECT_NE(records[0].reason, "");
}

TEST(Telling, NumbersThreadsAsTheScenarioDoes) {
  const scenarios::Telling telling(0x1000, 8);
  EXPECT_EQ(telling.text("thread 2 waits for 0x1004 (from T1.3), thread 0, 0x1008, T0.1 0x1000"),
            "thread 1 waits for object+4 (from T0.3), main, 0x1008, main.1 object");
}

}  // namespace
}  // namespace proberen
