#include "proberen/detail/native_locals.hpp"

#include <climits>
#include <system_error>

#include <pthread.h>

namespace proberen::detail {
namespace {

/// Of the calling thread: whether a round is to come, and how many have been.
constinit thread_local bool round_asked = false;
constinit thread_local int rounds = 0;

/// One round, called by the thread library as often as values have been made since the last, up to PTHREAD_DESTRUCTOR_ITERATIONS times.
void leave_thread(void* /*table*/) {
  // The last round begins with the request made, so that what is made in it asks for no other.
  round_asked = ++rounds >= PTHREAD_DESTRUCTOR_ITERATIONS;
  local_table.leave();
  if (round_asked && rounds < PTHREAD_DESTRUCTOR_ITERATIONS) return;
  local_table.dispose();
}

pthread_key_t make_key() {
  pthread_key_t key{};
  if (const int error = ::pthread_key_create(&key, leave_thread); error != 0) {
    throw std::system_error(error, std::generic_category(), "proberen::ThreadLocal: pthread_key_create");
  }
  return key;
}

void forget_other_threads() {
  local_registry.keep_only([](NativeLocalRegistry::Cell& cell) { local_table.keep_only_mine_of(cell); });
}

// Before main, so that handlers of forks that are registered later find the objects in order.
[[maybe_unused]] const int registered = ::pthread_atfork(nullptr, nullptr, forget_other_threads);

}  // namespace

constinit NativeLocalRegistry local_registry;
constinit thread_local NativeLocalTable local_table;

void leave_at_thread_exit() {
  if (round_asked) return;
  static const pthread_key_t key = make_key();
  if (const int error = ::pthread_setspecific(key, &local_table); error != 0) {
    throw std::system_error(error, std::generic_category(), "proberen::ThreadLocal: pthread_setspecific");
  }
  round_asked = true;
}

}  // namespace proberen::detail
