/// Link: the pool's side of one worker.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "primitives/pool/starter.hpp"
#include "proberen/ipc/detail/request.hpp"

namespace proberen::ipc::detail {

/// Not synchronized: the pool's lock is held for every call but those that say otherwise.
class Link {
 public:
  /// `quota`: how many requests the worker may get in its life.
  Link(StartedWorker worker, std::int64_t quota);

  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  /// For poll(2): something to receive, and the end of the process.
  [[nodiscard]] int socket() const { return socket_.get(); }
  [[nodiscard]] int sentinel() const { return process_.sentinel(); }

  /// Requests that it was given and that are not finished.
  [[nodiscard]] std::size_t load() const { return in_flight_.size(); }
  [[nodiscard]] bool can_take(const Request& request) const;

  /// Writes a request down; offer() lets the worker see it. Throws std::system_error when a large one finds no memory: then `request` is
  /// the caller's still.
  void give(RequestPointer& request);
  void offer();

  /// Takes back up to `count` requests that the worker has not begun, in the order in which they were given. They count as had.
  [[nodiscard]] std::vector<RequestPointer> withdraw(std::uint32_t count);

  /// What the worker has finished since the last call.
  void collect(std::vector<Outcome>& outcomes);

  /// Of a worker that has ended, after the last collect(): what it was running, and the rest.
  struct Remains {
    RequestPointer running;
    std::vector<RequestPointer> waiting;
  };
  [[nodiscard]] Remains bury();

  /// The worker has run its initializer; what that threw, when it failed.
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] const std::string& initializer_failure() const { return initializer_failure_; }

  /// It has had all the requests that it may get, or was told to stop.
  [[nodiscard]] bool retiring() const { return stopped_ || quota_ == 0; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  /// Lets the worker end when it has finished.
  void stop();
  void kill() noexcept { process_.kill(); }

  /// The pool's thread, without the lock: the worker will send a packet when it says more. False when it has said more already.
  [[nodiscard]] bool fall_asleep() { return memory_->answered.fall_asleep(collected_); }
  /// The pool's thread, without the lock: takes what packets there are.
  void receive();

 private:
  struct InFlight {
    RequestPointer request;
    std::uint64_t begin;   ///< where it stands in the stream
    std::uint64_t beside;  ///< the number of its packet, or 0
  };

  [[nodiscard]] std::uint64_t free_from() const { return in_flight_.empty() ? written_ : in_flight_.front().begin; }
  void send_beside(const std::string& bytes, std::uint64_t number);
  void wake();
  std::string read_answer(std::uint64_t& position, const AnswerHeader& header);

  WorkerProcess process_;
  Shared<WorkerMemory> memory_;
  Descriptor socket_;
  std::int64_t quota_;
  std::deque<InFlight> in_flight_;
  std::uint64_t written_ = 0;
  std::uint32_t unoffered_ = 0;
  std::uint32_t finished_ = 0;  ///< as TaskWindow::begun() counts
  std::uint64_t last_beside_ = 0;
  std::uint64_t finished_beside_ = 0;
  std::uint64_t collected_ = 0;
  std::deque<Descriptor> received_;
  bool ready_ = false;
  bool stopped_ = false;
  std::string initializer_failure_;
};

}  // namespace proberen::ipc::detail
