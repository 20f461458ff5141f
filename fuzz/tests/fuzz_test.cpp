#include "proberen/fuzz.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "proberen/lock.hpp"
#include "proberen/spec/counter.hpp"
#include "proberen/spec/fifo.hpp"
#include "proberen/spec/mutex.hpp"
#include "proberen/spec/semaphore.hpp"

namespace proberen {
namespace {

struct GoodLock {
  BasicLock<NativePlatform> lock;
  void acquire() { lock.lock(); }
  bool try_acquire() { return lock.try_lock(); }
  std::string release() { return lock.release() ? "not_held" : "ok"; }
};

/// Looks, waits a little, and takes: two may get in.
struct LeakyLock {
  std::atomic<bool> held{false};
  bool try_acquire() {
    if (held.load()) return false;
    std::this_thread::yield();
    held.store(true);
    return true;
  }
  std::string release() { return held.exchange(false) ? "ok" : "not_held"; }
};

/// Never wakes anybody.
struct DeafSemaphore {
  std::atomic<std::uint32_t> units{0};
  void acquire() {
    for (std::uint32_t seen = units.load();; seen = units.load()) {
      if (seen > 0 && units.compare_exchange_strong(seen, seen - 1)) return;
      if (seen == 0) NativePlatform::park(units, 0, kForever);
    }
  }
  std::string release() {
    units.fetch_add(1);
    return "ok";
  }
};

struct Crashing {
  int increment() { return std::raise(SIGILL); }  // one that no sanitizer answers itself
};
struct Throwing {
  int increment() { throw std::runtime_error("out of order"); }
};
struct Hanging {
  std::atomic<int> forever{1};
  int increment() {
    while (forever.load() != 0) std::this_thread::yield();
    return 0;
  }
};
struct Forgetful {
  std::atomic<int> count{0};
  int increment() { return ++count; }
};

template <class T>
void declare_lock(const char* name) {
  SubjectBuilder<T>(name, spec::Mutex{}).operation("try_acquire", &T::try_acquire).operation("release", &T::release);
}

const Subject& subject(const std::string& name) {
  static const bool declared = [] {
    SubjectBuilder<GoodLock>("good lock", spec::Mutex{})
        .operation("acquire", &GoodLock::acquire)
        .operation("try_acquire", &GoodLock::try_acquire)
        .operation("release", &GoodLock::release);
    declare_lock<LeakyLock>("leaky lock");
    SubjectBuilder<DeafSemaphore>("deaf semaphore", spec::Semaphore{.value = 0})
        .operation("acquire", &DeafSemaphore::acquire)
        .operation("release", &DeafSemaphore::release);
    SubjectBuilder<Crashing>("crashing", spec::Counter{}).operation("increment", &Crashing::increment);
    SubjectBuilder<Throwing>("throwing", spec::Counter{}).operation("increment", &Throwing::increment);
    SubjectBuilder<Hanging>("hanging", spec::Counter{}).operation("increment", &Hanging::increment);
    SubjectBuilder<Forgetful>("forgetful", spec::Counter{})
        .operation("increment", &Forgetful::increment)
        .invariant("fewer than three", [](Forgetful& of) { return of.count < 3; });
    return true;
  }();
  (void)declared;
  for (const Subject& known : subjects()) {
    if (known.name == name) return known;
  }
  throw std::invalid_argument(name);
}

Record fuzz(const std::string& name, Request request) {
  std::optional<Record> record;
  make_fuzz_method()->run(
      subject(name), request, [&](Record made) { record = std::move(made); }, [](std::string_view) {});
  return *record;
}

Request request(std::uint64_t seed = 1, int milliseconds = 3000) {
  Request made;
  made.seed = seed;
  made.time = std::chrono::milliseconds(milliseconds);
  return made;
}

struct Shrunk {
  Record record;
  bool to_the_end;  ///< before the time for shrinking was over: else how small the scenario is, is the machine's doing
};

/// With the most time for shrinking that there is.
Shrunk fuzz_and_shrink(const std::string& name) {
  constexpr std::chrono::seconds kMost(30);
  const auto begin = std::chrono::steady_clock::now();
  Record record = fuzz(name, request(1, 30'000));
  return {std::move(record), std::chrono::steady_clock::now() - begin < kMost};
}

TEST(Fuzz, PassesAGoodLock) {
  const Record record = fuzz("good lock", request(1, 1000));
  EXPECT_EQ(record.verdict, Verdict::kPass) << record.failure->message << " in " << record.failure->scenario;
  EXPECT_FALSE(record.complete);
  EXPECT_GE(record.counts.at("scenarios"), 20u);
  EXPECT_GT(record.counts.at("stuck"), 0u) << "threads that block for good must occur";
}

TEST(Fuzz, ShrinksADoubleEntryToTwoCalls) {
  const auto [record, to_the_end] = fuzz_and_shrink("leaky lock");
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "not-linearizable");
  if (to_the_end) {
    EXPECT_LE(Scenario::parse(record.failure->scenario).call_count(), 3u) << record.failure->scenario;
  }
  EXPECT_EQ(record.failure->history.size(), Scenario::parse(record.failure->scenario).call_count());
  EXPECT_NE(record.failure->replay.find("proberen fuzz leaky lock --scenario '" + record.failure->scenario), std::string::npos);
}

TEST(Fuzz, ReplaysWhatItFound) {
  const Record found = fuzz("leaky lock", request());
  ASSERT_TRUE(found.failure);
  Request again = request(1, 10'000);
  again.scenario = found.failure->scenario;
  EXPECT_EQ(fuzz("leaky lock", again).verdict, Verdict::kFail);
}

TEST(Fuzz, SeesALostWakeUp) {
  const auto [record, to_the_end] = fuzz_and_shrink("deaf semaphore");
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "lost-wake-up");
  EXPECT_NE(record.failure->message.find("acquire"), std::string::npos) << record.failure->message;
  if (to_the_end) {
    EXPECT_LE(Scenario::parse(record.failure->scenario).call_count(), 3u);
  }
}

TEST(Fuzz, SurvivesACrash) {
  const Record record = fuzz("crashing", request());
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "crash");
  EXPECT_NE(record.failure->message.find("Illegal instruction"), std::string::npos) << record.failure->message;
  EXPECT_EQ(record.failure->scenario, "increment");
}

TEST(Fuzz, TellsWhatWasThrown) {
  const Record record = fuzz("throwing", request());
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "uncaught-exception");
  EXPECT_NE(record.failure->message.find("out of order"), std::string::npos);
}

TEST(Fuzz, SeesACallThatNeverEnds) {
  const Record record = fuzz("hanging", request(1, 500));
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "lost-wake-up");
}

TEST(Fuzz, ChecksInvariantsAtRest) {
  const Record record = fuzz("forgetful", request());
  ASSERT_EQ(record.verdict, Verdict::kFail);
  EXPECT_EQ(record.failure->kind, "invariant");
  EXPECT_EQ(Scenario::parse(record.failure->scenario).call_count(), 3u) << record.failure->scenario;
}

TEST(Fuzz, RefusesAScenarioThatDoesNotFit) {
  Request bad = request();
  bad.scenario = "acquire | jump";
  EXPECT_THROW(fuzz("good lock", bad), std::invalid_argument);
  bad.scenario = "acquire | release(1)";
  EXPECT_THROW(fuzz("good lock", bad), std::invalid_argument);
}

}  // namespace
}  // namespace proberen
