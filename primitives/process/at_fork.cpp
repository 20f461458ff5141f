#include "proberen/ipc/at_fork.hpp"

#include <mutex>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sched.h>

#include "primitives/process/system_call.hpp"

namespace proberen::ipc {
namespace {

struct Registered {
  /// Held throughout a fork, so that the child's copy is in order, and the forking thread is there to release it.
  std::mutex mutex;
  std::vector<ForkHandlers> handlers;
};

/// Leaked, so that a fork in the last destructor finds it.
Registered& registered() {
  static Registered* const all = new Registered;
  return *all;
}

/// False, with nothing left prepared, when one of them cannot.
bool try_prepare(const std::vector<ForkHandlers>& handlers) {
  for (std::size_t left = handlers.size(); left > 0; --left) {
    if (!handlers[left - 1].prepare || handlers[left - 1].prepare()) continue;
    for (std::size_t undone = left; undone < handlers.size(); ++undone) {
      if (handlers[undone].parent) handlers[undone].parent();
    }
    return false;
  }
  return true;
}

void prepare() {
  Registered& all = registered();
  all.mutex.lock();
  while (!try_prepare(all.handlers)) ::sched_yield();
}

void finish(std::function<void()> ForkHandlers::*which) {
  Registered& all = registered();
  for (const ForkHandlers& handlers : all.handlers) {
    if (handlers.*which) (handlers.*which)();
  }
  all.mutex.unlock();
}

void finish_parent() { finish(&ForkHandlers::parent); }
void finish_child() { finish(&ForkHandlers::child); }

}  // namespace

void at_fork(ForkHandlers handlers) {
  static const int error = ::pthread_atfork(&prepare, &finish_parent, &finish_child);
  if (error != 0) detail::throw_error(error, "cannot register for forks");
  Registered& all = registered();
  const std::scoped_lock lock(all.mutex);
  all.handlers.push_back(std::move(handlers));
}

}  // namespace proberen::ipc
