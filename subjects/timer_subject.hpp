/// A timer and its queue as a subject. The service's thread is one of the scenario's: `begin` takes the timer when it is due and runs its
/// callback, `finish` says that the callback has ended. The interval is zero, so that the timer is due when it is armed.
#pragma once

#include <string>

#include "proberen/cancel_result.hpp"
#include "proberen/detail/timer_queue.hpp"
#include "proberen/subject.hpp"
#include "subjects/guarded.hpp"
#include "subjects/tally.hpp"

namespace proberen::reference {

/// `Queue` is detail::TimerQueue<P>, or one that is wrong on purpose.
template <class P, class Queue = detail::TimerQueue<P>>
struct TimerSubject {
  using Platform = P;

  Queue queue;
  typename Queue::Node timer;
  GuardedCounter<P> ran;  ///< written by the callback, read by whoever is told that it has ended

  // What callers were told.
  Tally begun;
  Tally cancelled;

  std::string start() { return queue.start(timer, P::now()) == detail::StartOutcome::started ? "ok" : "refused"; }
  std::string cancel() { return told(queue.cancel(timer)); }
  std::string cancel_and_wait() { return told(queue.cancel_and_wait(timer)); }
  Value join() { return joined(queue.join(timer, kForever), Value()); }
  Value join_for() { return joined(queue.join(timer, deadline_after(P::now(), kBriefly)), true); }
  bool is_active() {
    const detail::TimerPhase phase = timer.state.phase();
    if (phase == detail::TimerPhase::fired) look();
    return phase == detail::TimerPhase::armed || phase == detail::TimerPhase::running;
  }
  void begin() {
    (void)queue.take_next();
    call_back();
  }
  bool try_begin() {
    if (queue.take_due() == nullptr) return false;
    call_back();
    return true;
  }
  std::string finish() {
    if (!queue.is_inside_callback()) return "refused";
    queue.finish(timer);
    return "ok";
  }

 private:
  void call_back() {
    ran.increment();
    begun.add(1);
  }
  void look() const { (void)ran.look(); }
  std::string told(CancelResult result) {
    if (result == CancelResult::already_fired) look();
    if (result == CancelResult::cancelled) cancelled.add(1);
    return to_string(result);
  }
  Value joined(detail::JoinOutcome outcome, Value over) {
    if (outcome == detail::JoinOutcome::timed_out) return false;
    if (outcome != detail::JoinOutcome::over) return "refused";
    if (timer.state.phase() == detail::TimerPhase::fired) look();
    return over;
  }
};

/// A queue that looks at the phase before it takes the lock, and acts on what it saw: what cancel tells and what happens fall apart.
template <class P>
struct HastyTimerQueue : detail::TimerQueue<P> {
  CancelResult cancel(detail::TimerNode<P>& node) {
    const bool pending = node.state.phase() != detail::TimerPhase::running && node.state.phase() != detail::TimerPhase::fired;
    const CancelResult result = detail::TimerQueue<P>::cancel(node);
    return pending ? CancelResult::cancelled : result;
  }
};

/// A queue whose cancel_and_wait does not wait (qpid-dispatch #1170).
template <class P>
struct ImpatientTimerQueue : detail::TimerQueue<P> {
  CancelResult cancel_and_wait(detail::TimerNode<P>& node) {
    const CancelResult result = detail::TimerQueue<P>::cancel(node);
    return result == CancelResult::running ? CancelResult::already_fired : result;
  }
};

/// Runs at most once, and exactly when no cancel said that it would not.
inline constexpr auto ran_unless_cancelled = [](auto& subject) {
  const int ran = subject.ran.count();
  return ran == subject.begun.count() && ran <= 1 && (ran == 0 || subject.cancelled.count() == 0);
};

inline constexpr auto timer_operations = []<class T>(SubjectBuilder<T>& subject) {
  subject.operation("start", &T::start)
      .weight(3)
      .operation("cancel", &T::cancel)
      .operation("cancel_and_wait", &T::cancel_and_wait)
      .operation("join", &T::join)
      .weight(0.5)
      .operation("join_for", &T::join_for)
      .operation("is_active", &T::is_active)
      .operation("begin", &T::begin)
      .weight(0.7)
      .operation("try_begin", &T::try_begin)
      .weight(2)
      .operation("finish", &T::finish)
      .weight(3)
      .scenario("one starts, one looks", "start | is_active")
      .scenario("the service waits for a start", "begin | start")
      .scenario("cancelled when it is due", "start : try_begin | cancel")
      .scenario("cancelled and waited for", "start try_begin : finish | cancel_and_wait")
      .scenario("joined", "start try_begin : finish | join")
      .scenario("joined for a while", "start try_begin : finish | join_for")
      .scenario("watched", "start try_begin : finish | is_active")
      .scenario("its callback watched", "start : try_begin finish | is_active")
      .scenario("joined and cancelled", "start : join | cancel")
      .scenario("two start", "start | start")
      .scenario("two cancel", "start : cancel | cancel_and_wait")
      .scenario("fired and cancelled", "start : begin finish | cancel_and_wait")
      .scenario("inside the callback", "start : try_begin cancel_and_wait join finish | cancel")
      .scenario("two join", "start : cancel | join | join")
      .invariant("it ran once, unless a cancel said that it would not", ran_unless_cancelled)
      .workload("fired and cancelled", "start try_begin finish | cancel is_active | join_for cancel");
};

}  // namespace proberen::reference
