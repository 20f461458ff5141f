#include "proberen/ipc/wait_any.hpp"

#include <algorithm>

#include <poll.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc {
namespace {

/// How often to look at connections that share memory: their sockets do not tell of messages.
constexpr std::chrono::milliseconds kLookAgain{1};

bool is_ready(const Waitable& waitable, const pollfd& state) {
  if ((state.revents & POLLNVAL) != 0) detail::throw_error(EBADF, "cannot wait for a descriptor that is closed");
  return state.revents != 0 || (waitable.connection() != nullptr && waitable.connection()->holds_message());
}

}  // namespace

std::vector<std::size_t> wait_any_until(std::span<const Waitable> list, Deadline deadline) {
  std::vector<std::size_t> ready;
  if (list.empty()) return ready;
  std::vector<pollfd> states;
  states.reserve(list.size());
  for (const Waitable& waitable : list) states.push_back({waitable.native_handle(), POLLIN, 0});
  const auto holds_message = [](const Waitable& one) { return one.connection() != nullptr && one.connection()->holds_message(); };
  const auto shares_memory = [](const Waitable& one) { return one.connection() != nullptr && one.connection()->shares_memory(); };
  const bool looks_again = std::ranges::any_of(list, shares_memory);
  for (;;) {
    const Deadline now = SteadyClock::now();
    Deadline end = looks_again ? std::min(deadline, deadline_after(now, kLookAgain)) : deadline;
    if (std::ranges::any_of(list, holds_message)) end = now;
    detail::poll_until(states, end);
    for (std::size_t place = 0; place < list.size(); ++place) {
      if (states[place].fd < 0) detail::throw_error(EBADF, "cannot wait for a descriptor that is closed");
      if (is_ready(list[place], states[place])) ready.push_back(place);
    }
    if (!ready.empty() || end == deadline || SharedPlatform::stopped(deadline)) return ready;
  }
}

}  // namespace proberen::ipc
