// What compilers call where an atomic is not lock-free to them: libatomic's functions for 16 bytes, which have hooks of their own here, and
// those for any size, which cannot be modelled.

#include <cstring>
#include <utility>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/unsupported.hpp"

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

namespace {

/// Of another size: the compilers' library does it under a lock, of which the engine knows nothing.
template <class Function>
Function real_or_unsupported(const char* name, proberen::runtime::Site site) {
  using namespace proberen::runtime;
  if (explored()) {
    const Inside inside;
    unsupported("an atomic object of this size", site);
  }
  void* const library = dlopen("libatomic.so.1", RTLD_NOW | RTLD_GLOBAL);
  return reinterpret_cast<Function>(library == nullptr ? next_symbol(name) : dlsym(library, name));
}

}  // namespace

PROBEREN_NAMED(void, any_load, "__atomic_load", (std::size_t size, const volatile void* p, void* result, int order)) {
  using Function = void (*)(std::size_t, const volatile void*, void*, int);
  real_or_unsupported<Function>("__atomic_load", PROBEREN_SITE_HERE)(size, p, result, order);
}
PROBEREN_NAMED(void, any_store, "__atomic_store", (std::size_t size, volatile void* p, void* value, int order)) {
  using Function = void (*)(std::size_t, volatile void*, void*, int);
  real_or_unsupported<Function>("__atomic_store", PROBEREN_SITE_HERE)(size, p, value, order);
}
PROBEREN_NAMED(void, any_exchange, "__atomic_exchange", (std::size_t size, volatile void* p, void* value, void* result, int order)) {
  using Function = void (*)(std::size_t, volatile void*, void*, void*, int);
  real_or_unsupported<Function>("__atomic_exchange", PROBEREN_SITE_HERE)(size, p, value, result, order);
}
PROBEREN_NAMED(bool, any_swap, "__atomic_compare_exchange",
               (std::size_t size, volatile void* p, void* c, void* v, int order, int on_failure)) {
  using Function = bool (*)(std::size_t, volatile void*, void*, void*, int, int);
  return real_or_unsupported<Function>("__atomic_compare_exchange", PROBEREN_SITE_HERE)(size, p, c, v, order, on_failure);
}
