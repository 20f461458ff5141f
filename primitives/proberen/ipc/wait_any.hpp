/// wait_any: wait for the first of many connections, descriptors and processes.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <stop_token>
#include <vector>

#include "proberen/deadline.hpp"
#include "proberen/detail/stop.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/process.hpp"

namespace proberen::ipc {

/// Something that can be waited for; refers to it. A connection is ready as its poll() says, a descriptor when it can be read or its other
/// end is closed, a process when it has ended.
class Waitable {
 public:
  Waitable(const Connection& connection) : connection_(&connection) {}
  Waitable(const Descriptor& descriptor) : descriptor_(descriptor.get()) {}
  Waitable(const Process& process) : descriptor_(process.sentinel()) {}

  [[nodiscard]] const Connection* connection() const noexcept { return connection_; }
  [[nodiscard]] int native_handle() const { return connection_ != nullptr ? connection_->native_handle() : descriptor_; }

 private:
  const Connection* connection_ = nullptr;
  int descriptor_ = -1;
};

/// Waits until one of them is ready, or `deadline`: the places in `list` of all that are ready, in ascending order; none when the deadline
/// passed first, which is at once for an empty list. Takes nothing from them. Throws std::system_error (bad_file_descriptor) when one of
/// them is closed or only sends.
[[nodiscard]] std::vector<std::size_t> wait_any_until(std::span<const Waitable> list, Deadline deadline);

/// The same; a negative timeout is zero.
template <class Rep, class Period>
[[nodiscard]] std::vector<std::size_t> wait_any(const std::vector<Waitable>& list, std::chrono::duration<Rep, Period> timeout) {
  return wait_any_until(list, deadline_after(SteadyClock::now(), timeout));
}
/// The same, until a stop is requested.
[[nodiscard]] inline std::vector<std::size_t> wait_any(const std::vector<Waitable>& list, const std::stop_token& token) {
  return proberen::detail::until_stopped(token, [&](Deadline deadline) { return wait_any_until(list, deadline); });
}
[[nodiscard]] inline std::vector<std::size_t> wait_any(const std::vector<Waitable>& list) { return wait_any_until(list, kForever); }

}  // namespace proberen::ipc
