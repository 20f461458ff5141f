#include "models/runtime/sync/barrier.hpp"

#include <pthread.h>

#include <algorithm>
#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/presupposed.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/sync/destroyed.hpp"

namespace proberen::runtime {
namespace {

/// The object's memory, ours alone: glibc's own form of it is never looked at.
struct Barrier {
  unsigned state;
  unsigned threshold;
  unsigned waiting;    ///< in a meeting that is not complete
  unsigned destroyed;  ///< or kDestroyed
};
static_assert(sizeof(Barrier) <= sizeof(pthread_barrier_t));
constexpr unsigned kRound = 1U << 16;

constexpr char kLetter = 'B';
std::vector<std::uintptr_t> crowds;
bool used = false;

/// Who comes last starts the next round: the round is in the upper half of the location, how many have come in the lower one.
int wait_in_crowd(Barrier& barrier, Site site, std::string_view what) {
  const unsigned threshold = barrier.threshold;
  const auto arrive = [threshold](Value value) -> std::optional<Value> {
    const auto state = static_cast<unsigned>(value);
    return state % kRound + 1 == threshold ? state - state % kRound + kRound : state + 1;
  };
  const auto before = static_cast<unsigned>(engine().await_update(word(&barrier.state, Order::kAcqRel, site), arrive, what));
  if (before % kRound + 1 == threshold) return PTHREAD_BARRIER_SERIAL_THREAD;
  const unsigned round = before / kRound;
  engine().await(
      word(&barrier.state, Order::kAcquire, site), [round](Value value) { return static_cast<unsigned>(value) / kRound != round; }, what);
  return 0;
}

void check_alive(const Barrier& barrier, const char* use, Site site) {
  runtime::check_alive(&barrier, sizeof(barrier), barrier.destroyed, "barrier", use, site);
}

int wait(Barrier& barrier, Site site) {
  check_alive(barrier, "wait", site);
  object_used(&barrier.threshold, sizeof(barrier.threshold), site);
  effect();
  used = true;
  const auto place = reinterpret_cast<std::uintptr_t>(&barrier);
  const std::string_view what = waiting_for("wait at barrier", &barrier);
  if (is_crowded(place)) return wait_in_crowd(barrier, site, what);
  const auto threshold = static_cast<int>(barrier.threshold);
  if (engine().visitors(place) > threshold) note_crowd(place);
  if (++barrier.waiting == barrier.threshold) barrier.waiting = 0;  // from now on it may be destroyed
  const bool serial = engine().meet(place, threshold, site, what);
  return serial ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}

void destroy(Barrier& barrier, Site site) {
  check_alive(barrier, "destruction", site);
  if (barrier.waiting != 0 || barrier.state % kRound != 0) {
    fail(FailureKind::kLockMisuse, std::string(waiting_for("destruction of what threads wait for: barrier", &barrier)), site, "destroy");
  }
  object_written(&barrier, sizeof(pthread_barrier_t), site);
  barrier.destroyed = kDestroyed;
}

}  // namespace

bool barriers_used() { return used; }

bool is_crowded(std::uintptr_t place) { return std::find(crowds.begin(), crowds.end(), place) != crowds.end(); }

void note_crowd(std::uintptr_t place) {
  crowds.push_back(place);
  session->start_over();
}

void crowds_clear() {
  crowds.clear();
  used = false;
}

std::string crowds_text() { return to_text(kLetter, crowds); }

void crowds_parse(std::string& witness) {
  for (const std::uintptr_t place : take_addresses(kLetter, witness)) {
    if (!is_crowded(place)) crowds.push_back(place);
  }
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_barrier_init(pthread_barrier_t* object, const pthread_barrierattr_t* attributes, unsigned count) noexcept {
  if (!explored()) {
    const int result = PROBEREN_REAL(pthread_barrier_init)(object, attributes, count);
    if (result == 0 && static_constructors_run()) *reinterpret_cast<Barrier*>(object) = {0, count, 0, 0};
    return result;
  }
  PROBEREN_ENTER();
  if (count == 0 || count >= kRound) return EINVAL;
  object_written(object, sizeof(*object), site);
  engine().new_meeting_place(reinterpret_cast<std::uintptr_t>(object));
  *reinterpret_cast<Barrier*>(object) = {0, count, 0, 0};
  return 0;
}

PROBEREN_INTERPOSED int pthread_barrier_destroy(pthread_barrier_t* object) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_barrier_destroy)(object);
  PROBEREN_ENTER();
  destroy(*reinterpret_cast<Barrier*>(object), site);
  return 0;
}

PROBEREN_INTERPOSED int pthread_barrier_wait(pthread_barrier_t* object) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_barrier_wait)(object);
  PROBEREN_ENTER();
  return wait(*reinterpret_cast<Barrier*>(object), site);
}
