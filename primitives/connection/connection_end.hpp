/// What a Connection points to, so that it can be moved.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "primitives/connection/transport.hpp"
#include "proberen/ipc/message.hpp"

namespace proberen::ipc::detail {

struct ConnectionEnd {
  ConnectionEnd(std::unique_ptr<Transport> carrier, bool may_read, bool may_write)
      : transport(std::move(carrier)), readable(may_read), writable(may_write) {}

  /// The next message: one that was kept for a retry, or one that comes by `deadline`. Throws EndOfFile.
  std::optional<Message> take(Deadline deadline) {
    if (keeps.load(std::memory_order_acquire)) {
      const std::scoped_lock hold(mutex);
      if (!kept.empty()) {
        Message message = std::move(kept.front());
        kept.erase(kept.begin());
        keeps.store(!kept.empty(), std::memory_order_release);
        return message;
      }
    }
    return transport->receive(deadline);
  }

  void keep(Message message) {
    const std::scoped_lock hold(mutex);
    kept.push_back(std::move(message));
    keeps.store(true, std::memory_order_release);
  }

  const std::unique_ptr<Transport> transport;
  const bool readable;
  const bool writable;
  /// True while `kept` has a message.
  std::atomic<bool> keeps{false};
  std::mutex mutex;
  /// Taken from the transport, but not by who asked for it. Several only when several threads were refused.
  std::vector<Message> kept;
};

}  // namespace proberen::ipc::detail
