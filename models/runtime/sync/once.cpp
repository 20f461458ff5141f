#include "models/runtime/sync/once.hpp"

#include <pthread.h>
#include <threads.h>

namespace proberen::runtime {

bool once_begin(const Access& where, const void* object) {
  Access look = where;
  look.order = Order::kAcquire;
  const auto begin = [](Value value) { return value == kOnceNew ? std::optional<Value>(kOnceRunning) : std::nullopt; };
  const auto runs = [](Value value) { return value == kOnceRunning; };
  if (!engine().update_or_wait(look, begin, runs, waiting_for("wait for the end of an initialization", object))) return false;
  effect();
  return true;
}

void once_end(Access where, bool done) {
  where.order = Order::kRelease;
  effect();
  engine().store(where, done ? kOnceDone : kOnceNew);
}

bool outlives_execution(const void* object) {
  const auto address = reinterpret_cast<std::uintptr_t>(object);
  for (const Module& module : session->modules()) {
    if (module.whole.contains(address)) return !module.instrumented;
  }
  return false;
}

namespace {

void once(int* flag, void (*function)(), Site site) {
  const Access where = word(flag, Order::kAcquire, site);
  if (!once_begin(where, flag)) return;
  try {
    const Outside outside;
    function();
  } catch (...) {  // an exception, or pthread_exit
    once_end(where, false);
    throw;
  }
  once_end(where, true);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_once(pthread_once_t* flag, void (*function)()) {
  if (!explored() || outlives_execution(flag)) return PROBEREN_REAL(pthread_once)(flag, function);
  PROBEREN_ENTER();
  once(flag, function, site);
  return 0;
}

PROBEREN_INTERPOSED void call_once(once_flag* flag, void (*function)()) {
  if (!explored() || outlives_execution(flag)) return PROBEREN_REAL(call_once)(flag, function);
  PROBEREN_ENTER();
  once(&flag->__data, function, site);
}
