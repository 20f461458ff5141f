/// Call: what every interposed function starts with: from the program's code into the runtime, and where in the program that was.
#pragma once

#include <cstdio>
#include <string_view>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/mode.hpp"
#include "models/runtime/real.hpp"
#include "models/runtime/session.hpp"
#include "models/runtime/site.hpp"

/// Continues as the runtime; `site` is the place in the program that made the call. Only where explored() held.
#define PROBEREN_ENTER()               \
  ::proberen::runtime::Inside inside_; \
  [[maybe_unused]] const ::proberen::runtime::Site site = PROBEREN_SITE()

/// The same for a function that came through arch/, which a loop may call again and again without effect.
#define PROBEREN_ENTER_LOOKING(object)                                                                                                    \
  ::proberen::runtime::Inside inside_;                                                                                                    \
  const auto* const frame_ = static_cast<const std::uintptr_t*>(proberen_frame);                                                          \
  const ::proberen::runtime::Site site = ::proberen::runtime::user_site(                                                                  \
      frame_[::proberen::runtime::kSavedRegisters], reinterpret_cast<std::uintptr_t>(frame_ + ::proberen::runtime::kSavedRegisters + 1)); \
  ::proberen::runtime::spin_check(frame_, reinterpret_cast<std::uintptr_t>(object))

namespace proberen::runtime {

using explore::Access;
using explore::FailureKind;
using explore::Futile;
using explore::Order;
using explore::Rmw;
using explore::Value;

/// Something on the fiber's stack that is not its own: when its frame is reused it must be forgotten, see frames.cpp.
void note_shared_on_stack(Fiber& fiber, std::uintptr_t address, std::size_t size, bool atomic);
/// The fiber has written there itself, plainly.
void note_own_again(Fiber& fiber, std::uintptr_t address, std::size_t size);
inline void note_atomic(std::uintptr_t address, unsigned size) {
  const int slot = stack_slot(address);
  if (__builtin_expect(slot >= 0 && slot < session->threads(), 0)) note_shared_on_stack(session->fiber(slot), address, size, true);
}

/// The running thread's atomic access to these bytes. Fails the execution where it may not touch them.
[[nodiscard, gnu::always_inline]] inline Access access_at(std::uintptr_t address, unsigned size, Order order, Site site, bool write) {
  heap_check(address, size, write, site);
  note_atomic(address, size);
  current->last_access = {address, size, false};
  return {address, size, order, site};
}

/// An int that stands for a synchronization object in the engine. Fails the execution where its memory is freed.
[[nodiscard]] inline Access word(const void* address, Order order, Site site) {
  return access_at(reinterpret_cast<std::uintptr_t>(address), 4, order, site, true);
}

/// `lock of mutex 0x…`, in the running fiber's own buffer: valid until it asks for the next one.
[[nodiscard]] std::string_view waiting_for(std::string_view what, const void* object);

/// The running thread does what others can see: its loops are not without effect.
inline void effect() {
  ++current->effects;
  engine().effect();
}

/// For a looking hook, wherever there may be a loop (spin.hpp).
[[gnu::always_inline]] inline void spin_check(const void* frame, std::uintptr_t address) {
  if (engine().may_come_back()) look_for_loop(*current, frame, address);
}

/// It takes a lock, or gives one up.
inline void lock_taken(const void* lock) {
  if (!current->spin.take(lock)) effect();
}
inline void lock_given_up(const void* lock) {
  if (!current->spin.undone()) effect();  // what was written under it may be seen from now on
  if (!current->spin.give_up(lock)) effect();
}

/// Whether it lies in the living part of the running thread's own stack, which is part of the state that spin.hpp compares.
[[gnu::always_inline]] inline bool on_own_stack(std::uintptr_t address) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  return address >= here && address < reinterpret_cast<std::uintptr_t>(current->borrowed.stack_top);
}
/// The running thread is about to write there: an effect, unless it is to its own stack, or leaves memory as it was (spin.hpp).
[[gnu::always_inline]] inline void note_written(std::uintptr_t address, std::size_t size) {
  if (on_own_stack(address)) {
    if (__builtin_expect(address + size > current->lowest_shared, 0)) note_own_again(*current, address, size);
    return;
  }
  const int slot = stack_slot(address);
  if (__builtin_expect(slot >= 0 && slot < session->threads(), 0)) note_shared_on_stack(session->fiber(slot), address, size, false);
  ++current->writes;
  if (!current->spin.may_be_undone(current->effects, address, size)) effect();
}
/// It has read there.
[[gnu::always_inline]] inline void note_read(std::uintptr_t address) {
  if (!on_own_stack(address)) ++current->reads;
}

/// An object's life begins or ends: a write of its memory that races with every use that is not ordered with it.
void object_written(const void* address, std::size_t size, Site site);
/// It is used where that is no atomic access of its memory: these bytes of it, which only its life's beginning and end write.
void object_used(const void* address, std::size_t size, Site site);

}  // namespace proberen::runtime
