// libatomic's functions for objects of any size, which compilers call where there is no instruction for one: of 3 or 12 bytes, say. Up to
// 16 bytes an object is one location of the engine. A bigger one is not modelled: the library keeps it under a lock of its own, of which
// the engine knows nothing. All values are in the program's memory.

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/memory_functions.hpp"
#include "models/runtime/libc/unsupported.hpp"
#include "models/runtime/orders.hpp"

namespace proberen::runtime {
namespace {

/// The compilers' library itself.
template <class Function>
Function of_library(const char* name) {
  void* const library = dlopen("libatomic.so.1", RTLD_NOW | RTLD_GLOBAL);
  return reinterpret_cast<Function>(library == nullptr ? next_symbol(name) : dlsym(library, name));
}

Access access_of(std::size_t size, const volatile void* object, int order, Site site, bool write) {
  if (size > sizeof(Value)) unsupported("an atomic object of more than 16 bytes", site);
  return access_at(reinterpret_cast<std::uintptr_t>(object), static_cast<unsigned>(size), order_of(order), site, write);
}

/// An atomic read has found the value.
void check_written(const Access& access, Value value) {
  unsigned char bytes[sizeof(Value)];
  std::memcpy(bytes, &value, sizeof(bytes));
  const bool unwritten = std::all_of(bytes, bytes + access.size, [](unsigned char byte) { return byte == kUnwritten; });
  if (unwritten && in_arena(access.address)) heap_check_written(access.address, access.size, access.site);
}

Value value_in(const void* memory, const Access& access) {
  announce(memory, access.size, false, access.site);
  Value value = 0;
  std::memcpy(&value, memory, access.size);
  return value;
}

void leave_in(void* memory, Value value, const Access& access) {
  announce(memory, access.size, true, access.site);
  std::memcpy(memory, &value, access.size);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the compilers' interface

PROBEREN_HIDDEN void proberen_native___atomic_load(std::size_t size, const volatile void* object, void* result, int order) {
  static const auto real = of_library<void (*)(std::size_t, const volatile void*, void*, int)>("__atomic_load");
  real(size, object, result, order);
}

PROBEREN_HIDDEN void proberen_explored___atomic_load(std::size_t size, const volatile void* object, void* result, int order) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(size, object, order, site_of(frame), false);
  spin_check(frame, access.address);
  const Value value = engine().load(access);
  current->last_read = value;
  check_written(access, value);
  leave_in(result, value, access);
}

PROBEREN_HIDDEN void proberen_native___atomic_exchange(std::size_t size, volatile void* object, void* value, void* result, int order) {
  static const auto real = of_library<void (*)(std::size_t, volatile void*, void*, void*, int)>("__atomic_exchange");
  real(size, object, value, result, order);
}

PROBEREN_HIDDEN void proberen_explored___atomic_exchange(std::size_t size, volatile void* object, void* value, void* result, int order) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(size, object, order, site_of(frame), true);
  const Value fresh = value_in(value, access);
  spin_check(frame, access.address);
  const Value old = engine().update(access, Rmw::kExchange, fresh);
  if (old != fresh) effect();
  leave_in(result, old, access);
}

PROBEREN_HIDDEN bool proberen_native___atomic_compare_exchange(std::size_t size, volatile void* object, void* expected, void* desired,
                                                               int order, int on_failure) {
  static const auto real = of_library<bool (*)(std::size_t, volatile void*, void*, void*, int, int)>("__atomic_compare_exchange");
  return real(size, object, expected, desired, order, on_failure);
}

PROBEREN_HIDDEN bool proberen_explored___atomic_compare_exchange(std::size_t size, volatile void* object, void* expected, void* desired,
                                                                 int order, int on_failure) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(size, object, order, site_of(frame), true);
  const Value wanted = value_in(expected, access);
  const Value fresh = value_in(desired, access);
  spin_check(frame, access.address);
  Value found = wanted;
  session->note_unknown_strength();
  if (engine().compare_exchange(access, order_of(on_failure), found, fresh, false)) {
    if (fresh != wanted) effect();
    return true;
  }
  current->last_read = found;
  check_written(access, found);
  leave_in(expected, found, access);
  return false;
}

// The compiler knows the name as a builtin and does not let it be defined under that.
PROBEREN_INTERPOSED void proberen_any_store(std::size_t size, volatile void* object, void* value, int order) __asm__("__atomic_store");
void proberen_any_store(std::size_t size, volatile void* object, void* value, int order) {
  if (!explored()) {
    static const auto real = of_library<void (*)(std::size_t, volatile void*, void*, int)>("__atomic_store");
    return real(size, object, value, order);
  }
  PROBEREN_ENTER();
  const Access access = access_of(size, object, order, site, true);
  const Value fresh = value_in(value, access);
  effect();
  engine().store(access, fresh);
}
