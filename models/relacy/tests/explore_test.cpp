// The explore method on small subjects, right and wrong, with exact counts of executions where the search is exhaustive.

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "models/relacy/execution.hpp"
#include "models/relacy/witness.hpp"
#include "proberen/default_platform.hpp"
#include "proberen/relacy_method.hpp"
#include "proberen/spec/counter.hpp"

namespace proberen {
namespace {

/// A message in plain memory behind a flag, as Relacy's platform sees it.
template <std::memory_order kStore, std::memory_order kLoad>
struct Mailbox {
  using Platform = DefaultPlatform;
  Platform::SharedData message;
  Platform::Atomic<bool> full{false};

  void send() {
    message.write();
    full.store(true, kStore);
  }
  bool receive() {
    if (!full.load(kLoad)) return false;
    message.read();
    return true;
  }
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
  using Platform = DefaultPlatform;
  Platform::Atomic<std::uint32_t> open{0};

  void wait() {
    while (open.load(std::memory_order_acquire) == 0) {
      const std::uint32_t expected = kLost ? open.load(std::memory_order_relaxed) : 0;
      Platform::park(open, expected, kForever);
      if (kLost) return;
    }
  }
  void send() {
    open.store(1, std::memory_order_release);
    Platform::unpark(open, kWakeAll);
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

/// Counts with a load and a store.
struct TornCounter {
  using Platform = DefaultPlatform;
  Platform::Atomic<int> count{0};
  int increment() {
    const int next = count.load(std::memory_order_relaxed) + 1;
    count.store(next, std::memory_order_relaxed);
    return next;
  }
};

struct WholeCounter {
  using Platform = DefaultPlatform;
  Platform::Atomic<int> count{0};
  int increment() { return count.fetch_add(1, std::memory_order_acq_rel) + 1; }
  int read() { return count.load(std::memory_order_relaxed); }
};

struct Spinner {
  using Platform = DefaultPlatform;
  Platform::Atomic<int> never{0};
  int increment() {
    while (never.load(std::memory_order_relaxed) == 0) Platform::yield();
    return 1;
  }
};

struct Thrower {
  using Platform = DefaultPlatform;
  Platform::Atomic<int> count{0};
  int increment() { throw std::runtime_error("no luck"); }
};

[[noreturn]] void fail() { throw std::runtime_error("not allowed"); }

struct Terminator {
  using Platform = DefaultPlatform;
  Platform::Atomic<int> count{0};
  int increment() noexcept {
    if (count.fetch_add(1, std::memory_order_relaxed) == 1) fail();
    return count.load(std::memory_order_relaxed);
  }
};

struct Native {
  int increment() { return 1; }
};

using Right = Mailbox<std::memory_order_release, std::memory_order_acquire>;
using WeakStore = Mailbox<std::memory_order_relaxed, std::memory_order_acquire>;
using WeakLoad = Mailbox<std::memory_order_release, std::memory_order_relaxed>;

PROBEREN_NAMED_SUBJECT("right", Right, Mail{}).operation("send", &Right::send).operation("receive", &Right::receive);
PROBEREN_NAMED_SUBJECT("weak store", WeakStore, Mail{}).operation("send", &WeakStore::send).operation("receive", &WeakStore::receive);
PROBEREN_NAMED_SUBJECT("weak load", WeakLoad, Mail{}).operation("send", &WeakLoad::send).operation("receive", &WeakLoad::receive);
PROBEREN_NAMED_SUBJECT("door", Door<false>, DoorSpec{}).operation("wait", &Door<false>::wait).operation("send", &Door<false>::send);
PROBEREN_NAMED_SUBJECT("lost door", Door<true>, DoorSpec{}).operation("wait", &Door<true>::wait).operation("send", &Door<true>::send);
PROBEREN_NAMED_SUBJECT("torn", TornCounter, spec::Counter{}).operation("increment", &TornCounter::increment);
PROBEREN_NAMED_SUBJECT("whole", WholeCounter, spec::Counter{})
    .operation("increment", &WholeCounter::increment)
    .invariant("two at most", [](WholeCounter& counter) { return counter.read() <= 2; });
PROBEREN_NAMED_SUBJECT("spinner", Spinner, spec::Counter{}).operation("increment", &Spinner::increment);
PROBEREN_NAMED_SUBJECT("thrower", Thrower, spec::Counter{}).operation("increment", &Thrower::increment);
PROBEREN_NAMED_SUBJECT("terminator", Terminator, spec::Counter{}).operation("increment", &Terminator::increment);
PROBEREN_NAMED_SUBJECT("native", Native, spec::Counter{}).operation("increment", &Native::increment);

const Subject& named(const std::string& name) {
  for (const Subject& subject : subjects()) {
    if (subject.name == name) return subject;
  }
  throw std::logic_error("no subject " + name);
}

relacy::SearchResult full(const std::string& name, const std::string& scenario) {
  const Subject& subject = named(name);
  return relacy::search(subject, parse_scenario(subject, scenario), relacy::Strategy::kFull, 0,
                        {relacy::Clock::now() + std::chrono::seconds(60), ~std::uint64_t{0}});
}

relacy::SearchResult sampled(const std::string& name, const std::string& scenario) {
  const Subject& subject = named(name);
  return relacy::search(subject, parse_scenario(subject, scenario), relacy::Strategy::kRandom, 1,
                        {relacy::Clock::now() + std::chrono::seconds(60), 2000});
}

std::vector<Record> explore(const std::string& name, Request request) {
  std::vector<Record> records;
  request.variant = "relacy";
  request.time = std::chrono::milliseconds(500);
  make_explore_method()->run(
      named(name), request, [&](Record record) { records.push_back(std::move(record)); }, [](std::string_view) {});
  return records;
}

TEST(Explore, ExhaustsARightMessage) {
  const relacy::SearchResult result = full("right", "send | receive");
  EXPECT_FALSE(result.failure);
  EXPECT_TRUE(result.exhausted);
  EXPECT_EQ(result.executions, 9u);
  EXPECT_EQ(result.histories, 4u);  // two results, each with the one call before the other or beside it
}

TEST(Explore, FindsTheRaceOfAWeakStoreAndOfAWeakLoad) {
  for (const char* name : {"weak store", "weak load"}) {
    const relacy::SearchResult result = full(name, "send | receive");
    ASSERT_TRUE(result.failure) << name;
    EXPECT_EQ(result.failure->kind, "data-race") << name;
    EXPECT_NE(result.failure->location.find("explore_test.cpp:"), std::string::npos) << result.failure->location;
    EXPECT_FALSE(result.failure->interleaving.empty());
  }
}

TEST(Explore, TellsBlockingFromALostWakeUp) {
  EXPECT_FALSE(full("door", "wait | send").failure);
  const relacy::SearchResult alone = full("door", "wait | wait");
  EXPECT_FALSE(alone.failure) << "the spec blocks both for ever";
  EXPECT_EQ(alone.stuck, alone.executions);
  const relacy::SearchResult lost = full("lost door", "wait | send");
  ASSERT_TRUE(lost.failure);
  EXPECT_EQ(lost.failure->kind, "lost-wake-up");
}

TEST(Explore, FindsWhatNoOrderExplains) {
  const relacy::SearchResult result = full("torn", "increment | increment");
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->kind, "not-linearizable");
  ASSERT_EQ(result.failure->history.size(), 2u);
  EXPECT_EQ(result.failure->history[0].result, result.failure->history[1].result);
}

TEST(Explore, CountsExecutionsExactly) { EXPECT_EQ(full("whole", "increment | increment").executions, 6u); }

TEST(Explore, LooksAtInvariantsWhenAllIsQuiet) {
  const relacy::SearchResult result = full("whole", "increment | increment increment");
  ASSERT_TRUE(result.failure);
  EXPECT_EQ(result.failure->kind, "invariant");
}

TEST(Explore, NamesLivelockExceptionAndTerminate) {
  ASSERT_TRUE(sampled("spinner", "increment").failure);
  EXPECT_EQ(sampled("spinner", "increment").failure->kind, "livelock");
  EXPECT_EQ(sampled("thrower", "increment").failure->kind, "uncaught-exception");
  EXPECT_NE(sampled("thrower", "increment").failure->message.find("no luck"), std::string::npos);
  EXPECT_EQ(sampled("terminator", "increment increment").failure->kind, "uncaught-exception");
  EXPECT_FALSE(full("right", "send | receive").failure) << "and what comes after one of them is as before";
}

TEST(Explore, AWitnessIsTheSameFailureAgain) {
  for (const relacy::SearchResult& found :
       {full("torn", "increment | increment increment"), sampled("torn", "increment | increment increment")}) {
    ASSERT_TRUE(found.failure);
    const Subject& subject = named("torn");
    const Scenario scenario = parse_scenario(subject, "increment | increment increment");
    const relacy::SearchResult again = relacy::replay(subject, scenario, found.witness);
    ASSERT_TRUE(again.failure) << found.witness;
    EXPECT_EQ(again.failure->message, found.failure->message);
    ASSERT_EQ(again.failure->interleaving.size(), found.failure->interleaving.size());
    for (std::size_t i = 0; i < again.failure->interleaving.size(); ++i) {
      EXPECT_EQ(again.failure->interleaving[i].text, found.failure->interleaving[i].text);
      EXPECT_EQ(again.failure->interleaving[i].thread, found.failure->interleaving[i].thread);
    }
  }
}

TEST(Explore, RefusesWhatIsNoWitness) {
  for (const char* text : {"", "R", "Rx", "X12", "F12", "F12-20", "F12-2z0", "R99999999999999999999"}) {
    EXPECT_THROW((void)relacy::parse_witness(text), std::invalid_argument) << text;
  }
  const std::string token = "F12-201310";
  EXPECT_EQ(relacy::to_text(relacy::parse_witness(token)), token);
  EXPECT_EQ(relacy::to_text(relacy::parse_witness("R77")), "R77");
}

TEST(Explore, ShrinksAndSaysHowToReplay) {
  const std::vector<Record> records = explore("torn", {});
  const auto failed = std::find_if(records.begin(), records.end(), [](const Record& record) { return record.verdict == Verdict::kFail; });
  ASSERT_NE(failed, records.end());
  EXPECT_EQ(failed->failure->scenario, "increment | increment");
  EXPECT_NE(failed->failure->replay.find("proberen explore torn --scenario 'increment | increment' --witness "), std::string::npos);
  Request request;
  request.scenario = failed->failure->scenario;
  request.witness = failed->failure->witness;
  const std::vector<Record> again = explore("torn", request);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again.front().verdict, Verdict::kFail);
}

TEST(Explore, SkipsWithTheReasonWhatRunsOnNoModelCheckersPlatform) {
  const std::vector<Record> records = explore("native", {});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records.front().verdict, Verdict::kSkipped);
  EXPECT_FALSE(records.front().reason.empty());
}

TEST(Explore, RefusesAScenarioWithTooManyThreads) {
  Request request;
  request.scenario = "increment | increment | increment | increment | increment";
  EXPECT_THROW(explore("whole", request), std::invalid_argument);
}

TEST(Explore, SaysWhenItsBudgetEndedFirst) {
  Request request;
  request.scenario =
      "increment increment increment increment | increment increment increment increment | increment increment increment increment";
  const std::vector<Record> records = explore("whole", request);
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records.front().verdict, Verdict::kFail) << "the invariant allows two";
  const Subject& subject = named("right");
  const relacy::SearchResult cut = relacy::search(subject, parse_scenario(subject, "send | receive"), relacy::Strategy::kFull, 0,
                                                  {relacy::Clock::now() + std::chrono::seconds(60), 2});
  EXPECT_FALSE(cut.exhausted);
  EXPECT_EQ(cut.executions, 2u);
}

}  // namespace
}  // namespace proberen
