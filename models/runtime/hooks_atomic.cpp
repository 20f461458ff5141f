// The hooks of atomic accesses and fences. GCC calls compare_exchange_strong and _weak, clang compare_exchange_val.
//
// Those that a loop may wait with (loads, compare-and-swaps) come through arch/, which leaves the caller's registers in proberen_frame.

#include <cstring>
#include <functional>
#include <utility>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/native_atomics.hpp"
#include "models/runtime/orders.hpp"

namespace proberen::runtime {

namespace {

using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
using uint128_t = explore::Value;

[[noreturn, gnu::cold, gnu::noinline]] void misaligned(std::size_t size, Site site) {
  const std::string bytes = std::to_string(size);
  fail(
      FailureKind::kMixedSize,
      "an atomic access of " + bytes + " bytes at an address that is not a multiple of " + bytes + ": the memory model gives it no meaning",
      site, "atomic access");
}

template <class T>
[[gnu::always_inline]] inline Access access_of(const volatile T* pointer, int order, Site site, bool write) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  if (__builtin_expect(address % sizeof(T) != 0, 0)) misaligned(sizeof(T), site);
  return access_at(address, sizeof(T), order_of(order), site, write);
}

/// What malloc leaves in memory, as an atomic read finds it.
template <class T>
constexpr T unwritten() {
  return static_cast<T>(static_cast<T>(~T{0}) / 0xff * kUnwritten);
}

/// An atomic read has found the value.
template <class T>
[[gnu::always_inline]] inline void check_written(const Access& access, T value) {
  if (__builtin_expect(value == unwritten<T>(), 0) && in_arena(access.address)) heap_check_written(access.address, sizeof(T), access.site);
}

/// Calls `read` with what is known of the values that it may find.
template <class Read>
[[gnu::always_inline]] inline auto with_spin_facts(const void* frame, const Access& access, const Read& read) {
  const SpinFacts& facts = session->spin_facts();
  if (__builtin_expect(!facts.any(access.site), 1)) return read(nullptr);
  std::optional<SpinFacts::State> state;  // wanted only where there are old writes
  const auto leads_nowhere = [&](Value value) {
    if (!state) state = SpinFacts::state_of(*current, frame, access.address);
    return facts.know(*state, value);
  };
  const Futile futile = std::ref(leads_nowhere);  // so that it needs no memory
  return read(&futile);
}

template <class T>
[[gnu::always_inline]] inline T explored_load(const volatile T* pointer, int order) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(pointer, order, site_of(frame), false);
  spin_check(frame, access.address);
  const Value value = with_spin_facts(frame, access, [&](const Futile* futile) { return engine().load(access, futile); });
  current->last_read = value;
  if constexpr (sizeof(T) == 16) current->wide_load = std::exchange(current->library_loads, false) ? 0 : access.site;
  check_written(access, static_cast<T>(value));
  return static_cast<T>(value);
}

template <class T>
[[gnu::always_inline]] inline void explored_store(volatile T* pointer, T value, int order, void* returns_to) {
  const Inside inside;
  const Access access = access_of(pointer, order, reinterpret_cast<Site>(returns_to), true);
  effect();
  engine().store(access, static_cast<Value>(value));
}

/// An update that writes what it has read is no effect: a lock that is taken again and again, in vain, is a loop like another. An exchange
/// may be how an atomic object is initialized.
template <class T>
[[gnu::always_inline]] inline T explored_update(Rmw operation, volatile T* pointer, T operand, int order) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(pointer, order, site_of(frame), true);
  spin_check(frame, access.address);
  const Value old = engine().update(access, operation, static_cast<Value>(operand));
  if (operation != Rmw::kExchange) check_written(access, static_cast<T>(old));
  if (native::combine(operation, static_cast<T>(old), operand) != static_cast<T>(old)) effect();
  return static_cast<T>(old);
}

template <class T>
[[gnu::always_inline]] inline bool explored_exchange(volatile T* pointer, T& expected, T desired, int order, int on_failure, bool weak) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const Access access = access_of(pointer, order, site_of(frame), true);
  spin_check(frame, access.address);
  const Value wanted = static_cast<Value>(expected);
  Value found = wanted;
  const bool exchanged = with_spin_facts(frame, access, [&](const Futile* futile) {
    return engine().compare_exchange(access, order_of(on_failure), found, static_cast<Value>(desired), weak, futile);
  });
  if (exchanged) {
    if (static_cast<Value>(desired) != wanted) effect();
    return true;
  }
  current->last_read = found;
  check_written(access, static_cast<T>(found));
  if (found == wanted) effect();  // failed for no reason: the next turn may well succeed
  expected = static_cast<T>(found);
  return false;
}

/// The same, where what was found is left in memory of the program.
template <class T>
[[gnu::always_inline]] inline bool explored_exchange_in_memory(volatile T* pointer, T* expected, T desired, int order, int on_failure,
                                                               bool weak) {
  T found = *expected;
  if (explored_exchange(pointer, found, desired, order, on_failure, weak)) return true;
  note_written(reinterpret_cast<std::uintptr_t>(expected), sizeof(T));
  *expected = found;
  return false;
}

/// What a failing compare-and-swap reads with when only one order is known.
int failure_order(int order) {
  if ((order & 0x7fff) == __ATOMIC_ACQ_REL) return __ATOMIC_ACQUIRE;
  return (order & 0x7fff) == __ATOMIC_RELEASE ? __ATOMIC_RELAXED : order;
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the compilers' interface

#define PROBEREN_RETURN __builtin_return_address(0)

#define PROBEREN_UPDATE(bits, name, operation)                                                                                             \
  PROBEREN_HIDDEN uint##bits##_t proberen_native___tsan_atomic##bits##_##name(volatile uint##bits##_t* p, uint##bits##_t v, int) {         \
    return native::update(Rmw::operation, p, v);                                                                                           \
  }                                                                                                                                        \
  PROBEREN_HIDDEN uint##bits##_t proberen_explored___tsan_atomic##bits##_##name(volatile uint##bits##_t* p, uint##bits##_t v, int order) { \
    return explored_update(Rmw::operation, p, v, order);                                                                                   \
  }

#define PROBEREN_ATOMIC(bits)                                                                                                             \
  PROBEREN_HIDDEN uint##bits##_t proberen_native___tsan_atomic##bits##_load(const volatile uint##bits##_t* p, int) {                      \
    return native::load(p);                                                                                                               \
  }                                                                                                                                       \
  PROBEREN_HIDDEN uint##bits##_t proberen_explored___tsan_atomic##bits##_load(const volatile uint##bits##_t* p, int order) {              \
    return explored_load(p, order);                                                                                                       \
  }                                                                                                                                       \
  PROBEREN_INTERPOSED void __tsan_atomic##bits##_store(volatile uint##bits##_t* p, uint##bits##_t v, int order) {                         \
    if (!explored()) return native::store(p, v);                                                                                          \
    explored_store(p, v, order, PROBEREN_RETURN);                                                                                         \
  }                                                                                                                                       \
  PROBEREN_UPDATE(bits, exchange, kExchange)                                                                                              \
  PROBEREN_UPDATE(bits, fetch_add, kAdd)                                                                                                  \
  PROBEREN_UPDATE(bits, fetch_sub, kSub)                                                                                                  \
  PROBEREN_UPDATE(bits, fetch_and, kAnd)                                                                                                  \
  PROBEREN_UPDATE(bits, fetch_or, kOr)                                                                                                    \
  PROBEREN_UPDATE(bits, fetch_xor, kXor)                                                                                                  \
  PROBEREN_UPDATE(bits, fetch_nand, kNand)                                                                                                \
  PROBEREN_EXCHANGE(bits, strong, false)                                                                                                  \
  PROBEREN_EXCHANGE(bits, weak, true)                                                                                                     \
  PROBEREN_HIDDEN uint##bits##_t proberen_native___tsan_atomic##bits##_compare_exchange_val(volatile uint##bits##_t* p, uint##bits##_t c, \
                                                                                            uint##bits##_t v, int) {                      \
    native::compare_exchange(p, &c, v);                                                                                                   \
    return c;                                                                                                                             \
  }

/* The last argument may have come on the stack, where arch/ does not reach: it is made from the order before it. */
#define PROBEREN_EXCHANGE_VALUE(bits)                                                              \
  PROBEREN_HIDDEN uint##bits##_t proberen_explored___tsan_atomic##bits##_compare_exchange_val(     \
      volatile uint##bits##_t* p, uint##bits##_t c, uint##bits##_t v, int order, int on_failure) { \
    session->note_unknown_strength();                                                              \
    explored_exchange(p, c, v, order, on_failure, false);                                          \
    return c;                                                                                      \
  }

#define PROBEREN_EXCHANGE(bits, strength, weak)                                                                                          \
  PROBEREN_HIDDEN int proberen_native___tsan_atomic##bits##_compare_exchange_##strength(volatile uint##bits##_t* p, uint##bits##_t* c,   \
                                                                                        uint##bits##_t v, int, int) {                    \
    return native::compare_exchange(p, c, v);                                                                                            \
  }                                                                                                                                      \
  PROBEREN_HIDDEN int proberen_explored___tsan_atomic##bits##_compare_exchange_##strength(volatile uint##bits##_t* p, uint##bits##_t* c, \
                                                                                          uint##bits##_t v, int order, int on_failure) { \
    return explored_exchange_in_memory(p, c, v, order, on_failure, weak);                                                                \
  }

PROBEREN_ATOMIC(8)
PROBEREN_ATOMIC(16)
PROBEREN_ATOMIC(32)
PROBEREN_ATOMIC(64)
PROBEREN_ATOMIC(128)
PROBEREN_EXCHANGE_VALUE(8)
PROBEREN_EXCHANGE_VALUE(16)
PROBEREN_EXCHANGE_VALUE(32)
PROBEREN_EXCHANGE_VALUE(64)

PROBEREN_HIDDEN uint128_t proberen_explored___tsan_atomic128_compare_exchange_val(volatile uint128_t* p, uint128_t c, uint128_t v,
                                                                                  int order) {
  session->note_unknown_strength();
  explored_exchange(p, c, v, order, failure_order(order), false);
  return c;
}

PROBEREN_INTERPOSED void __tsan_atomic_thread_fence(int order) {
  if (!explored()) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return;
  }
  const Inside inside;
  engine().fence(order_of(order), reinterpret_cast<Site>(PROBEREN_RETURN));
}

PROBEREN_INTERPOSED void __tsan_atomic_signal_fence(int) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }
