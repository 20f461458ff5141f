/// Programs of several sizes in one form that two engines run, for measuring. As litmus.hpp, and `A::pause()` stands in loops that wait.
/// `right()` is the assertion: it holds in every execution.
#pragma once

#include "models/peers/litmus.hpp"

namespace proberen::peers {

template <int kThreadCount>
struct Sized {
  static constexpr int kThreads = kThreadCount;
  [[nodiscard]] static bool right() { return true; }
  static void last() {}
};

/// `kCount` threads, each with `kEach` additions to one location.
template <class A, int kCount, int kEach>
struct Counting : Sized<kCount> {
  typename A::Int x;
  int end = 0;
  void thread(int) {
    for (int i = 0; i < kEach; ++i) (void)x.fetch_add(1, relaxed);
  }
  void last() { end = x.load(relaxed); }
  [[nodiscard]] bool right() const { return end == kCount * kEach; }
};

/// `kCount` threads in a ring: each writes its own location, then reads the next.
template <class A, int kCount>
struct Ring : Sized<kCount> {
  std::array<typename A::Int, kCount> x;
  std::array<int, kCount> r{};
  void thread(int t) {
    const auto me = static_cast<std::size_t>(t);
    x[me].store(1, relaxed);
    r[me] = x[(me + 1) % kCount].load(relaxed);
  }
};

/// Increments of a plain count under a lock; `Lock` has lock(t) and unlock(t).
template <class A, class Lock, int kCount, int kEach>
struct Locked : Sized<kCount> {
  Lock mutex;
  typename A::Int count;
  int end = 0;
  void thread(int t) {
    for (int i = 0; i < kEach; ++i) {
      mutex.lock(t);
      count.store(count.load(relaxed) + 1, relaxed);
      mutex.unlock(t);
    }
  }
  void last() { end = count.load(relaxed); }
  [[nodiscard]] bool right() const { return end == kCount * kEach; }
};

/// Test, then test and set.
template <class A>
struct TestAndSet {
  typename A::Int held;
  void lock(int) {
    for (;;) {
      while (held.load(relaxed) != 0) A::pause();
      if (held.exchange(1, acquire) == 0) return;
    }
  }
  void unlock(int) { held.store(0, release); }
};

template <class A>
struct Ticket {
  typename A::Int next, serving;
  void lock(int) {
    const int mine = next.fetch_add(1, relaxed);
    while (serving.load(acquire) != mine) A::pause();
  }
  void unlock(int) { serving.store(serving.load(relaxed) + 1, release); }
};

/// G. L. Peterson, "Myths About the Mutual Exclusion Problem" (1981), for two.
template <class A>
struct Peterson {
  std::array<typename A::Int, 2> wants;
  typename A::Int turn;
  void lock(int t) {
    const auto me = static_cast<std::size_t>(t);
    wants[me].store(1, seq_cst);
    turn.store(1 - t, seq_cst);
    while (wants[1 - me].load(seq_cst) != 0 && turn.load(seq_cst) == 1 - t) A::pause();
  }
  void unlock(int t) { wants[static_cast<std::size_t>(t)].store(0, release); }
};

/// A stack of numbers 1 … kCount * kEach, linked by index (R. K. Treiber, 1986): each thread pushes its own.
template <class A, int kCount, int kEach>
struct Pushes : Sized<kCount> {
  typename A::Int head;
  std::array<typename A::Int, kCount * kEach + 1> next;
  int found = 0;
  void thread(int t) {
    for (int i = 0; i < kEach; ++i) {
      const int mine = 1 + t * kEach + i;
      int top = head.load(relaxed);
      do {
        next[static_cast<std::size_t>(mine)].store(top, relaxed);
      } while (!head.compare_exchange_strong(top, mine, release, relaxed));
    }
  }
  void last() {
    for (int at = head.load(relaxed); at != 0; at = next[static_cast<std::size_t>(at)].load(relaxed)) ++found;
  }
  [[nodiscard]] bool right() const { return found == kCount * kEach; }
};

/// One producer, one consumer, a ring of two slots, `kItems` items.
template <class A, int kItems>
struct Spsc : Sized<2> {
  typename A::Int head, tail;
  std::array<typename A::Int, 2> slots;
  int sum = 0;
  void thread(int t) {
    for (int i = 0; i < kItems; ++i) {
      auto& slot = slots[static_cast<std::size_t>(i % 2)];
      if (t == 0) {
        while (i - head.load(acquire) == 2) A::pause();
        slot.store(i + 1, relaxed);
        tail.store(i + 1, release);
      } else {
        while (tail.load(acquire) == i) A::pause();
        sum += slot.load(relaxed);
        head.store(i + 1, release);
      }
    }
  }
  [[nodiscard]] bool right() const { return sum == kItems * (kItems + 1) / 2; }
};

/// All of them, each with its name: the family, and its size.
template <class A, class Visit>
void each_program(Visit visit) {
  visit.template operator()<Ring<A, 2>>("ring of stores and loads, 2 threads");
  visit.template operator()<Ring<A, 3>>("ring of stores and loads, 3 threads");
  visit.template operator()<Ring<A, 4>>("ring of stores and loads, 4 threads");
  visit.template operator()<Counting<A, 2, 2>>("additions, 2 threads, 2 each");
  visit.template operator()<Counting<A, 2, 4>>("additions, 2 threads, 4 each");
  visit.template operator()<Counting<A, 3, 2>>("additions, 3 threads, 2 each");
  visit.template operator()<Locked<A, Peterson<A>, 2, 1>>("Peterson's lock, once each");
  visit.template operator()<Locked<A, TestAndSet<A>, 2, 1>>("test-and-set lock, 2 threads");
  visit.template operator()<Locked<A, TestAndSet<A>, 2, 2>>("test-and-set lock, 2 threads, twice each");
  visit.template operator()<Locked<A, TestAndSet<A>, 3, 1>>("test-and-set lock, 3 threads");
  visit.template operator()<Locked<A, Ticket<A>, 2, 1>>("ticket lock, 2 threads");
  visit.template operator()<Locked<A, Ticket<A>, 2, 2>>("ticket lock, 2 threads, twice each");
  visit.template operator()<Locked<A, Ticket<A>, 3, 1>>("ticket lock, 3 threads");
  visit.template operator()<Pushes<A, 2, 1>>("stack, 2 threads push");
  visit.template operator()<Pushes<A, 2, 2>>("stack, 2 threads push twice");
  visit.template operator()<Pushes<A, 3, 1>>("stack, 3 threads push");
  visit.template operator()<Spsc<A, 1>>("ring buffer, 1 item");
  visit.template operator()<Spsc<A, 2>>("ring buffer, 2 items");
  visit.template operator()<Spsc<A, 3>>("ring buffer, 3 items");
}

/// With more executions than are worth waiting for.
template <class A, class Visit>
void each_large_program(Visit visit) {
  visit.template operator()<Counting<A, 3, 6>>("additions, 3 threads, 6 each");  // 18! / (6! 6! 6!) = 17,153,136
}

}  // namespace proberen::peers
