/// Atomic accesses in memory, for code that runs while nothing is explored. All sequentially consistent: stronger than asked for is right.
#pragma once

#include <cstdint>

#include "proberen/explore/engine.hpp"

namespace proberen::runtime::native {

template <class T>
inline constexpr bool kWide = sizeof(T) == 16;  ///< needs cmpxchg16b, which the compiler gives only by its old builtin

template <class T>
bool compare_exchange(volatile T* p, T* expected, T desired) {
  if constexpr (kWide<T>) {
    const T before = __sync_val_compare_and_swap(p, *expected, desired);
    const bool done = before == *expected;
    *expected = before;
    return done;
  } else {
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  }
}

template <class T>
T load(const volatile T* p) {
  if constexpr (kWide<T>)
    return __sync_val_compare_and_swap(const_cast<volatile T*>(p), T{0}, T{0});
  else
    return __atomic_load_n(p, __ATOMIC_SEQ_CST);
}

template <class T>
T combine(explore::Rmw operation, T before, T operand) {
  switch (operation) {
    case explore::Rmw::kExchange:
      return operand;
    case explore::Rmw::kAdd:
      return static_cast<T>(before + operand);
    case explore::Rmw::kSub:
      return static_cast<T>(before - operand);
    case explore::Rmw::kAnd:
      return static_cast<T>(before & operand);
    case explore::Rmw::kOr:
      return static_cast<T>(before | operand);
    case explore::Rmw::kXor:
      return static_cast<T>(before ^ operand);
    case explore::Rmw::kNand:
      return static_cast<T>(~(before & operand));
  }
  return before;
}

template <class T>
T update(explore::Rmw operation, volatile T* p, T operand) {
  T before = load(p);
  while (!compare_exchange(p, &before, combine(operation, before, operand))) {
  }
  return before;
}

template <class T>
void store(volatile T* p, T value) {
  if constexpr (kWide<T>)
    update(explore::Rmw::kExchange, p, value);
  else
    __atomic_store_n(p, value, __ATOMIC_SEQ_CST);
}

}  // namespace proberen::runtime::native
