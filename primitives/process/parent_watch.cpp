#include "primitives/process/parent_watch.hpp"

#include <cstdint>

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "primitives/native/signals_blocked.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

bool watched = false;

void* watch(void* pidfd) {
  pollfd ended{static_cast<int>(reinterpret_cast<std::intptr_t>(pidfd)), POLLIN, 0};
  resumed([&] { return ::poll(&ended, 1, -1); });
  ::kill(::getpid(), SIGKILL);
  return nullptr;
}

}  // namespace

Descriptor hold_parent(pid_t parent) {
  Descriptor pidfd(open_pidfd(parent));
  const int error = errno;
  // Asked afterwards: while it is our parent its number cannot be another's, and once it has died we have another parent.
  if (::getppid() == parent) {
    if (!pidfd) throw_error(error, "cannot watch the parent");
    return pidfd;
  }
  pidfd.reset(above_standard(::eventfd(1, EFD_CLOEXEC)));
  if (!pidfd) throw_errno("cannot watch the parent, which has died");
  return pidfd;
}

void die_with(int pidfd) {
  constexpr std::size_t kStackBytes = 256 * 1024;
  const proberen::detail::SignalsBlocked blocked;
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread;
  const int error = ::pthread_create(&thread, &attributes, &watch, reinterpret_cast<void*>(static_cast<std::intptr_t>(pidfd)));
  ::pthread_attr_destroy(&attributes);
  if (error != 0) throw_error(error, "cannot start the thread that watches the parent");
  watched = true;
}

bool has_watch_thread() noexcept { return watched; }
void forget_watch_thread() noexcept { watched = false; }

bool ended_by(int pidfd, Deadline deadline) { return readable_by(pidfd, deadline); }

}  // namespace proberen::ipc::detail
