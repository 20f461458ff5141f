/// What connections carry, and how they say that something is wrong.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc {

/// Bytes, and open files that came with them, close-on-exec.
struct Message {
  std::string bytes;
  std::vector<Descriptor> descriptors;
};

/// The other end is closed, or has ended, and every whole message has been received. An end inside a message is a std::system_error
/// (protocol_error) instead.
class EndOfFile : public std::runtime_error {
 public:
  EndOfFile() : std::runtime_error("the other end of the connection is closed") {}
};

/// The message is longer than the receiver allowed. It has not been lost: the next call that receives on the same object gets it.
class MessageTooLong : public std::system_error {
 public:
  MessageTooLong(std::size_t size, std::size_t room);
  /// Of the message, in bytes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_;
};

}  // namespace proberen::ipc
