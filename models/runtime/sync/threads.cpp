#include "models/runtime/sync/threads.hpp"

#include <unistd.h>
#include <cerrno>

#include "models/runtime/program.hpp"
#include "models/runtime/sync/clock.hpp"
#include "models/runtime/unsupported.hpp"

namespace proberen::runtime {

Fiber* fiber_of(pthread_t handle) {
  for (int thread = 0; thread < session->threads(); ++thread) {
    Fiber& fiber = session->fiber(thread);
    if (fiber.borrowed.handle == handle) return &fiber;
  }
  return nullptr;
}

pthread_t create_thread(const Start& start, bool detached, Site site) { return session->create(start, detached, site).borrowed.handle; }

int join_thread(pthread_t handle, void** result, Site site) {
  Fiber* const fiber = fiber_of(handle);
  if (fiber == nullptr) return ESRCH;
  if (fiber == current) return EDEADLK;
  if (fiber->detached || fiber->joined) return EINVAL;
  fiber->joined = true;
  effect();
  engine().join(fiber->id, site);
  current->clock_ns = std::max(current->clock_ns, fiber->clock_ns);
  if (result != nullptr) *result = fiber->result;
  return 0;
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
