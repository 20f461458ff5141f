/// Two processes that send each other messages of 64 bytes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/context.hpp"
#include "subjects/benchmarks/peers/python.hpp"
#include "subjects/benchmarks/process_exchange.hpp"

namespace proberen::benchmarks {

using SmallMessage = std::array<std::byte, 64>;

/// What two processes can talk over: `make` gives both ends, `send` and `receive` move one message.
template <ipc::PipeTransport kTransport>
struct ConnectionLink {
  static constexpr const char* kName = kTransport == ipc::PipeTransport::socket ? "connection" : "shared_connection";
  static std::pair<ConnectionLink, ConnectionLink> make() {
    auto [one, other] = ipc::pipe({.transport = kTransport});
    return {ConnectionLink{std::move(one)}, ConnectionLink{std::move(other)}};
  }
  void send(const SmallMessage& message) { end.send_bytes(message); }
  void receive(SmallMessage& message) { (void)end.recv_bytes_into(message); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(end);
  }
  ipc::Connection end;
};

/// A pipe for each direction, and no framing: a message is small enough to be read whole.
struct BarePipeLink {
  static constexpr const char* kName = "bare_pipe";
  static std::pair<BarePipeLink, BarePipeLink> make() {
    int there[2];
    int back[2];
    if (::pipe2(there, O_CLOEXEC) != 0 || ::pipe2(back, O_CLOEXEC) != 0) throw std::runtime_error("cannot create a pipe");
    return {BarePipeLink{ipc::Descriptor(back[0]), ipc::Descriptor(there[1])},
            BarePipeLink{ipc::Descriptor(there[0]), ipc::Descriptor(back[1])}};
  }
  void send(const SmallMessage& message) { expect(::write(out.get(), message.data(), message.size())); }
  void receive(SmallMessage& message) { expect(::read(in.get(), message.data(), message.size())); }
  static void expect(ssize_t size) {
    if (size != static_cast<ssize_t>(sizeof(SmallMessage))) throw std::runtime_error("a message was not moved whole");
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(in, out);
  }
  ipc::Descriptor in;
  ipc::Descriptor out;
};

struct BareSocketLink {
  static constexpr const char* kName = "bare_socket";
  static std::pair<BareSocketLink, BareSocketLink> make() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("cannot create sockets");
    return {BareSocketLink{ipc::Descriptor(ends[0])}, BareSocketLink{ipc::Descriptor(ends[1])}};
  }
  void send(const SmallMessage& message) { BarePipeLink::expect(::send(end.get(), message.data(), message.size(), MSG_NOSIGNAL)); }
  void receive(SmallMessage& message) { BarePipeLink::expect(::recv(end.get(), message.data(), message.size(), 0)); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(end);
  }
  ipc::Descriptor end;
};

inline constexpr std::byte kLast{1};

/// The first process: sends until the time is over, and, with `turns`, waits for each answer. How many it sent.
template <class Link>
std::uint64_t talk(Link& link, bool turns, std::int64_t nanoseconds) {
  constexpr std::uint64_t kBetweenLooksAtTheClock = 64;
  const std::int64_t end = peers::monotonic_now() + nanoseconds;
  SmallMessage message{};
  SmallMessage answer{};
  std::uint64_t count = 0;
  while (peers::monotonic_now() < end) {
    for (std::uint64_t i = 0; i < kBetweenLooksAtTheClock; ++i) {
      link.send(message);
      if (turns) link.receive(answer);
    }
    count += kBetweenLooksAtTheClock;
  }
  message[0] = kLast;
  link.send(message);
  if (turns) link.receive(answer);
  return count + 1;
}

/// The second process: receives until the last message, and, with `turns`, sends each back. How many it received.
template <class Link>
std::uint64_t listen(Link& link, bool turns) {
  SmallMessage message{};
  for (std::uint64_t count = 1;; ++count) {
    link.receive(message);
    if (turns) link.send(message);
    if (message[0] == kLast) return count;
  }
}

/// The entry of either process; pipe_check.cpp registers it for every link. Tells over `result` how many nanoseconds a message took.
template <class Link>
void converse(Link link, ipc::Connection result, int child, bool turns, std::int64_t nanoseconds) {
  pin_child(child);
  SmallMessage message{};
  // Both are there before the time is taken.
  if (child == 0) {
    link.send(message);
    link.receive(message);
  } else {
    link.receive(message);
    link.send(message);
  }
  const std::int64_t begin = peers::monotonic_now();
  const std::uint64_t count = child == 0 ? talk(link, turns, nanoseconds) : listen(link, turns);
  result.send(static_cast<double>(peers::monotonic_now() - begin) / static_cast<double>(count));
}

/// `turns`: microseconds for a message and its answer. Else: messages received in a second.
template <class Link>
class PipeSampler final : public BenchmarkSampler {
 public:
  explicit PipeSampler(bool turns) : turns_(turns) {}

  double sample(std::chrono::nanoseconds time) override {
    auto [one, other] = Link::make();
    auto [first_here, first_there] = ipc::pipe();
    auto [second_here, second_there] = ipc::pipe();
    const auto nanoseconds = static_cast<std::int64_t>(time.count());
    const std::string entry = std::string("proberen_benchmark_") + Link::kName;
    ipc::Process first = context_.start(entry, std::move(one), std::move(first_there), 0, turns_, nanoseconds);
    ipc::Process second = context_.start(entry, std::move(other), std::move(second_there), 1, turns_, nanoseconds);
    const auto each = (turns_ ? first_here : second_here).template recv<double>();
    if (first.join() != 0 || second.join() != 0) throw std::runtime_error("a process that sent messages did not end well");
    return turns_ ? each / 1e3 : 1e9 / each;
  }

 private:
  ipc::Context context_{ipc::StartMethod::spawn};
  bool turns_;
};

/// The same by CPython's multiprocessing.Pipe.
class PythonPipeSampler final : public BenchmarkSampler {
 public:
  explicit PythonPipeSampler(bool turns) : turns_(turns) {}

  double sample(std::chrono::nanoseconds time) override {
    const double rate = peers::ask_python(kProgram, (turns_ ? "1 " : "0 ") + std::to_string(std::chrono::duration<double>(time).count()));
    return turns_ ? 1e6 / rate : rate;
  }

 private:
  /// Prints how many messages the child received in a second.
  static constexpr const char* kProgram =
      "import multiprocessing, os, sys, time\n"
      "turns, seconds = sys.argv[1] == '1', float(sys.argv[2])\n"
      "cores = sorted(os.sched_getaffinity(0))\n"
      "message, last = bytes(64), b'\\x01' + bytes(63)\n"
      "def listen(end, result):\n"
      "    os.sched_setaffinity(0, {cores[-1]})\n"
      "    end.send_bytes(end.recv_bytes())\n"
      "    begin, count, got = time.monotonic(), 0, message\n"
      "    while got[0] == 0:\n"
      "        got = end.recv_bytes()\n"
      "        count += 1\n"
      "        if turns: end.send_bytes(got)\n"
      "    result.send(count / (time.monotonic() - begin))\n"
      "here, there = multiprocessing.Pipe()\n"
      "result, told = multiprocessing.Pipe(False)\n"
      "child = multiprocessing.get_context('fork').Process(target=listen, args=(there, told))\n"
      "child.start()\n"
      "os.sched_setaffinity(0, {cores[0]})\n"
      "here.send_bytes(message)\n"
      "here.recv_bytes()\n"
      "end = time.monotonic() + seconds\n"
      "while time.monotonic() < end:\n"
      "    for _ in range(64):\n"
      "        here.send_bytes(message)\n"
      "        if turns: here.recv_bytes()\n"
      "here.send_bytes(last)\n"
      "if turns: here.recv_bytes()\n"
      "print(result.recv())\n"
      "child.join()\n";

  bool turns_;
};

}  // namespace proberen::benchmarks
