#include "primitives/pool/nursery.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <poll.h>
#include <unistd.h>

#include "primitives/pool/worker.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc::detail {
namespace {

constexpr std::string_view kStart = "s";
constexpr std::string_view kQuit = "q";

constexpr const char* kDead = "the nursery of a pool by fork has died, so there are no new workers";

/// How long the end of a pool waits for the nursery, which has to reap workers that have ended, and to end.
constexpr std::chrono::seconds kFarewell{2};

/// What the nursery answers: the worker's pid, with its pidfd, or minus the error.
using ForkResult = std::int32_t;

/// The nursery's side: one thread, one loop.
class NurseryLoop {
 public:
  NurseryLoop(Descriptor channel, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments)
      : channel_(std::move(channel)), pool_(pool), initializer_(initializer), arguments_(arguments) {}

  void run() {
    for (;;) {
      std::vector<pollfd> sources{{channel_.get(), POLLIN, 0}, {pool_.get(), POLLIN, 0}};
      for (const Process& worker : workers_) sources.push_back({worker.sentinel(), POLLIN, 0});
      if (resumed([&] { return ::poll(sources.data(), sources.size(), -1); }) < 0) throw_errno("the nursery of a pool cannot wait");
      std::erase_if(workers_, [](Process& worker) { return !worker.alive(); });
      if (sources[1].revents != 0) return;  // workers that are left are ended with their objects
      if (sources[0].revents != 0 && !serve()) break;
    }
    for (Process& worker : workers_) worker.join();
  }

  void leave() {
    channel_.reset();
    workers_.clear();  // in a copy of their creator this only closes their pidfds
  }

 private:
  bool serve() {
    char request = 0;
    Packet packet = receive_packet(channel_.get(), {&request, 1});
    if (packet.size == 0 || request != kStart.front()) return false;
    try {
      if (packet.descriptors.size() != 2) throw_error(EMFILE, "a worker's descriptors did not arrive");
      workers_.push_back(context_.start(kWorkerEntry, std::move(packet.descriptors[0]), std::move(packet.descriptors[1]), pool_.duplicate(),
                                        initializer_, arguments_));
      answer(workers_.back().pid(), std::array{workers_.back().sentinel()});
    } catch (const std::system_error& error) {
      answer(-error.code().value(), {});
    }
    return true;
  }

  void answer(ForkResult value, std::span<const int> descriptors) {
    send_packet(channel_.get(), {reinterpret_cast<const char*>(&value), sizeof value}, {}, descriptors);
  }

  Descriptor channel_;
  const Descriptor& pool_;
  std::uint64_t initializer_;
  const std::string& arguments_;
  Context context_{StartMethod::fork};
  std::vector<Process> workers_;
};

/// In a nursery and its copies.
NurseryLoop* this_nursery = nullptr;

/// `theirs` is the number of the pool's end of the channel, of which a fork makes a copy.
void run_nursery(Descriptor channel, int theirs, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments) {
  ::close(theirs);
  NurseryLoop loop(std::move(channel), pool, initializer, arguments);
  this_nursery = &loop;
  loop.run();
}
PROBEREN_ENTRY(proberen_pool_nursery, run_nursery);

struct Channel {
  Channel() { std::tie(ours, theirs) = packet_sockets("cannot create a socket for the nursery of a pool"); }
  Descriptor ours;
  Descriptor theirs;
};

Process start_nursery(ContextOptions options, Descriptor& ours, const Descriptor& pool, std::uint64_t initializer,
                      const std::string& arguments) {
  Channel channel;
  Context context(StartMethod::fork, options);
  const int number = channel.ours.get();
  Process process = context.start("proberen_pool_nursery", std::move(channel.theirs), number, pool.duplicate(), initializer, arguments);
  ours = std::move(channel.ours);
  return process;
}

}  // namespace

Nursery::Nursery(ContextOptions options, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments)
    : process_(start_nursery(options, channel_, pool, initializer, arguments)) {}

Nursery::~Nursery() {
  // Its object kills one that is late.
  if (send_packet(channel_.get(), kQuit, {}, {}) == 0) (void)process_.join_for(kFarewell);
}

void Nursery::ask(const Descriptor& socket, const Descriptor& memory) {
  const std::array descriptors{socket.get(), memory.get()};
  if (const int error = send_packet(channel_.get(), kStart, {}, descriptors); error != 0) throw_error(error, kDead);
}

std::vector<pollfd> Nursery::news() const {
  // Its death as well: a worker that has just been forked may hold a copy of its end of the channel.
  return {{channel_.get(), POLLIN, 0}, {process_.sentinel(), POLLIN, 0}};
}

NurseryChild Nursery::answer() {
  std::vector<pollfd> sources = news();
  poll_until(sources, kForever);
  if (sources[0].revents == 0) throw_error(ECHILD, kDead);
  ForkResult answer = 0;
  Packet packet = receive_packet(channel_.get(), {reinterpret_cast<char*>(&answer), sizeof answer});
  if (packet.size != sizeof answer) throw_error(ECHILD, kDead);
  if (answer < 0) throw_error(-answer, "cannot start a worker");
  if (packet.descriptors.empty()) throw_error(EMFILE, "a worker was started, but this process has no descriptor left to hold it");
  return {answer, std::move(packet.descriptors.front())};
}

void leave_nursery() noexcept {
  if (this_nursery != nullptr) this_nursery->leave();
}

}  // namespace proberen::ipc::detail
