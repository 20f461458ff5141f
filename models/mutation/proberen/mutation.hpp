/// Mutations: platforms that break one thing on purpose. A primitive over MutatedPlatform<Base, Mutation> is a known-bad twin: the same
/// source, wrong in one way, which every check that claims to catch such a fault must catch.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <type_traits>

#include "proberen/platform.hpp"
#include "proberen/scope.hpp"

namespace proberen {

/// Breaks nothing. A mutation derives from it and hides what it changes.
struct NoMutation {
  static constexpr std::memory_order load_order(std::memory_order order) { return order; }
  static constexpr std::memory_order store_order(std::memory_order order) { return order; }
  static constexpr std::memory_order rmw_order(std::memory_order order) { return order; }
  static constexpr bool kSplitCompareExchange = false;  ///< a compare-and-swap is a load, a look and a store
  static constexpr bool kSplitRmw = false;              ///< so are exchange, fetch_add and the like
  static constexpr std::uint32_t woken(std::uint32_t count) { return count; }
  static constexpr bool kParkOnLatest = false;  ///< falls asleep whatever the word holds
  static constexpr bool kSkipFences = false;    ///< fences do nothing
  static constexpr bool kSameThread = false;    ///< every thread has the same number
};

namespace mutation {

constexpr bool is_acquire(std::memory_order order) { return order == std::memory_order_acquire || order == std::memory_order_acq_rel; }
constexpr bool is_release(std::memory_order order) { return order == std::memory_order_release || order == std::memory_order_acq_rel; }

/// Acquires are relaxed.
struct WeakAcquire : NoMutation {
  static constexpr std::memory_order load_order(std::memory_order order) { return is_acquire(order) ? std::memory_order_relaxed : order; }
  static constexpr std::memory_order rmw_order(std::memory_order order) { return load_order(order); }
};
/// Releases are relaxed.
struct WeakRelease : NoMutation {
  static constexpr std::memory_order store_order(std::memory_order order) { return is_release(order) ? std::memory_order_relaxed : order; }
  static constexpr std::memory_order rmw_order(std::memory_order order) { return store_order(order); }
};
struct SplitCompareExchange : NoMutation {
  static constexpr bool kSplitCompareExchange = true;
};
struct SplitRmw : NoMutation {
  static constexpr bool kSplitRmw = true;
};
/// Nobody is ever woken.
struct DroppedWake : NoMutation {
  static constexpr std::uint32_t woken(std::uint32_t) { return 0; }
};
/// Where several should be woken, one too few is.
struct OneWakeLess : NoMutation {
  static constexpr std::uint32_t woken(std::uint32_t count) { return count > 1 ? count - 1 : count; }
};
struct ParkOnLatest : NoMutation {
  static constexpr bool kParkOnLatest = true;
};
struct SkippedFences : NoMutation {
  static constexpr bool kSkipFences = true;
};
struct SameThread : NoMutation {
  static constexpr bool kSameThread = true;
};

}  // namespace mutation

template <class Base, class Mutation>
struct MutatedPlatform {
  static constexpr bool kExplores = requires { requires Base::kExplores; };
  static constexpr Scope kScope = kScopeOf<Base>;

  using SharedData = typename Base::SharedData;

  template <class T>
  class Atomic {
    using Site = std::source_location;
    using Word = typename Base::template Atomic<T>;

   public:
    constexpr Atomic() = default;
    constexpr Atomic(T value) : word(value) {}

    T load(std::memory_order order, Site site = Site::current()) const {
      return at(site,
                [&](auto... where) -> decltype(word.load(order, where...)) { return word.load(Mutation::load_order(order), where...); });
    }
    void store(T value, std::memory_order order, Site site = Site::current()) {
      at(site,
         [&](auto... where) -> decltype(word.store(value, order, where...)) { word.store(value, Mutation::store_order(order), where...); });
    }
    T exchange(T value, std::memory_order order, Site site = Site::current()) {
      if constexpr (Mutation::kSplitRmw)
        return split(
            value, [](T, T operand) { return operand; }, order, site);
      return at(site, [&](auto... where) -> decltype(word.exchange(value, order, where...)) {
        return word.exchange(value, Mutation::rmw_order(order), where...);
      });
    }
    T fetch_add(T value, std::memory_order order, Site site = Site::current()) {
      if constexpr (Mutation::kSplitRmw)
        return split(
            value, [](T old, T operand) { return static_cast<T>(old + operand); }, order, site);
      return at(site, [&](auto... where) -> decltype(word.fetch_add(value, order, where...)) {
        return word.fetch_add(value, Mutation::rmw_order(order), where...);
      });
    }
    T fetch_or(T value, std::memory_order order, Site site = Site::current()) {
      if constexpr (Mutation::kSplitRmw)
        return split(
            value, [](T old, T operand) { return static_cast<T>(old | operand); }, order, site);
      return at(site, [&](auto... where) -> decltype(word.fetch_or(value, order, where...)) {
        return word.fetch_or(value, Mutation::rmw_order(order), where...);
      });
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure,
                                 Site site = Site::current()) {
      if constexpr (Mutation::kSplitCompareExchange) return split_compare_exchange(expected, desired, success, failure, site);
      return at(site, [&](auto... where) -> decltype(word.compare_exchange_strong(expected, desired, success, failure, where...)) {
        return word.compare_exchange_strong(expected, desired, Mutation::rmw_order(success), failure, where...);
      });
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure, Site site = Site::current()) {
      if constexpr (Mutation::kSplitCompareExchange) return split_compare_exchange(expected, desired, success, failure, site);
      return at(site, [&](auto... where) -> decltype(word.compare_exchange_weak(expected, desired, success, failure, where...)) {
        return word.compare_exchange_weak(expected, desired, Mutation::rmw_order(success), failure, where...);
      });
    }

    Word word{};

   private:
    /// Tells a base that wants to know where in the source an access stands.
    template <class Access>
    static decltype(auto) at(const Site& site, Access access) {
      if constexpr (std::is_invocable_v<Access, Site>) {
        return access(site);
      } else {
        return access();
      }
    }
    static constexpr std::memory_order loading(std::memory_order order) {
      return mutation::is_acquire(order) ? std::memory_order_acquire : std::memory_order_relaxed;
    }
    static constexpr std::memory_order storing(std::memory_order order) {
      return mutation::is_release(order) ? std::memory_order_release : std::memory_order_relaxed;
    }
    template <class Operation>
    T split(T operand, Operation operation, std::memory_order order, const Site& site) {
      const T old = load(loading(order), site);
      Base::yield();
      store(operation(old, operand), storing(order), site);
      return old;
    }
    bool split_compare_exchange(T& expected, T desired, std::memory_order success, std::memory_order failure, const Site& site) {
      const T old = load(mutation::is_acquire(failure) ? failure : loading(success), site);
      if (old != expected) {
        expected = old;
        return false;
      }
      Base::yield();
      store(desired, storing(success), site);
      return true;
    }
  };

  template <class T>
  static bool park(const Atomic<T>& word, std::uint32_t expected, Deadline deadline) {
    if constexpr (Mutation::kParkOnLatest) expected = static_cast<std::uint32_t>(word.load(std::memory_order_relaxed));
    return Base::park(word.word, expected, deadline);
  }
  template <class T>
  static void unpark(const Atomic<T>& word, std::uint32_t count) {
    const std::uint32_t woken = Mutation::woken(count);
    if (woken > 0) Base::unpark(word.word, woken);
  }
  static void light_fence() {
    if constexpr (!Mutation::kSkipFences) Base::light_fence();
  }
  static void heavy_fence() {
    if constexpr (!Mutation::kSkipFences) Base::heavy_fence();
  }
  [[nodiscard]] static bool stopped(Deadline deadline) { return Base::stopped(deadline); }
  [[nodiscard]] static Deadline now() { return Base::now(); }
  static void yield() { Base::yield(); }
  static void relax() { Base::relax(); }
  [[nodiscard]] static std::uintptr_t this_thread() {
    if constexpr (Mutation::kSameThread) return 1;
    return Base::this_thread();
  }
  [[nodiscard]] static int spin_limit() { return Base::spin_limit(); }
};

}  // namespace proberen
