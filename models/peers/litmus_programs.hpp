/// The litmus programs: the families of the literature, each with its orders as parameters.
#pragma once

#include "models/peers/litmus.hpp"

namespace proberen::peers {

/// Store buffering.
template <class A, Order kStore, Order kLoad, Order kFence = kNoFence>
struct Sb : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    auto& mine = t == 0 ? x : y;
    auto& other = t == 0 ? y : x;
    mine.store(1, kStore);
    fence<A>(kFence);
    r[static_cast<std::size_t>(t)] = other.load(kLoad);
  }
};

/// Store buffering by updates of a location of each thread's own, then a load.
template <class A, Order kUpdate, Order kLoad>
struct SbUpdate : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    (void)(t == 0 ? x : y).exchange(1, kUpdate);
    r[static_cast<std::size_t>(t)] = (t == 0 ? y : x).load(kLoad);
  }
};

/// Message passing.
template <class A, Order kStore, Order kLoad, Order kBefore = kNoFence, Order kAfter = kNoFence>
struct Mp : Litmus<2, 2> {
  typename A::Int data, flag;
  void thread(int t) {
    if (t == 0) {
      data.store(1, relaxed);
      fence<A>(kBefore);
      flag.store(1, kStore);
    } else {
      r[0] = flag.load(kLoad);
      fence<A>(kAfter);
      r[1] = data.load(relaxed);
    }
  }
};

/// Message passing whose flag is raised by an update, and once more by a foreign one: a release sequence.
template <class A>
struct MpForeignUpdate : Litmus<3, 2> {
  typename A::Int data, flag;
  void thread(int t) {
    if (t == 0) {
      data.store(1, relaxed);
      flag.store(1, release);
    } else if (t == 1) {
      (void)flag.fetch_add(2, relaxed);
    } else {
      r[0] = flag.load(acquire);
      r[1] = data.load(relaxed);
    }
  }
};

/// Message passing where the releasing thread stores to the flag again, relaxed: a release sequence of C++11, none of C++20.
template <class A>
struct MpOwnStore : Litmus<2, 2> {
  typename A::Int data, flag;
  void thread(int t) {
    if (t == 0) {
      data.store(1, relaxed);
      flag.store(1, release);
      flag.store(2, relaxed);
    } else {
      r[0] = flag.load(acquire);
      r[1] = data.load(relaxed);
    }
  }
};

/// And where the flag is overwritten by a thread that knows nothing.
template <class A>
struct MpForeignStore : Litmus<3, 2> {
  typename A::Int data, flag;
  void thread(int t) {
    if (t == 0) {
      data.store(1, relaxed);
      flag.store(1, release);
    } else if (t == 1) {
      flag.store(2, relaxed);
    } else {
      r[0] = flag.load(acquire);
      r[1] = data.load(relaxed);
    }
  }
};

/// Independent reads of independent writes.
template <class A, Order kStore, Order kLoad>
struct Iriw : Litmus<4, 4> {
  typename A::Int x, y;
  void thread(int t) {
    if (t == 0) {
      x.store(1, kStore);
    } else if (t == 1) {
      y.store(1, kStore);
    } else {
      const auto first = static_cast<std::size_t>(t == 2 ? 0 : 2);
      r[first] = (t == 2 ? x : y).load(kLoad);
      r[first + 1] = (t == 2 ? y : x).load(kLoad);
    }
  }
};

/// Write to read causality.
template <class A, Order kStore, Order kLoad>
struct Wrc : Litmus<3, 3> {
  typename A::Int x, y;
  void thread(int t) {
    if (t == 0) {
      x.store(1, kStore);
    } else if (t == 1) {
      r[0] = x.load(kLoad);
      y.store(1, kStore);
    } else {
      r[1] = y.load(kLoad);
      r[2] = x.load(relaxed);
    }
  }
};

/// A chain of two messages.
template <class A>
struct Isa2 : Litmus<3, 3> {
  typename A::Int x, y, z;
  void thread(int t) {
    if (t == 0) {
      x.store(1, relaxed);
      y.store(1, release);
    } else if (t == 1) {
      r[0] = y.load(acquire);
      z.store(1, release);
    } else {
      r[1] = z.load(acquire);
      r[2] = x.load(relaxed);
    }
  }
};

/// Read to write causality, with fences between the accesses of the two threads that have two.
template <class A, Order kFence>
struct Rwc : Litmus<3, 3> {
  typename A::Int x, y;
  void thread(int t) {
    if (t == 0) {
      x.store(1, relaxed);
    } else if (t == 1) {
      r[0] = x.load(relaxed);
      fence<A>(kFence);
      r[1] = y.load(relaxed);
    } else {
      y.store(1, relaxed);
      fence<A>(kFence);
      r[2] = x.load(relaxed);
    }
  }
};

/// Two threads write two locations in opposite orders.
template <class A, Order kStore, Order kFence = kNoFence>
struct TwoPlusTwoW : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    (t == 0 ? x : y).store(1, kStore);
    fence<A>(kFence);
    (t == 0 ? y : x).store(2, kStore);
  }
  void last() {
    r[0] = x.load(relaxed);
    r[1] = y.load(relaxed);
  }
};

template <class A, Order kStore, Order kLoad>
struct ShapeR : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    if (t == 0) {
      x.store(1, kStore);
      y.store(1, kStore);
    } else {
      y.store(2, kStore);
      r[0] = x.load(kLoad);
    }
  }
  void last() { r[1] = y.load(relaxed); }
};

template <class A, Order kStore, Order kLoad>
struct ShapeS : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    if (t == 0) {
      x.store(2, relaxed);
      y.store(1, kStore);
    } else {
      r[0] = y.load(kLoad);
      x.store(1, relaxed);
    }
  }
  void last() { r[1] = x.load(relaxed); }
};

/// Load buffering: its cycle is in neither engine's model.
template <class A>
struct Lb : Litmus<2, 2> {
  typename A::Int x, y;
  void thread(int t) {
    r[static_cast<std::size_t>(t)] = (t == 0 ? x : y).load(relaxed);
    (t == 0 ? y : x).store(1, relaxed);
  }
};

/// Two reads of one location.
template <class A>
struct CoRr : Litmus<2, 2> {
  typename A::Int x;
  void thread(int t) {
    if (t == 0) {
      x.store(1, relaxed);
      x.store(2, relaxed);
    } else {
      r[0] = x.load(relaxed);
      r[1] = x.load(relaxed);
    }
  }
};

/// A write, then a read of the same location, beside another's write.
template <class A>
struct CoWr : Litmus<2, 1> {
  typename A::Int x;
  void thread(int t) {
    x.store(t + 1, relaxed);
    if (t == 0) r[0] = x.load(relaxed);
  }
};

/// Updates of one location: each sees another value.
template <class A, int kCount>
struct Additions : Litmus<kCount, kCount> {
  typename A::Int x;
  void thread(int t) { this->r[static_cast<std::size_t>(t)] = x.fetch_add(1, relaxed); }
};

/// Two exchanges and a store.
template <class A>
struct Swaps : Litmus<3, 3> {
  typename A::Int x;
  void thread(int t) {
    if (t == 2) {
      x.store(3, relaxed);
    } else {
      r[static_cast<std::size_t>(t)] = x.exchange(t + 1, acq_rel);
    }
  }
  void last() { r[2] = x.load(relaxed); }
};

/// Who comes first wins; the other sees whom.
template <class A>
struct Winner : Litmus<2, 4> {
  typename A::Int data, x;
  void thread(int t) {
    if (t == 0) data.store(1, relaxed);
    int expected = 0;
    const bool won = x.compare_exchange_strong(expected, t + 1, acq_rel, acquire);
    r[static_cast<std::size_t>(t)] = won ? 0 : expected;
    if (t == 1) r[2] = data.load(relaxed);
  }
  void last() { r[3] = x.load(relaxed); }
};

/// Message passing by two updates, the second acquiring what the first released.
template <class A, Order kUpdate>
struct MpUpdate : Litmus<2, 2> {
  typename A::Int data, flag;
  void thread(int t) {
    if (t == 0) {
      data.store(1, relaxed);
      (void)flag.fetch_add(1, kUpdate);
    } else {
      r[0] = flag.fetch_add(1, kUpdate);
      r[1] = data.load(relaxed);
    }
  }
};

}  // namespace proberen::peers
