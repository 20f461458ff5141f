/// Engine: visits the executions of a program, each once, under RC11 or sequential consistency.
///
/// The program runs again and again. In each execution every thread announces its next step by calling one of the functions below, and the
/// engine answers what it reads. A call may hand control to other threads (`Host::resume`) before it returns, and may leave the execution
/// (`Host::leave`), in which case it never returns. Between its calls a thread must be deterministic: the same answers, the same next call.
///
///     engine loop:   while (engine.begin()) { host.resume(0) from the loop's own context; engine.end(); }
///     thread 0:      body(); engine.finish_thread();      // and every other thread likewise; finish_thread never returns
///
/// All calls come from the one kernel thread on which the threads of the execution take turns.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proberen/explore/host.hpp"
#include "proberen/explore/thread_set.hpp"
#include "proberen/explore/types.hpp"

namespace proberen::explore {

enum class Rmw : std::uint8_t { kExchange, kAdd, kSub, kAnd, kOr, kXor, kNand };

/// What a waiting update makes of a value: a new one, or nothing where the caller has to wait.
using Update = std::function<std::optional<Value>(Value)>;
/// Whether reading a value leads nowhere.
using Futile = std::function<bool(Value)>;

class Engine {
 public:
  Engine(Options options, Host& host);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // ---- the loop

  /// Prepares the next execution; false when the search is over: exhausted, out of budget, failed, or asked to stop.
  [[nodiscard]] bool begin();
  /// Counts the execution that has just ended or been left.
  void end();
  /// The budget has been spent: the next begin() only looks whether anything is left.
  void allow_no_more();
  /// From a signal handler: the search ends after the current execution.
  void stop();
  /// From a signal handler that has interrupted the program's own code, not the engine: the search ends now, without the current execution.
  [[noreturn]] void abandon();
  /// Whether the search has had its time.
  [[nodiscard]] bool out_of_time() const;
  /// Whether every execution has been visited.
  [[nodiscard]] bool complete() const;
  /// Whether the search has come to its end but for what Options::preemptions has left out: executions, or more schedules of visited ones.
  [[nodiscard]] bool left_out() const;
  [[nodiscard]] const Counts& counts() const;
  /// The first failure, if any; the search ends with it.
  [[nodiscard]] const std::optional<Failure>& failure() const;
  /// Whether an execution is running, that is whether the calls below make sense.
  [[nodiscard]] bool running() const;
  /// After the execution was left and before end(): whether every thread came to its end.
  [[nodiscard]] bool completed() const;
  /// Then, too: its steps, in the order in which they were made. O(steps).
  [[nodiscard]] std::vector<Step> all_steps() const;
  /// Then, too: what Options::stuck_is_an_end has kept from being a failure of this execution, which is complete as far as it goes.
  [[nodiscard]] const std::optional<Failure>& stuck() const;
  /// Then, too: the execution is wrong as a whole, for what it came to.
  void reject(FailureKind kind, std::string message, std::vector<Place> places = {});
  [[nodiscard]] ThreadId current() const;

  // ---- sharing a search: two copies of the engine, each with one half of what is left, visit together what one would have visited

  /// Between executions: whether there is something for both.
  [[nodiscard]] bool divisible() const;
  /// Between executions: the other half is somebody else's.
  void keep_half(Half half);
  /// What was counted so far is somebody else's.
  void count_anew();

  // ---- threads

  /// A new thread, which the host must be able to resume from now on. Everything before the call happens before its first step.
  /// Fails (kUnsupported) past kMaxThreads.
  [[nodiscard]] ThreadId create_thread(Site site);
  /// Waits until the thread has finished; everything it did happens before the return.
  void join(ThreadId thread, Site site);
  [[nodiscard]] bool finished(ThreadId thread) const;
  /// The running thread has ended; another one runs, or the execution is over.
  [[noreturn]] void finish_thread(Site site);
  /// The running thread ends the whole execution, as exit() does. The others go on as far as they can first, so that nothing which they do
  /// before it is missed; that some of them are blocked then is no deadlock.
  [[noreturn]] void finish_execution(Site site);

  // ---- atomic accesses: the value is what an execution of the memory model may read

  /// A value of which `futile` holds is known to bring the thread back to the same access in the same state: executions in which it reads
  /// that of an old write are counted as blocked without being run.
  [[nodiscard]] Value load(const Access& access, const Futile* futile = nullptr);
  void store(const Access& access, Value value);
  /// For a host that tells of a store only once the program itself has written: called while memory still holds what was there before,
  /// which is what the location holds at first if nobody has used it yet.
  void before_store(std::uintptr_t address, unsigned size);
  /// Returns the value before.
  Value update(const Access& access, Rmw operation, Value operand);
  /// As std::atomic::compare_exchange_strong, or weak, which fails for no reason only where Options say so. `expected` gets the value read.
  bool compare_exchange(const Access& access, Order on_failure, Value& expected, Value desired, bool weak, const Futile* futile = nullptr);
  /// Whether the running thread's latest read got what memory held before anybody wrote there in this execution, plainly or not.
  [[nodiscard]] bool read_unwritten() const;
  void fence(Order order, Site site);

  // ---- waiting: the ground of locks, semaphores, barriers, conditions and futexes

  /// Reads and writes in one step once `update` gives a value for what is read; until then the thread is blocked. Returns the value before.
  /// `update` must be pure. A thread that can never go on is deadlocked; `what` says in what (`lock of 0x…`).
  Value await_update(const Access& access, const Update& update, std::string_view what);
  /// The same in one try: where `update` gives nothing it is a read, and the result is nothing.
  std::optional<Value> try_update(const Access& access, const Update& update);
  /// Waits until `ready` holds of the value read. Returns it.
  Value await(const Access& access, const std::function<bool(Value)>& ready, std::string_view what);
  /// Like try_update, but a value of which `waits` holds is waited out. What is read without being written on is read with the order of
  /// `access`, whole.
  std::optional<Value> update_or_wait(const Access& access, const Update& update, const std::function<bool(Value)>& waits,
                                      std::string_view what);

  /// Waits until `count` threads have come to the meeting place, this one included, which they may do again and again; everything that they
  /// did before happens before the return. In which order they come is not known to anybody, so it is no difference between executions.
  /// Only for a place to which no more than `count` threads come in an execution. True for one of them: the one with the highest number.
  bool meet(std::uintptr_t place, int count, Site site, std::string_view what);
  /// How many threads have come to it so far, with the running one.
  [[nodiscard]] int visitors(std::uintptr_t place) const;
  /// It is a new one.
  void new_meeting_place(std::uintptr_t place);

  /// A queue of sleeping threads, named by an address of its own kind (it may be that of an ordinary location).
  /// Joins the queue; from now on a wake-up may be meant for this thread.
  void enter_queue(std::uintptr_t queue, Site site);
  /// The same in one step with a look at a location: only where it holds `expected`. This is what FUTEX_WAIT does before it sleeps. The
  /// look may be at the first bytes of a wider location.
  bool enter_queue_if(std::uintptr_t queue, const Access& access, Value expected);
  /// Sleeps until woken. Where `may_expire`, it may also end by itself, at any moment: that is a choice. True: woken.
  bool sleep(std::uintptr_t queue, bool may_expire, Site site, std::string_view what);
  /// The same in several queues, which the thread has joined one after the other since it last slept, and which it leaves one after the
  /// other. Returns the place of the last one in which it was woken, -1 for none: it ended by itself. This is FUTEX_WAITV.
  int sleep_in_any(std::span<const std::uintptr_t> queues, bool may_expire, Site site, std::string_view what);
  /// Leaves them without having slept. Returns the same.
  int leave_queues(std::span<const std::uintptr_t> queues, Site site);
  /// Wakes up to `count` threads of the queue, whichever: that is a choice. Returns how many. Where not all may be woken, `eligible` gives
  /// the set of those who may, asked once it is known who sleeps.
  int wake(std::uintptr_t queue, int count, Site site, const std::function<ThreadSet()>& eligible = {});
  struct Requeued {
    int woken = 0;
    ThreadSet moved;
  };
  /// Wakes up to `wake` of the threads that `eligible` gives, and picks up to `move` others of them, which sleep on: the queue is that of
  /// several futexes, and whose wake-ups are meant for them from now on is the caller's to know. This is FUTEX_REQUEUE.
  Requeued requeue(std::uintptr_t queue, int wake, int move, Site site, const std::function<ThreadSet()>& eligible);
  /// The same in one step with a look at a location: only where it holds `expected`, else nothing. This is FUTEX_CMP_REQUEUE.
  std::optional<Requeued> requeue_if(std::uintptr_t queue, int wake, int move, const std::function<ThreadSet()>& eligible,
                                     const Access& access, Value expected);

  // ---- plain accesses: checked for races; read and written in memory by the program itself after the call

  void plain_read(std::uintptr_t address, std::size_t size, Site site);
  void plain_write(std::uintptr_t address, std::size_t size, Site site);
  /// The memory begins or ends its life (allocated, freed, a stack frame reused): what was known of it is forgotten. Ending it counts as a
  /// write: a race with whoever still uses it.
  void memory_born(std::uintptr_t address, std::size_t size);
  /// It is memory that nobody has used in this execution: whoever uses it without order with this call races with it.
  void memory_allocated(std::uintptr_t address, std::size_t size, Site site);
  void memory_dies(std::uintptr_t address, std::size_t size, Site site);

  // ---- choices and verdicts

  /// One of 0 … count-1; all of them are visited.
  [[nodiscard]] unsigned choose(unsigned count, Site site);
  /// Where `holds` is false the execution is abandoned and counted as blocked.
  void assume(bool holds, Site site);
  /// Whether the running thread's waits end by their time in another execution: one in which it waits for ever is blocked then, not stuck.
  void set_timed(bool timed);
  /// The thread has come round in a loop without effect: it is blocked until something that it read in it changes. `first` is what `steps`
  /// said when the loop was where it is now.
  void spin(int first, Site site);
  /// The running thread has done something for which it does not come back to any state that it has been in.
  void effect();
  /// Whether the running thread, before it comes to what is new in this execution, may come back to the state that it is in: where it has
  /// an effect on the way it does not, and nobody need look for a loop.
  [[nodiscard]] bool may_come_back() const;
  /// How many steps the thread has made in this execution.
  [[nodiscard]] int steps(ThreadId thread) const;
  /// How many steps of a thread happen before the next step of `knower`.
  [[nodiscard]] int known(ThreadId knower, ThreadId thread) const;
  /// Another thread may run now; not an event.
  void yield();
  [[noreturn]] void fail(FailureKind kind, std::string message, std::vector<Place> places);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace proberen::explore
