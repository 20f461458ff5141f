/// Session: an owner's side of the tracker.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "primitives/process/file_id.hpp"
#include "primitives/tracker/protocol.hpp"
#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// One for each process; a forked copy begins anew, and owns nothing.
class Session {
 public:
  static Session& instance();

  void intend(const Resource& resource);
  void confirm(const Resource& resource) noexcept;
  void release(const Resource& resource) noexcept;
  void forget(const Resource& resource) noexcept;
  pid_t tracker();

 private:
  using Kind = TrackerRequest::Kind;
  struct Claim {
    Resource resource;
    int count = 0;
    bool confirmed = false;
  };

  /// Forgets what belongs to the process that this one is a copy of.
  void begin_if_forked();
  std::vector<Claim>::iterator find(const Resource& resource);

  /// Connected, and everything that this process owns registered; starts a tracker where there is none.
  void connect();
  bool say_hello();
  void claim_again();

  /// Sends a request, to a new tracker if the one before has died; the answer. Throws std::system_error.
  TrackerReply ask(Kind kind, const Resource& resource);
  /// Sends a request. The error, or 0; a tracker that has died is disconnected.
  int send(Kind kind, const Resource& resource, const Descriptor* pidfd = nullptr);
  /// Empty when the tracker has died. Throws std::system_error (timed_out).
  std::optional<TrackerReply> receive(int timeout_ms);

  std::mutex mutex_;
  pid_t pid_ = 0;
  pid_t tracker_ = 0;
  Descriptor socket_;
  /// Of `socket_`, by which a copy of this process knows whether it has inherited it, or the number is another file's by now.
  std::optional<FileId> socket_id_;
  std::vector<Claim> claims_;
};

}  // namespace proberen::ipc::detail
