/// Ways to send messages of one size from one process to another, ours and others'. Made before the fork that makes the processes.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/interprocess/ipc/message_queue.hpp>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/priority_queue.hpp"
#include "proberen/ipc/queue.hpp"

namespace proberen::benchmarks::peers {

inline constexpr std::size_t kMessagesAtOnce = 1024;

class MessageTransport {
 public:
  virtual ~MessageTransport() = default;
  virtual void put(const std::byte* message) = 0;
  virtual void get(std::byte* message) = 0;

  /// What of it a child does not inherit: its descriptors, to be passed to the child, which adopts them.
  virtual std::vector<ipc::Descriptor> duplicates() const { return {}; }
  virtual void adopt(std::vector<ipc::Descriptor>) {}
};

template <std::size_t kSize>
class OurTransport final : public MessageTransport {
 public:
  void put(const std::byte* message) override { (void)queue_.put(*reinterpret_cast<const Message*>(message)); }
  void get(std::byte* message) override { *reinterpret_cast<Message*>(message) = *queue_.get(); }

 private:
  using Message = std::array<std::byte, kSize>;
  ipc::Queue<Message> queue_{kMessagesAtOnce};
};

/// Priorities as they come in turn, so that most messages overtake some; the last message must not.
class PriorityTurns {
 public:
  [[nodiscard]] unsigned of(const std::byte* message) {
    constexpr unsigned kPriorities = 8;
    const bool is_last = message[0] != std::byte{0};
    return is_last ? 0 : 1 + turn_++ % kPriorities;
  }

 private:
  unsigned turn_ = 0;
};

/// `kPriorities`: whether messages have them.
template <std::size_t kSize, bool kPriorities = false>
class BoostTransport final : public MessageTransport {
 public:
  // Both processes inherit the mapping, so the name need not outlive the constructor.
  BoostTransport() : queue_(boost::interprocess::create_only, name().c_str(), kMessagesAtOnce, kSize) {
    boost::interprocess::message_queue::remove(name().c_str());
  }
  void put(const std::byte* message) override { queue_.send(message, kSize, kPriorities ? turns_.of(message) : 0); }
  void get(std::byte* message) override {
    boost::interprocess::message_queue::size_type size = 0;
    unsigned priority = 0;
    queue_.receive(message, kSize, size, priority);
  }

 private:
  static std::string name() { return "proberen-benchmark-" + std::to_string(::getpid()); }
  boost::interprocess::message_queue queue_;
  PriorityTurns turns_;
};

template <std::size_t kSize>
class OurPriorityTransport final : public MessageTransport {
 public:
  void put(const std::byte* message) override { (void)queue_.put(*reinterpret_cast<const Message*>(message), turns_.of(message)); }
  void get(std::byte* message) override { *reinterpret_cast<Message*>(message) = queue_.get()->item; }

 private:
  using Message = std::array<std::byte, kSize>;
  ipc::PriorityQueue<Message> queue_{kMessagesAtOnce};
  PriorityTurns turns_;
};

/// A pipe, or a socket that keeps messages apart; blocking.
template <std::size_t kSize, bool kSocket>
class KernelTransport final : public MessageTransport {
 public:
  KernelTransport() {
    int ends[2];
    const int error = kSocket ? ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) : ::pipe2(ends, O_CLOEXEC);
    if (error != 0) throw std::system_error(errno, std::generic_category(), "cannot make a channel");
    out_.reset(ends[0]);
    in_.reset(ends[1]);
  }
  void put(const std::byte* message) override {
    for (std::size_t done = 0; done < kSize;) done += moved(::write(in_.get(), message + done, kSize - done));
  }
  void get(std::byte* message) override {
    for (std::size_t done = 0; done < kSize;) done += moved(::read(out_.get(), message + done, kSize - done));
  }
  std::vector<ipc::Descriptor> duplicates() const override {
    std::vector<ipc::Descriptor> both;
    both.push_back(out_.duplicate());
    both.push_back(in_.duplicate());
    return both;
  }
  void adopt(std::vector<ipc::Descriptor> both) override {
    // The numbers that were inherited are closed here, or another's.
    (void)out_.release();
    (void)in_.release();
    out_ = std::move(both.at(0));
    in_ = std::move(both.at(1));
  }

 private:
  static std::size_t moved(ssize_t bytes) {
    if (bytes < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "channel");
    return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
  }
  ipc::Descriptor out_;
  ipc::Descriptor in_;
};

}  // namespace proberen::benchmarks::peers
