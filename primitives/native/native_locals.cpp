#include "proberen/detail/native_locals.hpp"

#include <atomic>
#include <climits>
#include <cstdint>
#include <system_error>

#include <pthread.h>

namespace proberen::detail {
namespace {

/// Of the calling thread: whether its values will be destroyed at its exit without its asking once more.
constinit thread_local bool leaves = false;

/// Called by the thread library at the thread's exit, and again when destructors of others' keys have made values since. All rounds are in
/// one call: in the library's last round ThreadSanitizer has put the thread away already.
void leave_thread(void* /*table*/) {
  for (int rounds = 0; rounds < PTHREAD_DESTRUCTOR_ITERATIONS && local_table.leave(); ++rounds) {
  }
  local_table.dispose();
  leaves = false;
}

pthread_key_t make_key() {
  pthread_key_t key{};
  if (const int error = ::pthread_key_create(&key, leave_thread); error != 0) {
    throw std::system_error(error, std::generic_category(), "proberen::ThreadLocal: pthread_key_create");
  }
  return key;
}

/// Not made by the initialisation of a static: a child that is forked in the middle of that would wait for its end for ever.
pthread_key_t exit_key() {
  constinit static std::atomic<std::uint64_t> one_more{0};  // than the key; 0: there is none yet
  std::uint64_t found = one_more.load(std::memory_order_relaxed);
  if (found != 0) return static_cast<pthread_key_t>(found - 1);
  const pthread_key_t made = make_key();
  if (one_more.compare_exchange_strong(found, std::uint64_t{made} + 1, std::memory_order_relaxed)) return made;
  ::pthread_key_delete(made);
  return static_cast<pthread_key_t>(found - 1);
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
  if (leaves) return;
  if (const int error = ::pthread_setspecific(exit_key(), &local_table); error != 0) {
    throw std::system_error(error, std::generic_category(), "proberen::ThreadLocal: pthread_setspecific");
  }
  leaves = true;
}

}  // namespace proberen::detail
