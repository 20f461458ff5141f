/// What the declarations of the reference subjects share: the operations of each kind, and how a known-bad twin is made.
#pragma once

#include "proberen/default_platform.hpp"
#include "proberen/mutation.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/subject.hpp"
#include "subjects/guarded.hpp"

namespace proberen::reference {

/// The platform of a known-bad twin.
template <class Mutation>
using Mutated = MutatedPlatform<DefaultPlatform, Mutation>;
/// The same for memory shared by processes.
template <class Mutation>
using MutatedShared = MutatedPlatform<SharedPlatform, Mutation>;

inline constexpr auto lock_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("acquire", &T::acquire)
      .operation("try_acquire", &T::try_acquire)
      .operation("acquire_for", &T::acquire_for)
      .operation("release", &T::release)
      .weight(3)
      .operation("locked", &T::locked)
      .scenario("two take it", "acquire release | acquire release")
      .scenario("one tries", "acquire release | try_acquire release")
      .scenario("one gives up", "acquire release | acquire_for")
      .scenario("misused", "release | acquire locked")
      .scenario("three take it", "acquire release | acquire release | acquire release")
      .workload("taken in turns", "acquire release | acquire release | acquire release");
};

inline constexpr auto guard_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("increment", &T::increment)
      .operation("try_increment", &T::try_increment)
      .operation("increment_for", &T::increment_for)
      .scenario("two", "increment | increment")
      .scenario("two, twice", "increment increment | increment")
      .scenario("one tries", "increment | try_increment")
      .scenario("one gives up", "increment | increment_for")
      .scenario("three", "increment | increment | increment")
      .invariant("increments add up", counts_add_up)
      .workload("counting", "increment | increment try_increment | increment increment_for");
};

inline constexpr auto semaphore_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("acquire", &T::acquire)
      .operation("try_acquire", &T::try_acquire)
      .operation("acquire_for", &T::acquire_for)
      .operation("release", &T::release, gen::in_range(1, 2))
      .weight(3)
      .operation("value", &T::value)
      .scenario("two take it", "acquire release(1) | acquire release(1)")
      .scenario("one waits", "try_acquire try_acquire : acquire | release(1)")
      .scenario("given from outside", "acquire acquire | release(1)")
      .scenario("one gives up", "try_acquire try_acquire : acquire_for | release(1)")
      .scenario("one tries", "try_acquire try_acquire | release(1) value")
      .scenario("too few units", "release(0) | acquire release(1)")
      .scenario("two given at once", "try_acquire try_acquire : acquire | acquire | release(2)")
      .workload("taken in turns", "acquire release(1) | acquire release(1) | acquire release(1)");
};

/// What everything that hands items over has, with room for two.
inline constexpr auto hand_over_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put", &T::put, gen::distinct())
      .weight(2)
      .operation("try_put", &T::try_put, gen::distinct())
      .operation("put_for", &T::put_for, gen::distinct())
      .operation("get", &T::get)
      .operation("try_get", &T::try_get)
      .operation("get_for", &T::get_for)
      .operation("close", &T::close)
      .weight(0.3)
      .scenario("one looks while one puts", "try_put(1) | try_get")
      .scenario("one puts, one gets", "put(1) | get")
      .scenario("two put", "try_put(1) | try_put(2)")
      .scenario("two get", "put(1) put(2) : try_get | try_get")
      .scenario("full", "put(1) put(2) : put(3) | get")
      .scenario("one gives up", "get_for | put(1)")
      .scenario("closed while one waits", "get | close")
      .workload("handed over", "put(1) | get | put(2) | get")
      .workload("tried", "try_put(1) | try_get | try_put(2) | try_get");
};

inline constexpr auto queue_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.with(hand_over_operations)
      .operation("task_done", &T::task_done)
      .weight(0.3)
      .operation("join", &T::join)
      .weight(0.1)
      .scenario("one looks while one closes", "try_get | close")
      .scenario("closed while one puts", "try_put(1) | close try_get")
      .scenario("two put, one gets", "put(1) | put(2) | get get")
      .invariant("items add up", [](T& object) { return static_cast<std::int64_t>(object.queue.size()) == object.inside.count(); });
};

/// Used by processes that are killed. Timed calls alone, so that a history ends soon whoever is dead.
inline constexpr auto killed_hand_over_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put_for", &T::put_for, gen::distinct())
      .operation("get_for", &T::get_for)
      .process_shared()
      .workload("handed over", "put_for(1) | get_for | put_for(2) | get_for")
      .crash_scenario("one puts, one gets", "put_for(1) put_for(2) put_for(3) put_for(4) | get_for get_for get_for get_for get_for")
      .crash_scenario("two put, one gets",
                      "put_for(1) put_for(2) put_for(3) | put_for(4) put_for(5) | get_for get_for get_for get_for get_for")
      .crash_scenario("room for all", "put_for(1) | put_for(2) | get_for get_for")
      .crash_scenario("enough for all", "put_for(1) put_for(2) : get_for | get_for");
};

}  // namespace proberen::reference
