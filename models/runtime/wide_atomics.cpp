// What compilers call where an atomic of 16 bytes is not lock-free to them: libatomic's functions for it, which are the hooks here.

#include <utility>

#include "models/runtime/call.hpp"

using Wide = proberen::explore::Value;

extern "C" {
Wide __tsan_atomic128_load(const volatile Wide* p, int order);
void __tsan_atomic128_store(volatile Wide* p, Wide v, int order);
int __tsan_atomic128_compare_exchange_strong(volatile Wide* p, Wide* c, Wide v, int order, int on_failure);
}

#define PROBEREN_SITE_HERE reinterpret_cast<proberen::runtime::Site>(__builtin_return_address(0))

// The compiler knows these names as builtins and does not let them be defined under them.
#define PROBEREN_NAMED(result, name, symbol, parameters)      \
  PROBEREN_INTERPOSED result name parameters __asm__(symbol); \
  result name parameters

/// Clang puts the hook in front of a load and leaves the load, of which nobody uses the value: where 16 bytes are not lock-free to it, that
/// is a call right behind the hook's.
static bool is_left_behind_hook(proberen::runtime::Site returns_to) {
  using namespace proberen::runtime;
  constexpr Site kNear = 64;
  return std::exchange(current->wide_load, 0) - returns_to + kNear < kNear;
}

PROBEREN_NAMED(Wide, wide_load, "__atomic_load_16", (const volatile Wide* p, int order)) {
  if (proberen::runtime::explored()) {
    if (is_left_behind_hook(PROBEREN_SITE_HERE)) return 0;
    proberen::runtime::current->library_loads = true;
  }
  return __tsan_atomic128_load(p, order);
}
PROBEREN_NAMED(void, wide_store, "__atomic_store_16", (volatile Wide * p, Wide v, int order)) { __tsan_atomic128_store(p, v, order); }

#define PROBEREN_WIDE_UPDATE(name)                                                                     \
  extern "C" Wide __tsan_atomic128_##name(volatile Wide* p, Wide v, int order);                        \
  PROBEREN_NAMED(Wide, wide_##name, "__atomic_" #name "_16", (volatile Wide * p, Wide v, int order)) { \
    return __tsan_atomic128_##name(p, v, order);                                                       \
  }
PROBEREN_WIDE_UPDATE(exchange)
PROBEREN_WIDE_UPDATE(fetch_add)
PROBEREN_WIDE_UPDATE(fetch_sub)
PROBEREN_WIDE_UPDATE(fetch_and)
PROBEREN_WIDE_UPDATE(fetch_or)
PROBEREN_WIDE_UPDATE(fetch_xor)
PROBEREN_WIDE_UPDATE(fetch_nand)

PROBEREN_NAMED(bool, wide_swap, "__atomic_compare_exchange_16", (volatile Wide * p, Wide* c, Wide v, int order, int on_failure)) {
  return __tsan_atomic128_compare_exchange_strong(p, c, v, order, on_failure) != 0;
}
