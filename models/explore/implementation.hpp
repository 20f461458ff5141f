// What stands behind the engine's door: the execution that runs now.
//
// An execution has two parts. First the graph that the strategy gave is replayed: each thread's calls are matched with its events, a read
// waiting for its source to be performed, so that memory which is not in the graph comes out right as well. Then it grows: the thread that
// the strategy picks adds its next event, until no thread can go on.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/explore/locations.hpp"
#include "models/explore/races.hpp"
#include "models/explore/strategy.hpp"
#include "proberen/explore/engine.hpp"

namespace proberen::explore {

/// The value without what lies beyond its size.
[[nodiscard]] inline Value of_size(Value value, unsigned size) { return size >= 16 ? value : value & ((Value{1} << (8 * size)) - 1); }

class Engine::Implementation {
 public:
  Implementation(Options options, Host& host);

  // ---- the loop (engine.cpp)
  bool begin();
  void end();
  [[noreturn]] void fail(FailureKind kind, std::string message, std::vector<Place> places);
  void stop() { stopping.store(true, std::memory_order_relaxed); }
  [[noreturn]] void abandon();
  [[nodiscard]] bool out_of_time() const;
  [[nodiscard]] std::vector<Step> all_steps() const;
  void reject(FailureKind kind, std::string message, std::vector<Place> places);

  // ---- threads (threads.cpp)
  ThreadId create_thread(Site site);
  void join(ThreadId thread, Site site);
  [[noreturn]] void finish_thread(Site site);
  [[noreturn]] void finish_execution(Site site);
  void assume(bool holds, Site site);
  void spin(int first, Site site);
  void effect() {
    Thread& me = threads[static_cast<std::size_t>(current)];
    me.effect = me.done;
    me.spun = 0;
  }
  [[nodiscard]] bool may_come_back() const {
    const Thread& me = threads[static_cast<std::size_t>(current)];
    return me.done >= me.last_effect;
  }
  void yield();
  [[nodiscard]] int known(ThreadId knower, ThreadId thread) const;

  // ---- accesses (accesses.cpp)
  Value load(const Access& access, const Futile* futile);
  void store(const Access& access, Value value);
  Value update(const Access& access, Rmw operation, Value operand);
  bool compare_exchange(const Access& access, Order on_failure, Value& expected, Value desired, bool weak, const Futile* futile);
  void fence(Order order, Site site);
  unsigned choose(unsigned count, Site site);
  void plain(std::uintptr_t address, std::size_t size, Site site, bool write);
  void before_store(std::uintptr_t address, unsigned size) { static_cast<void>(locations_.find(address, size)); }
  [[nodiscard]] bool read_unwritten() const;
  void memory_dies(std::uintptr_t address, std::size_t size, Site site);
  void memory_born(std::uintptr_t address, std::size_t size);
  void memory_allocated(std::uintptr_t address, std::size_t size, Site site);

  // ---- waiting (waiting.cpp)
  Value await_update(const Access& access, const Update& update, std::string_view what);
  std::optional<Value> try_update(const Access& access, const Update& update);
  Value await(const Access& access, const std::function<bool(Value)>& ready, std::string_view what);
  std::optional<Value> update_or_wait(const Access& access, const Update& update, const std::function<bool(Value)>& waits,
                                      std::string_view what);
  bool enter_queue_if(std::uintptr_t queue, const Access* access, Value expected, Site site);
  bool sleep(std::uintptr_t queue, bool may_expire, Site site, std::string_view what);
  int sleep_in_any(std::span<const std::uintptr_t> queues, bool may_expire, Site site, std::string_view what);
  int leave_queues(std::span<const std::uintptr_t> queues, Site site, int first = 0);
  std::optional<Requeued> requeue(std::uintptr_t queue, int wake, int move, Site site, const std::function<ThreadSet()>& eligible,
                                  const Access* access, Value expected);

  // ---- meetings (meetings.cpp)
  bool meet(std::uintptr_t place, int count, Site site, std::string_view what);
  [[nodiscard]] int visitors(std::uintptr_t place) const;
  void new_meeting_place(std::uintptr_t place);

  enum class Wait : std::uint8_t {
    kNothing,
    kThread,            ///< another thread's end
    kValue,             ///< a value, which may still come
    kAnotherExecution,  ///< a value, which comes in another execution if it comes
    kMeeting,
    kWakeup,
    kWakeupOrTime,
    kAnyWakeup,  ///< in one of several queues
    kAssumption,
    kSpin,
    kExit,  ///< for all others to stop
  };
  struct alignas(128) Thread {      // so that its place is found by a shift
    int done = 0;                   ///< events performed in this run
    const EventId* next = nullptr;  ///< those of the beginning that are left: [next, end)
    const EventId* end = nullptr;
    int effect = -1;       ///< the place in the thread of the event that follows, or would follow, its latest effect
    int last_effect = -1;  ///< of the last event of the beginning that follows one; -1: there is none
    bool finished = false;
    bool timed = false;  ///< its wait ends by its time in another execution
    Wait wait = Wait::kNothing;
    ThreadId target = kNoThread;        ///< of kThread; of kMeeting: the number of the place
    int round = 0;                      ///< of kMeeting: how often the thread had been there before
    int entered = 0;                    ///< of kWakeup: the place in its thread of the write that joined the queue
    int joined_last = 0;                ///< of a sleeper in several queues: the same of the last of them
    int queues = 1;                     ///< of kWakeup: in how many it sleeps
    LocationId location = kNoLocation;  ///< of kValue
    const Update* update = nullptr;     ///< of kValue
    Order order = Order::kRelaxed;      ///< of kValue: with which it goes on
    std::string_view what;              ///< in what it waits; of kThread: ""
    Site site = 0;
    int cycle = 0;  ///< of kSpin: the place in the thread of the first step of its loop
    int spun = 0;   ///< the end of the turn, from `cycle` on, after which it has waited and gone on; 0: none, or there was an effect since
  };
  enum class Result : std::uint8_t { kRunning, kComplete, kBlocked, kLeft, kFailed };

  Options options;
  Host& host;
  std::unique_ptr<Strategy> strategy;
  Counts counts;
  std::optional<Failure> failure;
  std::optional<Failure> stuck;
  bool complete = false;
  bool left_out = false;
  bool no_more = false;
  std::atomic<bool> stopping{false};
  ThreadId current = kNoThread;
  Result result = Result::kComplete;
  std::array<Thread, kMaxThreads> threads;

 private:
  /// The next event of the running thread: replayed, or added with `fresh` set.
  EventId step(const Event& wanted, bool& fresh);
  EventId grow(const Event& wanted);
  [[gnu::noinline]] void look_at_length(Site site);
  void look_later() {
    constexpr std::uint64_t kSteps = 256;
    looks_at_ = static_cast<EventId>(std::min(options.max_events, static_cast<std::uint64_t>(graph_->size()) + kSteps));
  }
  EventId add_creation(Event event);
  EventId thread_event(Kind kind, Site site, ThreadId other, bool& fresh);
  /// The thread is there, and has done nothing.
  void enter(ThreadId thread);
  void check_same(const Event& found, const Event& wanted);
  [[nodiscard]] bool performed(EventId id) const {
    const Event& event = (*graph_)[id];
    return threads[static_cast<std::size_t>(event.thread)].done > event.index;
  }
  [[nodiscard]] ThreadId next_of_replay() const;
  [[nodiscard]] ThreadId next_to_grow();
  /// Whether the running thread makes the step that it has come to, without its being picked for it.
  [[nodiscard]] bool goes_on_with(Kind step) const;
  /// Of a living thread.
  [[nodiscard]] bool can_go_on(ThreadId thread) const {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    return state.wait == Wait::kNothing || need_not_wait(state, thread);
  }
  [[nodiscard, gnu::noinline]] bool need_not_wait(const Thread& state, ThreadId thread) const;
  /// The write that took the thread out of a queue, which it had joined by its event at `entered`.
  [[nodiscard]] EventId waker(ThreadId thread, int entered) const;
  template <class Change>
  bool change_queue(std::uintptr_t queue, const Access* access, Value expected, Site site, const Change& change);
  ThreadSet pick_any(ThreadSet candidates, int count, Site site, bool& first);
  void await_wakeup(bool may_expire, Site site, std::string_view what);
  [[nodiscard]] int joined(ThreadId thread, int which) const;
  [[nodiscard]] int first_woken(ThreadId thread) const;
  /// Where threads meet. A thread's n-th arrival is for the n-th meeting.
  struct Arrival {
    ThreadId thread;
    int index;  ///< of the arrival in its thread
    int round;
  };
  struct MeetingPlace {
    std::uintptr_t place;
    int count;
    std::vector<Arrival> arrivals;
  };
  [[nodiscard]] bool all_there(const MeetingPlace& meeting, int round) const;
  [[nodiscard]] EventId arrival(const MeetingPlace& meeting, int round, int which) const;
  void switch_to(ThreadId thread);
  /// The running thread does not go on.
  void block(Wait wait, std::string_view what, Site site);
  void withdraw();
  [[nodiscard]] bool older_lets_go_on();
  [[noreturn]] void leave(Result how);
  [[noreturn]] void conclude();
  [[nodiscard]] Result conclusion();
  [[nodiscard]] std::vector<Place> places_of_waiting(ThreadSet stuck_threads) const;
  [[nodiscard]] bool reads_latest(EventId id) const;
  [[nodiscard]] bool spins_on_latest(ThreadId thread) const;

  [[nodiscard]] LocationId locate(const Access& access);
  [[nodiscard]] Value initial_or_written(EventId write, LocationId location) const;
  [[nodiscard]] Order strengthened(Order order) const { return options.model == MemoryModel::kSc ? Order::kSeqCst : order; }
  [[noreturn]] void report_race(const Race& race, Site site, const std::string& what);
  [[nodiscard]] std::optional<Race> race_with_atomic(const Races::Cell& cell, const MemoryAccess& access) const;
  /// One more than the events of the running thread.
  [[nodiscard]] std::uint32_t now() const { return static_cast<std::uint32_t>(threads[static_cast<std::size_t>(current)].done) + 1; }
  [[nodiscard]] std::optional<Race> note_plain(std::uintptr_t address, std::size_t size, Site site, bool write);
  [[gnu::noinline]] void plain_slowly(std::uintptr_t address, std::size_t size, Site site, bool write);
  std::optional<Race> note_death(std::uintptr_t address, std::size_t size, Site site);
  void note_access(const Access& access, EventId id, bool write) {
    const auto location = static_cast<std::size_t>((*graph_)[id].location);
    const bool known = location < cells_.size() && cells_[location].first != nullptr && cells_[location].second == nullptr;
    if (known && (!races_.note_atomic(*cells_[location].first) || Races::is_after(*cells_[location].first, graph_->before(id)))) return;
    note_access_slowly(access, id, write);
  }
  [[gnu::noinline]] void note_access_slowly(const Access& access, EventId id, bool write);
  [[nodiscard]] Value value_of(EventId read) const;
  /// What the running thread has read at the location in a turn of a loop in vain, after which it has waited; kNoEvent: nothing.
  [[nodiscard, gnu::noinline]] EventId read_in_vain(LocationId location) const;
  /// A read whose order is decided by what it reads, or that is part of a read-modify-write only then.
  void decide(EventId read, bool fresh, Order order, bool exclusive);
  /// An access to a location, or to the sleepers of a queue: what step() needs to know of it.
  struct Cell {
    LocationId location = kNoLocation;
    unsigned size = 0;
    Site site = 0;
  };
  template <class IsThere>
  EventId replay_if(Kind kind, const IsThere& is_there);
  /// For an event at no location.
  EventId replay(Kind kind) {
    return replay_if(kind, [](const Event&) { return true; });
  }
  EventId replay_read(const Access& access);
  template <class IsThere>
  EventId replay_write(Value value, const IsThere& is_there);
  [[gnu::noinline]] EventId new_load(const Access& access, const Futile* futile);
  [[gnu::noinline]] EventId new_store(const Access& access, Value value);
  EventId read_event(const Cell& cell, Order order, bool exclusive, bool open, Prospect prospect, bool& fresh);
  EventId write_event(const Cell& cell, Order order, Value value, EventId read);
  /// The second half of a read-modify-write: nobody comes between it and the read.
  void write_back(const Cell& cell, const Access* access, Order order, Value value, EventId read);
  void prepare_to_wait(const Cell& cell, const Update& update, std::string_view what, Order order, bool first);
  void set_midway(bool midway) {
    if (midway) {
      midway_.add(current);
    } else {
      midway_.remove(current);
    }
  }
  /// Decides a read that may be part of a read-modify-write, then writes if it is; if not it has read with the order `otherwise`.
  std::optional<Value> update_cell(const Cell& cell, const Access* access, Order order, Order otherwise, UpdateRef update, bool waits,
                                   Value& old);

  const bool takes_first_ = strategy->takes_first();
  const bool looks_ahead_ = strategy->looks_ahead();
  const bool passes_over_silent_steps_ = strategy->passes_over_silent_steps();
  Graph* graph_ = nullptr;
  ThreadSet midway_;             ///< threads between the events of one step: they go on before others do
  ThreadId picked_ = kNoThread;  ///< for the next step, which it has come to
  ThreadId entered_ = 0;         ///< threads from there on have not been in the execution
  ThreadSet alive_;              ///< threads that are there and have not finished
  ThreadSet unstarted_;          ///< threads that have been created and have not run
  std::uint64_t begun_ = 0;
  EventId performed_ = 0;
  EventId looks_at_ = 0;  ///< the number of steps at which the length of the execution is looked at
  EventId revisited_ = kNoEvent;
  Locations locations_;
  Races races_;
  std::vector<MeetingPlace> meetings_;
  struct Cells {
    Races::Cell* first = nullptr;
    Races::Cell* second = nullptr;  ///< where the location lies in several
    Races::Cell* third = nullptr;
  };
  std::vector<Cells> cells_;  ///< of each location
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

/// The running thread's next event, where it is of the beginning and nothing has to be decided or waited for: it has been performed then.
/// Else kNoEvent, and step() sees to it. Most steps of most executions are made here.
template <class IsThere>
[[gnu::always_inline]] inline EventId Engine::Implementation::replay_if(Kind kind, const IsThere& is_there) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  if (me.next == me.end) return kNoEvent;
  const EventId id = *me.next;
  const Event& event = (*graph_)[id];
  if (event.kind != kind || !is_there(event) || id == revisited_) return kNoEvent;
  if (takes_source(kind) && event.source >= 0 && !performed(event.source)) return kNoEvent;
  ++me.next;
  ++me.done;
  ++performed_;
  me.wait = Wait::kNothing;
  return id;
}

/// How a failed execution is told (report.cpp): its steps in an order with the fewest context switches, and what replays it.
struct Description {
  std::vector<Step> steps;
  std::string witness;
};
[[nodiscard]] Description describe(const Graph& graph, const Locations& locations, const std::vector<int>& performed, ThreadId last);
/// All of its steps, in the order in which they were added.
[[nodiscard]] std::vector<Step> all_steps(const Graph& graph, const Locations& locations);

}  // namespace proberen::explore
