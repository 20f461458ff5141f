/// Strategy: the decisions of an execution that are free. The exhaustive search, the samplers and the replay of a witness are strategies.
#pragma once

#include <cstdint>
#include <vector>

#include "models/explore/graph.hpp"
#include "proberen/explore/engine.hpp"

namespace proberen::explore {

/// A function of a value, by reference: it must outlive the call that it is given to.
class UpdateRef {
 public:
  template <class F>
  UpdateRef(const F& function)  // NOLINT(google-explicit-constructor): stands in for the function
      : function_(&function),
        call_([](const void* f, Value value) -> std::optional<Value> { return (*static_cast<const F*>(f))(value); }) {}
  std::optional<Value> operator()(Value value) const { return call_(function_, value); }

 private:
  const void* function_;
  std::optional<Value> (*call_)(const void*, Value);
};

/// What the program makes of a read that may be part of a read-modify-write.
struct Follow {
  UpdateRef update;  ///< gives the value written, or nothing where it does not write
  Order read_order;  ///< of the two events, where it writes
  Order write_order;
  bool waits;  ///< where it does not write it waits for another value
};

/// What is known of a read before it has a source.
struct Prospect {
  Value initial = 0;                  ///< what the location held at first
  const Follow* follow = nullptr;     ///< null: no write comes of it, or it is not known
  const Futile* futile = nullptr;     ///< null: nothing is known to be futile
  Order if_futile = Order::kRelaxed;  ///< the order of the read where its value is futile
  EventId in_vain = kNoEvent;         ///< a source that was in vain, for whose successor the thread has waited
};

/// An update that cannot be: another one has the same source. Its thread has looked somewhere between its read and its write, which depends
/// on what it found there.
struct Clash {
  EventId read;
  EventId look;
  bool anew;  ///< what the look finds was not known before
  Order write_order;
  Value value;  ///< what it would write
};

/// How executions have differed, by their reads-from graphs.
struct Variety {
  std::uint64_t compared = 0;   ///< executions
  std::uint64_t distinct = 0;   ///< graphs
  std::uint64_t seen_once = 0;  ///< of those
};

class Strategy {
 public:
  Strategy() = default;
  virtual ~Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;

  [[nodiscard]] virtual Graph& graph() = 0;

  /// Makes the graph the beginning of the next execution; false when there is none.
  [[nodiscard]] virtual bool next() = 0;

  /// After a read was added without a source: gives it one. `follow` says what comes of it, where that is known and the write, if any,
  /// comes right after the read. False: there is no source, and the execution must be left.
  [[nodiscard]] virtual bool read(EventId read, const Prospect& prospect) = 0;
  /// After a write was added without a place: gives it one. False: there is no place, and the execution must be left.
  [[nodiscard]] virtual bool write(EventId write) = 0;
  /// After a choice among 0 … count-1 was added: gives it a value.
  virtual void choose(EventId choice, unsigned count) = 0;
  /// One of the threads that can go on, given as a set (never empty); some of them have not started. kNoThread: the execution must be left.
  [[nodiscard]] virtual ThreadId pick(ThreadSet enabled, ThreadSet unstarted) = 0;
  /// Whether the thread's next step is one that is known, whatever it waits for.
  [[nodiscard]] virtual bool knows_step_of(ThreadId /*thread*/) const { return false; }
  /// Whether it is always the first of them, and need not be asked.
  [[nodiscard]] virtual bool takes_first() const { return false; }

  /// Whether it need not be asked before steps that no other thread can tell from those around them: the thread just makes them.
  [[nodiscard]] virtual bool passes_over_silent_steps() const { return false; }

  /// Whether its scheduler looks at steps: else the two below are not called.
  [[nodiscard]] virtual bool looks_ahead() const { return false; }
  /// The next step of the thread will be at the location, or at none; and has been made.
  virtual void announce(ThreadId /*thread*/, LocationId /*location*/, bool /*writes*/) {}
  virtual void performed(ThreadId /*thread*/, LocationId /*location*/, bool /*writes*/) {}
  /// The running thread lets others go first, if the strategy likes.
  virtual void yielded() {}

  /// The read in the beginning given by `next` of which it is not known yet what the program makes of its value.
  [[nodiscard]] virtual EventId revisited() const { return kNoEvent; }
  /// Whether the last event of a thread that waits may still be taken back, so that it is worth while to go on.
  [[nodiscard]] virtual bool may_change(EventId /*event*/) { return true; }
  /// The read, its thread's last step, has got a value with which that has to wait: it is removed. What comes before its source has been
  /// tried. May change the numbers of events. False: the execution must be left.
  [[nodiscard]] virtual bool withdraw(EventId /*read*/) { return false; }
  /// No thread can go on, and one waits for another value than the latest. `read` is what would be its next step, which has not been added:
  /// it may read an older value. True: it does in an execution of its own, so that this one must be left.
  [[nodiscard]] virtual bool reads_older(const Event& /*read*/, const Prospect& /*prospect*/) { return false; }
  /// Whether the others go on without the thread, since its look may yet find something else; else the execution must be left.
  [[nodiscard]] virtual bool outlives(const Clash& /*clash*/) { return false; }
  /// How many executions have been found to be blocked, since it was last asked, without being run.
  [[nodiscard]] virtual std::uint64_t blocked_unseen() { return 0; }
  /// The execution has come to its end: how those so far have differed, this one included; zeros where they all do by construction.
  [[nodiscard]] virtual Variety variety() { return {}; }
  /// Whether what is left can be divided, and dividing it: see Engine. Between executions.
  [[nodiscard]] virtual bool divisible() const { return false; }
  virtual void keep_half(Half /*half*/) {}
  /// Whether the search visits the execution, as far as it has come, in this way; else what is wrong with it is not told.
  [[nodiscard]] virtual bool stands() const { return true; }
  /// The execution has come to its end: whether it had been visited before. It has been now.
  [[nodiscard]] virtual bool visited_before() { return false; }
  /// Whether it visits every execution, each once.
  [[nodiscard]] virtual bool exhausts() const { return false; }
  /// After `next` has said that there is none: whether every execution was visited; and whether a bound has left some out.
  [[nodiscard]] virtual bool visits_all() const { return exhausts(); }
  [[nodiscard]] virtual bool left_out() const { return false; }
  /// Whether a thread that has read a value with which it must wait does so to the end of the execution, as the execution in which it reads
  /// a later one is another one; else it waits before it reads.
  [[nodiscard]] virtual bool waits_for_good() const { return exhausts(); }
};

}  // namespace proberen::explore
