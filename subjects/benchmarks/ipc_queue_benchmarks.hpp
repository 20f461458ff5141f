/// ipc::Queue and ipc::PriorityQueue beside other ways to send messages between two processes. For SubjectBuilder::with; needs Debian's
/// libboost-dev. What CPython's multiprocessing.Queue does is measured where python3 is installed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "subjects/benchmarks/peers/message_transports.hpp"
#include "subjects/benchmarks/peers/python.hpp"
#include "subjects/benchmarks/process_exchange.hpp"

namespace proberen::benchmarks {
namespace message_bench {

struct Course {
  std::int64_t begin = 0;  ///< of the first put; CLOCK_MONOTONIC, nanoseconds
  std::int64_t end = 0;    ///< of the last get
  std::int64_t messages = 0;
};

/// What both processes inherit by fork, at the same address.
struct Route {
  peers::MessageTransport* transport;
  Course* course;
  std::int64_t nanoseconds;
};

inline constexpr std::size_t kLargest = 4096;

/// Puts for so long, and then a message that says it was the last.
inline void send_messages(const Route& route) {
  constexpr int kBetweenLooksAtTheClock = 64;
  std::byte message[kLargest]{};
  route.course->begin = peers::monotonic_now();
  while (peers::monotonic_now() < route.course->begin + route.nanoseconds) {
    for (int i = 0; i < kBetweenLooksAtTheClock; ++i) route.transport->put(message);
    route.course->messages += kBetweenLooksAtTheClock;
  }
  message[0] = std::byte{1};
  route.transport->put(message);
}

inline void receive_messages(const Route& route) {
  std::byte message[kLargest]{};
  while (message[0] == std::byte{0}) route.transport->get(message);
  route.course->end = peers::monotonic_now();
}

/// The entry of either process; ipc_queue_check.cpp registers it. `route`: the address of a Route.
inline void carry_messages(std::uint64_t route, std::vector<ipc::Descriptor> descriptors, int child) {
  pin_child(child);
  const Route& of_both = *reinterpret_cast<const Route*>(route);
  of_both.transport->adopt(std::move(descriptors));
  if (child == 0) send_messages(of_both);
  if (child == 1) receive_messages(of_both);
}

/// Messages in a second.
template <class Transport>
class MessageSampler final : public BenchmarkSampler {
 public:
  double sample(std::chrono::nanoseconds time) override {
    keep_resident(0);
    const auto course = ipc::Shared<Course>::create();
    Transport transport;
    const Route route{&transport, &*course, time.count()};
    ipc::Process receiver = start(route, 1);
    ipc::Process sender = start(route, 0);
    constexpr std::chrono::seconds kPatience{10};
    if (sender.join_for(time + kPatience) != 0 || receiver.join_for(kPatience) != 0) {
      throw std::runtime_error("a process that carried messages did not end well");
    }
    return static_cast<double>(course->messages) / (static_cast<double>(course->end - course->begin) * 1e-9);
  }

 private:
  ipc::Process start(const Route& route, int child) {
    return context_.start("proberen_benchmark_messages", reinterpret_cast<std::uint64_t>(&route), route.transport->duplicates(), child);
  }
  ipc::Context context_{ipc::StartMethod::fork, {.allow_fork_with_threads = true}};
};

/// The same with CPython's multiprocessing.Queue.
class PythonSampler final : public BenchmarkSampler {
 public:
  explicit PythonSampler(std::size_t size) : size_(size) {}

  double sample(std::chrono::nanoseconds time) override {
    return peers::ask_python(kProgram, std::to_string(size_) + ' ' + std::to_string(std::chrono::duration<double>(time).count()));
  }

 private:
  static constexpr const char* kProgram =
      "import multiprocessing as m, sys, time\n"
      "def drain(q):\n"
      "    while q.get() is not None: pass\n"
      "c = m.get_context(\"fork\")\n"
      "q = c.Queue(1024)\n"
      "p = c.Process(target=drain, args=(q,))\n"
      "p.start()\n"
      "x = b\"x\" * int(sys.argv[1])\n"
      "n, t = 0, time.monotonic()\n"
      "while time.monotonic() < t + float(sys.argv[2]):\n"
      "    for _ in range(64): q.put(x)\n"
      "    n += 64\n"
      "q.put(None)\n"
      "p.join()\n"
      "print(n / (time.monotonic() - t))\n";
  std::size_t size_;
};

template <class Subject>
void declare(Subject& subject, const std::string& name, const char* peer, std::function<std::unique_ptr<BenchmarkSampler>()> make) {
  Benchmark benchmark{.name = name, .peer = peer, .unit = "op/s", .less_is_better = false};
  benchmark.make_sampler = std::move(make);
  subject.measure(std::move(benchmark));
}

template <std::size_t kSize, class Subject>
void declare_size(Subject& subject) {
  const std::string name = "messages of " + std::to_string(kSize) + " bytes, 1 to 1";
  const auto beside = [&]<class Transport>(const char* peer, std::type_identity<Transport>) {
    declare(subject, name, peer, [] { return std::make_unique<MessageSampler<Transport>>(); });
  };
  beside("", std::type_identity<peers::OurTransport<kSize>>());
  beside("boost::interprocess::message_queue", std::type_identity<peers::BoostTransport<kSize>>());
  beside("SEQPACKET socket", std::type_identity<peers::KernelTransport<kSize, true>>());
  beside("pipe", std::type_identity<peers::KernelTransport<kSize, false>>());
  if (peers::has_python()) {
    declare(subject, name, "CPython multiprocessing.Queue", [] { return std::make_unique<PythonSampler>(kSize); });
  }
}

template <class Subject>
void rate_goal(Subject& subject, const std::string& text, const char* peer, double limit) {
  subject.goal({.text = text, .benchmark = "messages of 64 bytes, 1 to 1", .peers = {peer}, .at_most = false, .limit = limit});
}

inline std::string name_of_priorities(std::size_t size) { return "messages of " + std::to_string(size) + " bytes of 8 priorities, 1 to 1"; }

template <std::size_t kSize, class Subject>
void declare_priorities(Subject& subject) {
  const std::string name = name_of_priorities(kSize);
  declare(subject, name, "", [] { return std::make_unique<MessageSampler<peers::OurPriorityTransport<kSize>>>(); });
  declare(subject, name, "boost::interprocess::message_queue",
          [] { return std::make_unique<MessageSampler<peers::BoostTransport<kSize, true>>>(); });
}

}  // namespace message_bench

inline constexpr auto ipc_queue_benchmarks = [](auto& subject) {
  using namespace message_bench;
  declare_size<64>(subject);
  declare_size<kLargest>(subject);
  rate_goal(subject, "64 bytes: at least 2 times boost::interprocess::message_queue", "boost::interprocess::message_queue", 2.0);
  if (peers::has_python()) {
    rate_goal(subject, "64 bytes: at least 30 times CPython's multiprocessing.Queue", "CPython multiprocessing.Queue", 30.0);
  }
};

inline constexpr auto ipc_priority_queue_benchmarks = [](auto& subject) {
  using namespace message_bench;
  declare_priorities<64>(subject);
  declare_priorities<kLargest>(subject);
  subject.goal({.text = "64 bytes of 8 priorities: at least as many as boost::interprocess::message_queue",
                .benchmark = name_of_priorities(64),
                .peers = {"boost::interprocess::message_queue"},
                .at_most = false,
                .limit = 1.0});
};

}  // namespace proberen::benchmarks
