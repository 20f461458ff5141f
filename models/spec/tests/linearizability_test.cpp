#include "proberen/linearizability.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "proberen/spec/counter.hpp"
#include "proberen/spec/fifo.hpp"
#include "proberen/spec/message_queue.hpp"
#include "proberen/spec/mutex.hpp"
#include "proberen/spec/robust_mutex.hpp"
#include "proberen/spec/semaphore.hpp"
#include "proberen/spec/tasks.hpp"

namespace proberen {
namespace {

HistoryEntry entry(int thread, const std::string& call, std::optional<Value> result, std::uint64_t invoked, std::uint64_t responded = 0) {
  return {thread, Scenario::parse(call).threads[0][0], std::move(result), 0, invoked, responded};
}

History history(std::vector<HistoryEntry> entries, bool stuck = false) {
  History made{std::move(entries), stuck};
  made.order_by_position();
  return made;
}

bool linearizable(const History& made, const spec::AnySpec& spec) { return linearize(made, spec).linearizable; }

TEST(Linearizability, OverlappingCallsMayTakeEffectInEitherOrder) {
  EXPECT_TRUE(linearizable(history({entry(0, "put(1)", "ok", 1, 4), entry(1, "try_get", 1, 2, 3)}), spec::Fifo{}));
  EXPECT_TRUE(linearizable(history({entry(0, "put(1)", "ok", 1, 4), entry(1, "try_get", "empty", 2, 3)}), spec::Fifo{}));
}

TEST(Linearizability, RealTimeOrderIsKept) {
  EXPECT_FALSE(linearizable(history({entry(0, "put(1)", "ok", 1, 2), entry(1, "try_get", "empty", 3, 4)}), spec::Fifo{}));
}

TEST(Linearizability, EmptyWhileALaterItemIsIn) {
  // What D. Vyukov's ring does: put(1) has claimed its slot and not filled it, put(2) is done, and a consumer is told "empty".
  const History bad = history({entry(0, "put(1)", "ok", 1, 6), entry(1, "put(2)", "ok", 2, 3), entry(1, "try_get", "empty", 4, 5)});
  const Linearization result = linearize(bad, spec::Fifo{});
  EXPECT_FALSE(result.linearizable);
  EXPECT_NE(result.reason.find("try_get returned empty"), std::string::npos) << result.reason;
  EXPECT_FALSE(result.order.empty());
}

TEST(Linearizability, APendingCallMayHaveTakenEffectOrNot) {
  EXPECT_TRUE(linearizable(history({entry(0, "put(1)", std::nullopt, 1), entry(1, "get", 1, 2, 3)}), spec::Fifo{}));
  EXPECT_TRUE(linearizable(history({entry(0, "put(1)", std::nullopt, 1), entry(1, "try_get", "empty", 2, 3)}), spec::Fifo{}));
  EXPECT_FALSE(linearizable(history({entry(0, "put(1)", std::nullopt, 1), entry(1, "get", 2, 2, 3)}), spec::Fifo{}));
}

TEST(Linearizability, ADeathDoesToTheStateWhatTheSpecSays) {
  const auto taken = [](const char* result) {
    return history({entry(0, "acquire", "acquired", 1, 2), entry(0, "crash", Value(), 3, 4), entry(1, "acquire", result, 5, 6)});
  };
  EXPECT_TRUE(linearizable(taken("owner_died"), spec::RobustMutex{}));
  EXPECT_FALSE(linearizable(taken("acquired"), spec::RobustMutex{})) << "the death was overlooked";
  const auto left_held =
      history({entry(0, "acquire", "acquired", 1, 2), entry(0, "crash", Value(), 3, 4), entry(1, "acquire", std::nullopt, 5)}, true);
  EXPECT_FALSE(linearizable(left_held, spec::RobustMutex{})) << "the lock of the dead stays held";
  // To a spec that does not know of deaths they do nothing.
  const auto plain =
      history({entry(0, "acquire", Value(), 1, 2), entry(0, "crash", Value(), 3, 4), entry(1, "acquire", std::nullopt, 5)}, true);
  EXPECT_TRUE(linearizable(plain, spec::Mutex{}));
}

TEST(Linearizability, TheCallOfTheDeadTookEffectBeforeTheDeathOrNever) {
  const auto got = [](Value result, bool before_death) {
    return history({entry(0, "put(1)", std::nullopt, 1), entry(0, "crash", Value(), 2, before_death ? 9 : 3),
                    entry(1, "try_get", "empty", 4, 5), entry(1, "try_get", std::move(result), 6, 7)});
  };
  EXPECT_TRUE(linearizable(got("empty", false), spec::Fifo{}));
  EXPECT_FALSE(linearizable(got(1, false), spec::Fifo{})) << "it was not there after the death, and then it was";
  EXPECT_TRUE(linearizable(got(1, true), spec::Fifo{}));
  // The dead are not blocked: what they were in is no lost wake-up.
  EXPECT_TRUE(
      linearizable(history({entry(0, "put(1)", std::nullopt, 1), entry(0, "crash", Value(), 2, 3), entry(1, "get", std::nullopt, 4)}, true),
                   spec::Fifo{}));
}

TEST(Linearizability, AStuckCallMustBeOneThatBlocks) {
  EXPECT_TRUE(linearizable(history({entry(0, "get", std::nullopt, 1)}, true), spec::Fifo{}));
  const History lost = history({entry(0, "get", std::nullopt, 1), entry(1, "put(1)", "ok", 2, 3)}, true);
  const Linearization result = linearize(lost, spec::Fifo{});
  EXPECT_FALSE(result.linearizable);
  EXPECT_NE(result.reason.find("wake-up was lost"), std::string::npos) << result.reason;
}

TEST(Linearizability, MutexTellsWhoMayRelease) {
  EXPECT_TRUE(linearizable(history({entry(0, "acquire", Value(), 1, 2), entry(1, "release", "ok", 3, 4)}), spec::Mutex{}));
  EXPECT_FALSE(linearizable(history({entry(0, "acquire", Value(), 1, 2), entry(1, "release", "ok", 3, 4)}), spec::RecursiveMutex{}));
  EXPECT_TRUE(linearizable(history({entry(0, "acquire", Value(), 1, 2), entry(1, "release", "not_held", 3, 4)}), spec::RecursiveMutex{}));
}

/// Calls one after another.
struct Told {
  int thread;
  const char* call;
  Value result;
};
bool allows(const spec::AnySpec& spec, const std::vector<Told>& calls) {
  std::vector<HistoryEntry> entries;
  std::uint64_t position = 0;
  for (const Told& told : calls) {
    entries.push_back(entry(told.thread, told.call, told.result, position + 1, position + 2));
    position += 2;
  }
  return linearizable(history(std::move(entries)), spec);
}

TEST(Linearizability, AnHeirHoldsARecursiveRobustMutexOnce) {
  const auto after_death = [](const char* second_release) {
    return std::vector<Told>{{0, "acquire", "acquired"},   {0, "try_acquire", "acquired"}, {1, "try_acquire", "busy"},
                             {0, "crash", Value()},        {1, "acquire", "owner_died"},   {1, "acquire", "acquired"},
                             {1, "mark_consistent", "ok"}, {1, "release", "ok"},           {2, "try_acquire", "busy"},
                             {1, "release", "ok"},         {1, "release", second_release}, {2, "try_acquire", "acquired"}};
  };
  EXPECT_TRUE(allows(spec::RecursiveRobustMutex{}, after_death("not_held")));
  EXPECT_FALSE(allows(spec::RecursiveRobustMutex{}, after_death("ok")));
  EXPECT_TRUE(allows(spec::RecursiveRobustMutex{}, {{0, "acquire", "acquired"},
                                                    {0, "die", "ok"},
                                                    {1, "acquire", "owner_died"},
                                                    {1, "acquire", "acquired"},
                                                    {1, "mark_unrecoverable", "ok"},
                                                    {1, "release", "not_held"},
                                                    {1, "acquire", "not_recoverable"}}));
}

TEST(Linearizability, MessagesComeByPriorityAndThenByAge) {
  const auto three = [](std::vector<int> order) {
    std::vector<Told> calls{{0, "put(1,0)", "ok"}, {0, "put(2,5)", "ok"}, {0, "put(3,5)", "ok"}};
    for (const int item : order) calls.push_back({0, "get", item});
    return calls;
  };
  EXPECT_TRUE(allows(spec::MessageQueue{}, three({2, 3, 1})));
  EXPECT_FALSE(allows(spec::MessageQueue{}, three({3, 2, 1})));
  EXPECT_FALSE(allows(spec::MessageQueue{}, three({1, 2, 3})));
  EXPECT_TRUE(allows(spec::MessageQueue{.messages = {.capacity = 1}},
                     {{0, "put(1,0)", "ok"}, {0, "try_put(2,9)", "full"}, {0, "get", 1}, {0, "try_get", "empty"}}));
}

TEST(Linearizability, TasksAreServedInOrderUntilTheEnd) {
  EXPECT_TRUE(allows(spec::Tasks{}, {{0, "submit(1)", "ok"}, {0, "close", Value()}, {1, "serve", 1}, {1, "serve", Value()}}));
  EXPECT_FALSE(allows(spec::Tasks{}, {{0, "submit(1)", "ok"}, {0, "submit(2)", "ok"}, {1, "serve", 2}, {1, "serve", 1}}));
  EXPECT_FALSE(allows(spec::Tasks{}, {{0, "submit(1)", "ok"}, {0, "end", Value()}, {1, "serve", 1}}));
  EXPECT_TRUE(allows(spec::Tasks{}, {{0, "submit(1)", "ok"}, {0, "end", Value()}, {1, "serve", Value()}, {1, "submit(2)", "ended"}}));
  EXPECT_FALSE(linearizable(history({entry(0, "serve", std::nullopt, 1), entry(1, "submit(1)", "ok", 2, 3)}, true), spec::Tasks{}));
}

TEST(Linearizability, BoundedSemaphoreRefusesExactly) {
  const spec::Semaphore bounded{.value = 1, .limit = 1};
  EXPECT_TRUE(linearizable(history({entry(0, "release(1)", "refused", 1, 2)}), bounded));
  EXPECT_FALSE(linearizable(history({entry(0, "release(1)", "ok", 1, 2)}), bounded));
  EXPECT_FALSE(linearizable(history({entry(0, "acquire", Value(), 1, 2), entry(0, "release(1)", "refused", 3, 4)}), bounded));
}

TEST(Linearizability, TwoIncrementsNeverAgree) {
  EXPECT_FALSE(linearizable(history({entry(0, "increment", 1, 1, 4), entry(1, "increment", 1, 2, 3)}), spec::Counter{}));
}

/// Every order of every subset of the calls that contains the completed ones, checked one by one.
bool brute_force(const History& made, const spec::AnySpec& initial) {
  const std::size_t count = made.entries.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  do {
    for (std::size_t length = 0; length <= count; ++length) {
      std::uint64_t done = 0;
      std::vector<spec::AnySpec> states{initial};
      for (std::size_t i = 0; i < length && !states.empty(); ++i) {
        const HistoryEntry& next = made.entries[order[i]];
        std::vector<spec::AnySpec> after;
        if ((next.predecessors & ~done) == 0 && (next.result || !made.stuck)) {
          for (const spec::AnySpec& state : states) {
            for (const auto& step : state.step(next.call, next.thread)) {
              if (!next.result || *next.result == step.result) after.push_back(step.next);
            }
          }
        }
        states = after;
        done |= std::uint64_t{1} << order[i];
      }
      for (const spec::AnySpec& state : states) {
        bool ends = true;
        for (std::size_t i = 0; i < count; ++i) {
          const HistoryEntry& left = made.entries[i];
          if ((done >> i & 1) != 0) continue;
          if (left.result || (made.stuck && !state.step(left.call, left.thread).empty())) ends = false;
        }
        if (ends) return true;
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return false;
}

/// A history of random calls with random results: mostly wrong, often enough right.
History random_history(std::mt19937_64& random, const std::vector<std::string>& calls, const std::vector<Value>& results) {
  const auto pick = [&](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random); };
  const int threads = 2 + static_cast<int>(pick(2));
  std::vector<HistoryEntry> entries;
  for (int thread = 0; thread < threads; ++thread) {
    std::uint64_t now = pick(4);
    const std::size_t length = 1 + pick(2);
    for (std::size_t i = 0; i < length; ++i) {
      const std::uint64_t invoked = now + 1 + pick(4);
      now = invoked + 1 + pick(6);
      const bool pending = i + 1 == length && pick(4) == 0;
      entries.push_back(entry(thread, calls[pick(calls.size())], pending ? std::nullopt : std::optional(results[pick(results.size())]),
                              invoked, pending ? 0 : now));
    }
  }
  return history(std::move(entries), pick(2) == 0);
}

void agree_with_brute_force(const spec::AnySpec& spec, const std::vector<std::string>& calls, const std::vector<Value>& results) {
  const std::uint64_t seed = 20;
  std::mt19937_64 random(seed);
  int right = 0;
  for (int i = 0; i < 3000; ++i) {
    const History made = random_history(random, calls, results);
    const bool expected = brute_force(made, spec);
    ASSERT_EQ(linearizable(made, spec), expected)
        << "seed " << seed << ", history " << i << (made.stuck ? ", stuck\n" : "\n") << made.text();
    right += expected ? 1 : 0;
  }
  // Both answers must occur, or the comparison says nothing.
  EXPECT_GT(right, 30);
  EXPECT_LT(right, 2970);
}

TEST(Linearizability, AgreesWithBruteForceOnQueues) {
  agree_with_brute_force(spec::Fifo{.capacity = 1}, {"put(1)", "put(2)", "try_put(3)", "get", "try_get"},
                         {"ok", "ok", "full", "empty", 1, 2});
}

TEST(Linearizability, AgreesWithBruteForceOnMutexes) {
  agree_with_brute_force(spec::Mutex{}, {"acquire", "try_acquire", "release"}, {Value(), Value(), true, false, "ok", "ok", "not_held"});
}

TEST(Linearizability, AgreesWithBruteForceOnSemaphores) {
  agree_with_brute_force(spec::Semaphore{.value = 1, .limit = 2}, {"acquire", "try_acquire", "release(1)", "value"},
                         {Value(), Value(), true, false, "ok", "ok", "refused", 0, 1});
}

}  // namespace
}  // namespace proberen
