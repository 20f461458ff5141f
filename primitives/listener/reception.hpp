/// Reception: where those who have connected to a listener shake hands, beside each other, so that one who is silent keeps nobody out.
///
/// What is under way outlives the call that began it: any later call, of any thread, goes on with it. Threads wait for one descriptor, an
/// epoll(7) set, which the kernel keeps up to date while they wait; nobody holds the mutex meanwhile.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>

#include "primitives/listener/handshake.hpp"
#include "proberen/deadline.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

class Reception {
 public:
  /// How many shake hands at a time; who comes then waits in the kernel's queue, as all do while nobody calls next().
  static constexpr std::size_t kMostPeers = 64;

  /// `socket` listens, and does not block. Throws std::system_error.
  Reception(Descriptor socket, std::string key, std::chrono::nanoseconds handshake_timeout);

  /// Waits for the next who proves itself: its socket; none when nobody has by `deadline`. Throws std::system_error for the next who does
  /// not, one call for each of them.
  [[nodiscard]] Descriptor next(Deadline deadline);

  /// Readable when next() has something to do: somebody connects or answers, or somebody's time is over.
  [[nodiscard]] const Descriptor& descriptor() const noexcept { return events_; }

 private:
  struct Peer {
    Welcome welcome;
    Deadline deadline;
  };

  /// Of a forked copy: leaves the peers, and the set that tells of them, to the process that it is a copy of.
  void begin_if_forked();
  void make_events();

  /// One round of whatever can be done at once; empty when nobody has proved itself.
  Descriptor look();
  /// The peer's socket, if it has proved itself. One that fails goes.
  Descriptor step(std::size_t index);
  /// Accepts those who have connected, while there is room for them.
  void take_in();
  Descriptor remove(std::size_t index) noexcept;
  /// After a change of `peers_`: whether there is room for more, and when the first one's time is over.
  void adjust() noexcept;

  const Descriptor socket_;
  const std::string key_;
  const std::chrono::nanoseconds handshake_timeout_;
  std::mutex mutex_;
  /// The process that the rest belongs to.
  pid_t pid_ = 0;
  /// An epoll set of `socket_`, while there is room, `alarm_` and the peers.
  Descriptor events_;
  /// Readable when the first peer's time is over.
  Descriptor alarm_;
  /// In the order in which they came, and in which their time is over.
  std::vector<Peer> peers_;
};

}  // namespace proberen::ipc::detail
