/// Orders: the numbers that compilers pass for memory orders.
#pragma once

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

/// C11's numbers; GCC may set bits above them.
[[nodiscard]] inline explore::Order order_of(int order) {
  using explore::Order;
  switch (order & 0x7fff) {
    case __ATOMIC_RELAXED:
      return Order::kRelaxed;
    case __ATOMIC_CONSUME:
    case __ATOMIC_ACQUIRE:
      return Order::kAcquire;
    case __ATOMIC_RELEASE:
      return Order::kRelease;
    case __ATOMIC_ACQ_REL:
      return Order::kAcqRel;
    default:
      return Order::kSeqCst;
  }
}

}  // namespace proberen::runtime
