/// The words that a pool rests on, as subjects: how a result is handed to who waits for it, and tasks to a worker.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "proberen/detail/completion.hpp"
#include "proberen/ipc/detail/position.hpp"
#include "proberen/ipc/detail/task_window.hpp"
#include "proberen/lock.hpp"
#include "proberen/subject.hpp"
#include "subjects/guarded.hpp"

namespace proberen::reference {

/// A result in plain memory behind a Completion, and a callback that counts its runs.
template <class P>
struct ResultSubject {
  using Platform = P;

  std::string complete(int number) {
    if (!completion_.claim()) {
      (void)completion_.wait(kForever);  // whoever was first may not have published yet
      return "refused";
    }
    result_mark_.write();
    result_ = number;
    if (completion_.publish()) run_callback();
    return "ok";
  }
  int get() {
    (void)completion_.wait(kForever);
    return read();
  }
  std::optional<int> get_for() { return completion_.wait(deadline_after(P::now(), kBriefly)) ? std::optional(read()) : std::nullopt; }
  bool ready() { return completion_.ready() && read() != 0; }
  /// The first call alone asks for the callback.
  void attach() {
    if (asked_.exchange(true, std::memory_order_relaxed)) return;
    callback_mark_.write();
    if (!completion_.attach()) run_callback();
  }

  [[nodiscard]] bool called_back_once() const { return runs_.load() == (completion_.ready() && asked_.load() ? 1 : 0); }

 private:
  int read() {
    result_mark_.read();
    return result_;
  }
  void run_callback() {
    callback_mark_.read();
    (void)read();
    runs_.fetch_add(1, std::memory_order_relaxed);
  }

  proberen::detail::Completion<P> completion_;
  [[no_unique_address]] typename P::SharedData result_mark_;
  int result_ = 0;
  [[no_unique_address]] typename P::SharedData callback_mark_;
  // Not part of what is checked.
  std::atomic<bool> asked_{false};
  std::atomic<int> runs_{0};
};

inline constexpr auto result_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("complete", &T::complete, gen::distinct())
      .operation("get", &T::get)
      .operation("get_for", &T::get_for)
      .operation("ready", &T::ready)
      .operation("attach", &T::attach)
      .scenario("one waits", "get | complete(1)")
      .scenario("one looks", "ready | complete(1)")
      .scenario("one gives up", "get_for | complete(1)")
      .scenario("called back", "attach | complete(1)")
      .scenario("two complete", "complete(1) | complete(2)")
      .scenario("two wait", "get | get | complete(1)")
      .invariant("the callback runs once", [](T& object) { return object.called_back_once(); });
};

/// A TaskWindow with numbers for tasks, in plain memory of which a task's place is used again when it has been answered, as a Position
/// tells. The pool's side and the worker's take one thread at a time each, which locks see to that are no part of the pool; both sleep on
/// counts of packets, where a pool and its workers sleep on their sockets. Known-bad without kAwaitsAnswers: a task that has begun is
/// taken for one that has been read.
template <class P, bool kAwaitsAnswers = true>
struct WindowSubject {
  using Platform = P;

  void put(int number) {
    for (;;) {
      pool_.lock();
      const std::uint64_t answered = answered_.get();
      if (written_ - (kAwaitsAnswers ? static_cast<std::uint32_t>(answered / kStep) : window_.begun()) < kSlots) break;
      const std::uint32_t seen = received(answer_packets_);
      const bool asleep = answered_.fall_asleep(answered);
      pool_.unlock();
      if (asleep) (void)P::park(answer_packets_, seen, kForever);
    }
    Slot& slot = slots_[written_++ % kSlots];
    slot.mark.write();
    slot.number = number;
    const bool wake = window_.offer(1);
    pool_.unlock();
    if (wake) send(task_packets_);
  }
  std::optional<int> withdraw() {
    pool_.lock();
    std::optional<int> number;
    if (window_.withdraw(1) == 1) number = slots_[--written_ % kSlots].number;
    pool_.unlock();
    if (number) send(answer_packets_);  // there is room for whoever waits for it
    return number;
  }
  std::optional<int> try_get() {
    worker_.lock();
    const std::optional<int> number = claim();
    worker_.unlock();
    return number;
  }
  int get() {
    for (;;) {
      worker_.lock();
      const std::optional<int> number = claim();
      const std::uint32_t seen = received(task_packets_);
      const bool asleep = !number && window_.fall_asleep();
      worker_.unlock();
      if (number) return *number;
      if (asleep) (void)P::park(task_packets_, seen, kForever);
    }
  }

 private:
  static constexpr std::uint32_t kSlots = 2;
  static constexpr std::uint64_t kStep = ipc::detail::Position<P>::kStep;
  struct Slot {
    [[no_unique_address]] typename P::SharedData mark;
    int number = 0;
  };
  using Packets = typename P::template Atomic<std::uint32_t>;

  /// Who has received a packet sees what was done before it was sent, as with a socket: the kernel's own order.
  static void send(Packets& packets) {
    P::heavy_fence();
    packets.fetch_add(1, std::memory_order_relaxed);
    P::unpark(packets, kWakeAll);
  }
  static std::uint32_t received(const Packets& packets) {
    const std::uint32_t count = packets.load(std::memory_order_relaxed);
    P::heavy_fence();
    return count;
  }
  std::optional<int> claim() {
    if (!window_.claim()) return std::nullopt;
    Slot& slot = slots_[read_++ % kSlots];
    slot.mark.read();
    const int number = slot.number;
    if (answered_.advance(read_ * kStep)) send(answer_packets_);
    return number;
  }

  ipc::detail::TaskWindow<P> window_;
  ipc::detail::Position<P> answered_;
  Packets task_packets_{0};    ///< sent to wake the worker
  Packets answer_packets_{0};  ///< sent to wake the pool
  std::array<Slot, kSlots> slots_;
  BasicLock<P> pool_;
  std::uint32_t written_ = 0;
  BasicLock<P> worker_;
  std::uint32_t read_ = 0;
};

inline constexpr auto window_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("put", &T::put, gen::distinct())
      .weight(2)
      .operation("get", &T::get)
      .weight(0.5)
      .operation("try_get", &T::try_get)
      .operation("withdraw", &T::withdraw)
      .scenario("one waits", "get | put(1)")
      .scenario("one looks", "try_get | put(1)")
      .scenario("taken back", "put(1) : try_get | withdraw")
      .scenario("taken back while one waits", "get | put(1) withdraw put(2)")
      .scenario("the last of two taken back", "put(1) put(2) : try_get try_get | withdraw")
      .scenario("a place used again", "put(1) put(2) : get | put(3)")
      .scenario("room made by taking back", "put(1) put(2) : put(3) | withdraw")
      .workload("handed out", "put(1) | get");
};

}  // namespace proberen::reference
