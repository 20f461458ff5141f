#include "primitives/pool/worker.hpp"

#include <chrono>
#include <cstring>
#include <deque>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "primitives/pool/nursery.hpp"
#include "primitives/pool/worker_memory.hpp"
#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"
#include "proberen/deadline.hpp"
#include "proberen/ipc/at_fork.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/ipc/task.hpp"

namespace proberen::ipc::detail {
namespace {

/// The pool has gone.
struct PoolIsGone {};

/// This is a copy of the worker, which a task has forked.
bool is_copy = false;

class Worker {
 public:
  Worker(Descriptor socket, Descriptor memory, const Descriptor& pool)
      : socket_(std::move(socket)), memory_(Shared<WorkerMemory>::map(std::move(memory))), pool_(pool) {}

  /// False when it failed; the pool has been told.
  bool initialize(std::uint64_t task, const std::string& arguments) {
    if (task != 0) {
      std::string answer;
      run_chunk(task, 1, arguments, answer);
      try {
        AnswerReader<std::monostate>(answer).next();
      } catch (const TaskError&) {
        say(AnswerHeader::Kind::kInitializerFailed, answer);
        return false;
      }
    }
    say(AnswerHeader::Kind::kReady, {});
    return true;
  }

  void run() {
    std::string answer;
    for (;;) {
      look_for_pool();
      if (memory_->tasks.claim()) {
        answer.clear();
        run_next(answer);
        say(AnswerHeader::Kind::kAnswer, answer);
      } else if (memory_->stop.load(std::memory_order_relaxed) != 0) {
        return;
      } else if (memory_->tasks.fall_asleep()) {
        sleep();
      }
    }
  }

 private:
  void run_next(std::string& answer) {
    const Ring ring(memory_->task_bytes);
    TaskHeader header{};
    const std::uint64_t begin = ring.take(position_, &header, sizeof header);
    if (header.beside != 0) {
      position_ = Ring::aligned(begin);
      const SharedMemory bytes = SharedMemory::map(receive_beside(header.beside));
      run_chunk(header.task, header.count, {static_cast<const char*>(bytes.data()), header.size}, answer);
    } else {
      arguments_.resize(header.size);
      position_ = Ring::aligned(ring.take(begin, arguments_.data(), header.size));
      run_chunk(header.task, header.count, arguments_, answer);
    }
  }

  void run_chunk(std::uint64_t task, std::uint32_t count, std::string_view arguments, std::string& answer) {
    if (last_ == nullptr || last_->id() != task) last_ = TaskRecord::find(task);
    if (last_ != nullptr) {
      last_->run()(arguments, count, answer);
      if (is_copy) ::_exit(0);  // it came back from the task, as the worker does: the pool is the worker's
      return;
    }
    for (; count > 0; --count) {
      try {
        throw std::runtime_error("the worker does not know this task: is it in a library that is loaded late?");
      } catch (...) {
        append_current_exception(answer);
      }
    }
  }

  void say(AnswerHeader::Kind kind, std::string_view bytes) {
    const AnswerHeader header{bytes.size(), kind, bytes.size() > kInlineLimit};
    if (header.beside) send_beside(bytes);
    const std::size_t size = sizeof header + (header.beside ? 0 : bytes.size());
    const std::uint64_t end = Ring::aligned(answered_ + size);
    for (std::uint64_t collected = 0; end - (collected = memory_->collected.get()) > kRingSize;) {
      if (memory_->collected.fall_asleep(collected)) sleep();
    }
    const Ring ring(memory_->answer_bytes);
    const std::uint64_t next = ring.put(answered_, &header, sizeof header);
    if (!header.beside) ring.put(next, bytes.data(), bytes.size());
    answered_ = end;
    if (memory_->answered.advance(end)) send_packet(socket_.get(), {"w", 1}, {}, {});
  }

  void send_beside(std::string_view bytes) {
    const SharedMemory memory = SharedMemory::create(bytes.size());
    std::memcpy(memory.data(), bytes.data(), bytes.size());
    const Descriptor descriptor = memory.duplicate_descriptor();
    const int number = descriptor.get();
    if (send_packet(socket_.get(), {"m", 1}, {}, {&number, 1}) != 0) throw PoolIsGone();
  }

  /// Now and then, as a worker with tasks ahead never sleeps, and begins none of them for a pool that has gone.
  void look_for_pool() {
    constexpr std::chrono::milliseconds kBetween{10};
    const Deadline now = SteadyClock::now();
    if (now < next_look_) return;
    next_look_ = now + kBetween;
    // The process may also have executed another program, which has the pid but not the socket.
    pollfd sources[] = {{socket_.get(), 0, 0}, {pool_.get(), POLLIN, 0}};
    if (resumed([&] { return ::poll(sources, std::size(sources), 0); }) > 0) throw PoolIsGone();
  }

  /// Waits for a packet of the pool.
  void sleep() {
    pollfd sources[] = {{socket_.get(), POLLIN, 0}, {pool_.get(), POLLIN, 0}};
    if (resumed([&] { return ::poll(sources, std::size(sources), -1); }) < 0) throw_errno("a worker cannot wait for its pool");
    if (sources[1].revents != 0) throw PoolIsGone();
    receive();
  }

  void receive() {
    std::uint64_t number = 0;
    Packet packet = receive_packet(socket_.get(), {reinterpret_cast<char*>(&number), sizeof number});
    if (packet.size == 0) throw PoolIsGone();
    if (!packet.descriptors.empty()) beside_.emplace_back(number, std::move(packet.descriptors.front()));
  }

  /// Packets of tasks that were withdrawn have lower numbers; nobody asks for them.
  Descriptor receive_beside(std::uint64_t number) {
    for (;;) {
      while (!beside_.empty()) {
        auto [found, descriptor] = std::move(beside_.front());
        beside_.pop_front();
        if (found == number) return std::move(descriptor);
      }
      sleep();
    }
  }

  Descriptor socket_;
  Shared<WorkerMemory> memory_;
  const Descriptor& pool_;
  const TaskRecord* last_ = nullptr;
  std::string arguments_;
  std::uint64_t position_ = 0;
  std::uint64_t answered_ = 0;
  Deadline next_look_ = Deadline::min();
  std::deque<std::pair<std::uint64_t, Descriptor>> beside_;
};

PROBEREN_ENTRY(proberen_pool_worker, run_worker);

}  // namespace

void run_worker(Descriptor socket, Descriptor memory, const Descriptor& pool, std::uint64_t initializer, const std::string& arguments) {
  leave_nursery();
  at_fork({.prepare = {}, .parent = {}, .child = [] { is_copy = true; }});
  try {
    Worker worker(std::move(socket), std::move(memory), pool);
    if (worker.initialize(initializer, arguments)) worker.run();
  } catch (const PoolIsGone&) {
  }
}

bool worker_entry_is_there() noexcept { return find_entry(kWorkerEntry) != nullptr; }

}  // namespace proberen::ipc::detail
