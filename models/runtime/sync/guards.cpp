// Guards of function-local statics. The compiler's own code reads the first byte with an acquire load and calls these only while it is 0;
// the second byte is the location by which one thread is chosen.

#include <cxxabi.h>

#include "models/runtime/sync/once.hpp"

namespace proberen::runtime {
namespace {

Access first_byte(const void* guard, Order order, Site site) { return {reinterpret_cast<std::uintptr_t>(guard), 1, order, site}; }
Access second_byte(const void* guard, Site site) { return {reinterpret_cast<std::uintptr_t>(guard) + 1, 1, Order::kAcquire, site}; }

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C++ library's interface
using abi::__cxa_guard_abort;
using abi::__cxa_guard_acquire;
using abi::__cxa_guard_release;

namespace {

using Guard = abi::__guard;
bool modelled(const Guard* guard) { return explored() && !outlives_execution(guard); }
template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(next_symbol(name));
}

}  // namespace

PROBEREN_INTERPOSED int proberen_guard_acquire(Guard* guard) __asm__("__cxa_guard_acquire");
int proberen_guard_acquire(Guard* guard) {
  if (!modelled(guard)) {
    static const auto next = reinterpret_cast<int (*)(Guard*)>(next_symbol("__cxa_guard_acquire"));
    return next(guard);
  }
  PROBEREN_ENTER();
  return once_begin(second_byte(guard, site), guard) ? 1 : 0;
}

PROBEREN_INTERPOSED void proberen_guard_release(Guard* guard) __asm__("__cxa_guard_release");
void proberen_guard_release(Guard* guard) {
  if (!modelled(guard)) {
    static const auto next = reinterpret_cast<void (*)(Guard*)>(next_symbol("__cxa_guard_release"));
    return next(guard);
  }
  PROBEREN_ENTER();
  effect();
  engine().store(first_byte(guard, Order::kRelease, site), 1);
  once_end(second_byte(guard, site), true);
}

PROBEREN_INTERPOSED void proberen_guard_abort(Guard* guard) __asm__("__cxa_guard_abort");
void proberen_guard_abort(Guard* guard) {
  if (!modelled(guard)) {
    static const auto next = reinterpret_cast<void (*)(Guard*)>(next_symbol("__cxa_guard_abort"));
    return next(guard);
  }
  PROBEREN_ENTER();
  once_end(second_byte(guard, site), false);
}
