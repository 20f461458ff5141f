#include "models/runtime/sync/threads.hpp"

#include <unistd.h>
#include <cerrno>

#include "models/runtime/libc/memory_functions.hpp"
#include "models/runtime/libc/unsupported.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/sync/barrier.hpp"
#include "models/runtime/sync/clock.hpp"
#include "models/runtime/sync/timed_wait.hpp"

namespace proberen::runtime {

Fiber* fiber_of(pthread_t handle) {
  const int slot = std::max(stack_slot(handle), 0);  // the C library keeps a thread's own data on its stack; main's stack is another one
  if (slot >= session->threads()) return nullptr;
  Fiber& fiber = session->fiber(slot);
  return fiber.borrowed.handle == handle ? &fiber : nullptr;
}

pthread_t create_thread(const Start& start, bool detached, Site site) { return session->create(start, detached, site).borrowed.handle; }

namespace {

/// 0: the running thread may join it.
int why_not_join(const Fiber* fiber) {
  if (fiber == nullptr) return ESRCH;
  if (fiber == current) return EDEADLK;
  return fiber->detached || fiber->joined ? EINVAL : 0;
}

/// Where no barrier is: crowded where some thread asks whether another one has ended.
constexpr std::uintptr_t kEnds = 1;

}  // namespace

int join_thread(pthread_t handle, void** result, Site site) {
  Fiber* const fiber = fiber_of(handle);
  if (const int error = why_not_join(fiber); error != 0) return error;
  fiber->joined = true;
  effect();
  engine().join(fiber->id, site);
  current->clock_ns = std::max(current->clock_ns, fiber->clock_ns);
  if (result == nullptr) return 0;
  announce(result, sizeof(*result), true, site);
  *result = fiber->result;
  return 0;
}

void thread_ends(Fiber& fiber) {
  if (!is_crowded(kEnds)) return;
  effect();
  engine().store(word(&fiber.ended, Order::kRelease, 0), 1);
}

int try_join_thread(Fiber& fiber, void** result, Site site) {
  if (const int error = why_not_join(&fiber); error != 0) return error;
  if (!is_crowded(kEnds)) note_crowd(kEnds);
  current->last_read = engine().load(word(&fiber.ended, Order::kAcquire, site));
  return current->last_read == 0 ? EBUSY : join_thread(fiber.borrowed.handle, result, site);
}

int timed_join_thread(pthread_t handle, void** result, clockid_t clock, const timespec* deadline, Site site) {
  if (const int error = why_not_join(fiber_of(handle)); error != 0) return error;
  if (deadline != nullptr && (!waits_by(clock) || !is_time(deadline))) return EINVAL;
  if (deadline == nullptr) return join_thread(handle, result, site);
  if (engine().choose(2, site) == 0) {
    const TimedWait wait;
    return join_thread(handle, result, site);
  }
  effect();
  current->clock_ns = std::max(current->clock_ns, deadline_ns(clock, deadline));
  return ETIMEDOUT;
}

int detach_thread(pthread_t handle) {
  Fiber* const fiber = fiber_of(handle);
  if (fiber == nullptr) return ESRCH;
  if (fiber->detached || fiber->joined) return EINVAL;
  fiber->detached = true;
  return 0;
}

namespace {

/// A thread that starts before main is none that the engine could know of.
[[noreturn]] void too_early() {
  static const char kText[] = "proberen: a thread is created before main starts, which cannot be explored\n";
  (void)!PROBEREN_REAL(write)(2, kText, sizeof(kText) - 1);
  _exit(2);
}

bool is_detached(const pthread_attr_t* attributes) {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

/// Stacks are of one size (kernel_threads.hpp). Who asks for more than the default means to use it.
bool wants_larger_stack(const pthread_attr_t* attributes) {
  std::size_t wanted = 0, usual = 0;
  if (attributes == nullptr || pthread_attr_getstacksize(attributes, &wanted) != 0 || wanted <= kStackStride) return false;
  pthread_attr_t untouched;
  pthread_attr_init(&untouched);
  pthread_attr_getstacksize(&untouched, &usual);
  pthread_attr_destroy(&untouched);
  return wanted != usual;
}

/// The stack that the thread runs on here, which is not the one that the kernel has given it.
int attributes_of(const Fiber& fiber, pthread_attr_t* attributes) {
  if (const int error = pthread_attr_init(attributes); error != 0) return error;
  const Borrowed& stack = fiber.borrowed;
  pthread_attr_setguardsize(attributes, kStackGuard);
  pthread_attr_setdetachstate(attributes, fiber.detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
  return pthread_attr_setstack(attributes, stack.stack_low, static_cast<std::size_t>(stack.stack_top - stack.stack_low));
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*function)(void*), void* argument) {
  if (!explored()) {
    if (proberen_mode == kNative && static_constructors_run()) too_early();
    return PROBEREN_REAL(pthread_create)(handle, attributes, function, argument);
  }
  PROBEREN_ENTER();
  if (wants_larger_stack(attributes)) unsupported("pthread_create with a stack of more than 8 MiB", site);
  const Start start{Start::kPosix, reinterpret_cast<void*>(function), argument};
  *handle = create_thread(start, is_detached(attributes), site);
  return 0;
}

PROBEREN_INTERPOSED pthread_t pthread_self() noexcept { return explored() ? current->borrowed.handle : PROBEREN_REAL(pthread_self)(); }

PROBEREN_INTERPOSED int pthread_getattr_np(pthread_t handle, pthread_attr_t* attributes) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_getattr_np)(handle, attributes);
  PROBEREN_ENTER();
  const Fiber* const fiber = fiber_of(handle);
  return fiber == nullptr ? ESRCH : attributes_of(*fiber, attributes);
}

PROBEREN_INTERPOSED int pthread_join(pthread_t handle, void** result) {
  if (!explored()) return PROBEREN_REAL(pthread_join)(handle, result);
  PROBEREN_ENTER();
  return join_thread(handle, result, site);
}

PROBEREN_HIDDEN int proberen_native_pthread_tryjoin_np(pthread_t handle, void** result) {
  return PROBEREN_REAL(pthread_tryjoin_np)(handle, result);
}

PROBEREN_HIDDEN int proberen_explored_pthread_tryjoin_np(pthread_t handle, void** result) {
  Fiber* const fiber = fiber_of(handle);
  if (fiber == nullptr) return ESRCH;
  PROBEREN_ENTER_LOOKING(&fiber->ended);
  return try_join_thread(*fiber, result, site);
}

PROBEREN_INTERPOSED int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_timedjoin_np)(handle, result, deadline);
  PROBEREN_ENTER();
  return timed_join_thread(handle, result, CLOCK_REALTIME, deadline, site);
}

PROBEREN_INTERPOSED int pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock, const timespec* deadline) {
  if (!explored()) return PROBEREN_REAL(pthread_clockjoin_np)(handle, result, clock, deadline);
  PROBEREN_ENTER();
  return timed_join_thread(handle, result, clock, deadline, site);
}

PROBEREN_INTERPOSED int pthread_detach(pthread_t handle) {
  if (!explored()) return PROBEREN_REAL(pthread_detach)(handle);
  PROBEREN_ENTER();
  effect();
  return detach_thread(handle);
}

// The real one unwinds the stack, down to the place that the fiber has set in proberen_fiber_main. In main it ends that thread alone.
PROBEREN_INTERPOSED void pthread_exit(void* result) {
  if (explored()) current->result = result;
  PROBEREN_REAL(pthread_exit)(result);
  __builtin_unreachable();
}

extern "C" int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* module);

PROBEREN_INTERPOSED int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* module) {
  if (!explored()) return PROBEREN_REAL(__cxa_thread_atexit_impl)(function, object, module);
  const Inside inside;
  current->destructors.push_back({function, object});
  return 0;
}
