// Barriers: one location holds the round in its upper half and how many have come in its lower one. Who comes last starts the next round.

#include <pthread.h>

#include <cerrno>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

/// The object's memory, ours alone: glibc's own form of it is never looked at.
struct Barrier {
  unsigned state;
  unsigned threshold;
};
static_assert(sizeof(Barrier) <= sizeof(pthread_barrier_t));
constexpr unsigned kRound = 1U << 16;

int wait(Barrier& barrier, Site site) {
  effect();
  const unsigned threshold = barrier.threshold;
  const auto arrive = [threshold](Value value) -> std::optional<Value> {
    const auto state = static_cast<unsigned>(value);
    return state % kRound + 1 == threshold ? state - state % kRound + kRound : state + 1;
  };
  const std::string_view what = waiting_for("wait at barrier", &barrier);
  const auto before = static_cast<unsigned>(engine().await_update(word(&barrier.state, Order::kAcqRel, site), arrive, what));
  if (before % kRound + 1 == threshold) return PTHREAD_BARRIER_SERIAL_THREAD;
  const unsigned round = before / kRound;
  engine().await(word(&barrier.state, Order::kAcquire, site), [round](Value value) { return static_cast<unsigned>(value) / kRound != round; }, what);
  return 0;
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_barrier_init(pthread_barrier_t* object, const pthread_barrierattr_t* attributes, unsigned count) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_barrier_init)(object, attributes, count);
  PROBEREN_ENTER();
  if (count == 0 || count >= kRound) return EINVAL;
  object_written(object, sizeof(*object), site);
  *reinterpret_cast<Barrier*>(object) = {0, count};
  return 0;
}

PROBEREN_INTERPOSED int pthread_barrier_destroy(pthread_barrier_t* object) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_barrier_destroy)(object);
  PROBEREN_ENTER();
  object_written(object, sizeof(*object), site);
  return 0;
}

PROBEREN_INTERPOSED int pthread_barrier_wait(pthread_barrier_t* object) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_barrier_wait)(object);
  PROBEREN_ENTER();
  return wait(*reinterpret_cast<Barrier*>(object), site);
}
