/// What becomes of a queue of processes when one of them dies at a given step of put() or get().
#pragma once

#include <gtest/gtest.h>

#include <signal.h>

#include <chrono>
#include <optional>
#include <ostream>
#include <vector>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/detail/ring_policy.hpp"
#include "proberen/queue_status.hpp"

namespace proberen::test {

using ipc::detail::RingStep;

/// Where the process that asks dies, if anywhere.
inline std::optional<RingStep> fatal_step;

/// As `Policy`, with a lock of another kind, and it kills its process at the fatal step.
template <class Policy, class L>
struct Mortal : Policy {
  using Lock = L;
  static void reach(RingStep step) {
    if (fatal_step == step) ::raise(SIGKILL);
  }
};

struct Death {
  RingStep step;
  const char* name;
  bool putting;
  bool takes_effect;  ///< the put or the get of the dead
  std::size_t lost;
};
inline std::ostream& operator<<(std::ostream& out, const Death& death) { return out << death.name; }

inline constexpr Death kDeaths[] = {
    {RingStep::put_locked, "put_locked", true, false, 0},       {RingStep::put_begun, "put_begun", true, false, 1},
    {RingStep::put_half_copied, "put_half", true, false, 1},    {RingStep::put_copied, "put_copied", true, false, 1},
    {RingStep::put_committed, "put_committed", true, true, 0},  {RingStep::put_unlocked, "put_unlocked", true, true, 0},
    {RingStep::get_locked, "get_locked", false, false, 0},      {RingStep::get_copied, "get_copied", false, false, 0},
    {RingStep::get_committed, "get_committed", false, true, 1}, {RingStep::get_handed, "get_handed", false, true, 0},
    {RingStep::get_unlocked, "get_unlocked", false, true, 0},
};

template <class Q>
void die_at(const Q& queue, const Death& death, int item) {
  Child child([&] {
    fatal_step = death.step;
    if (death.putting) (void)queue.put(item);
    if (!death.putting) (void)queue.get();
    return true;
  });
  ASSERT_FALSE(child.wait()) << "it should have died";
}

/// Whether others go on after a death at that step, three times over, and get all items but those that went with the dead.
template <class Q>
[[nodiscard]] bool survives(const Death& death, std::chrono::milliseconds patience) {
  const Q queue(4);
  for (int round = 0; round < 3; ++round) {
    std::vector<int> expected = {0, 1};
    for (const int item : expected) {
      if (queue.put_for(item, patience) != QueueStatus::ok) return false;
    }
    die_at(queue, death, 2);
    if (death.takes_effect && death.putting) expected.push_back(2);
    if (death.takes_effect && !death.putting) expected.erase(expected.begin());
    if (queue.size() != expected.size()) return false;
    if (queue.put_for(3, patience) != QueueStatus::ok) return false;
    expected.push_back(3);
    for (const int item : expected) {
      auto got = queue.get_for(patience);
      if (!got || *got != item) return false;
    }
    if (queue.get_for(1ms).status() != QueueStatus::timeout) return false;
    if (queue.lost() != death.lost * static_cast<std::size_t>(round + 1)) return false;
  }
  return true;
}

/// Whether one who sleeps until the other side has done something finds what was done by one who died then.
template <class Q>
[[nodiscard]] bool wakes_after(const Death& death) {
  const Q queue(1);
  if (!death.putting) (void)queue.put(1);
  Child sleeper([&] { return death.putting ? queue.get_for(30s).status() == QueueStatus::ok : queue.put_for(2, 30s) == QueueStatus::ok; });
  std::this_thread::sleep_for(kGrace);
  die_at(queue, death, 1);
  return sleeper.wait();
}

}  // namespace proberen::test
