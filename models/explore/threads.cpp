// Turns: whose step is next, in the replayed part of an execution and in the part that grows.

#include <algorithm>

#include "models/explore/implementation.hpp"

namespace proberen::explore {
namespace {

/// Whether it makes no difference when, between the steps before and after it in its thread, the step is made.
constexpr bool is_silent(Kind kind) {
  return kind == Kind::kCreate || kind == Kind::kFinish || kind == Kind::kJoin || kind == Kind::kFence || kind == Kind::kChoice;
}

constexpr bool writes(const Event& event) { return event.kind == Kind::kWrite || event.exclusive; }

}  // namespace

/// Who has been picked makes its step; one that had not started then may have to wait where it has come to.
inline bool Engine::Implementation::goes_on_with(Kind step) const {
  if (!midway_.empty()) return midway_.first() == current;
  const bool picked = picked_ == current || (passes_over_silent_steps_ && is_silent(step));
  return picked && can_go_on(current);
}

inline EventId Engine::Implementation::grow(const Event& wanted) {
  if (graph_->size() >= looks_at_) look_at_length(wanted.site);
  Thread& me = threads[static_cast<std::size_t>(current)];
  const EventId id = wanted.kind == Kind::kCreate ? add_creation(wanted) : graph_->add(wanted);
  (*graph_)[id].after_effect = me.effect == me.done;
  picked_ = kNoThread;
  if (looks_ahead_) strategy->performed(current, wanted.location, writes(wanted));
  ++me.done;
  ++performed_;
  me.wait = Wait::kNothing;
  return id;
}

EventId Engine::Implementation::step(const Event& wanted, bool& fresh) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  if (looks_ahead_) strategy->announce(current, wanted.location, writes(wanted));
  while (true) {
    if (me.next != me.end) {
      const EventId id = *me.next;
      const Event& found = (*graph_)[id];
      if (found.source >= 0 && found.kind != Kind::kWrite && !performed(found.source)) {
        switch_to(next_of_replay());
        continue;
      }
      check_same(found, wanted);
      ++me.next;
      ++me.done;
      ++performed_;
      fresh = false;
      me.wait = Wait::kNothing;
      return id;
    }
    if (performed_ < graph_->size()) {
      switch_to(next_of_replay());
      continue;
    }
    if (goes_on_with(wanted.kind)) break;
    const ThreadId next = next_to_grow();
    if (next == current) break;
    switch_to(next);
  }
  fresh = true;
  return grow(wanted);
}

/// One execution may be longer than all the time there is, or than anybody wants to wait.
void Engine::Implementation::look_at_length(Site site) {
  if (static_cast<std::uint64_t>(graph_->size()) >= options.max_events) {
    fail(FailureKind::kRunaway, "more than " + std::to_string(options.max_events) + " steps in one execution", {{current, site, ""}});
  }
  if (stopping.load(std::memory_order_relaxed) || out_of_time()) abandon();
  look_later();
}

void Engine::Implementation::enter(ThreadId thread) {
  Thread& state = threads[static_cast<std::size_t>(thread)];
  entered_ = std::max(entered_, thread + 1);
  alive_.add(thread);
  state.next = graph_->first_of(thread);
  state.end = state.next + graph_->length(thread);
  state.last_effect = graph_->length(thread) - 1;
  while (state.last_effect >= 0 && !(*graph_)[graph_->at(thread, state.last_effect)].after_effect) --state.last_effect;
}

EventId Engine::Implementation::add_creation(Event event) {
  const ThreadId created = graph_->next_thread();
  if (created >= kMaxThreads) {
    fail(FailureKind::kUnsupported, "more than " + std::to_string(kMaxThreads) + " threads in one execution", {{current, event.site, ""}});
  }
  event.value = static_cast<Value>(created);
  return graph_->add(event);
}

void Engine::Implementation::check_same(const Event& found, const Event& wanted) {
  if (found.kind == wanted.kind && found.location == wanted.location && found.size == wanted.size &&
      (found.kind != Kind::kWrite || found.value == wanted.value)) {
    return;
  }
  fail(FailureKind::kNondeterminism,
       "the program is not deterministic: step " + std::to_string(found.index) + " of thread " + std::to_string(current) +
           " is another one in this execution than in an earlier one with the same answers",
       {{current, wanted.site, "this time"}, {current, found.site, "earlier"}});
}

ThreadId Engine::Implementation::next_of_replay() const {
  ThreadSet others = alive_;
  others.remove(current);
  for (const ThreadId thread : others) {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    if (state.next == state.end) continue;
    const Event& event = (*graph_)[*state.next];
    if (event.source < 0 || event.kind == Kind::kWrite || performed(event.source)) return thread;
  }
  return current;
}

bool Engine::Implementation::need_not_wait(const Thread& state, ThreadId thread) const {
  switch (state.wait) {
    case Wait::kThread:
      return threads[static_cast<std::size_t>(state.target)].finished;
    case Wait::kMeeting:
      return all_there(meetings_[static_cast<std::size_t>(state.target)], state.round);
    case Wait::kWakeup:
    case Wait::kWakeupOrTime:
      return waker(thread, state.entered) != kNoEvent;
    case Wait::kAnyWakeup:
      return first_woken(thread) >= 0;
    case Wait::kValue: {
      if (strategy->knows_step_of(thread)) return true;
      const EventId write = graph_->last_write(state.location);
      return (*state.update)(initial_or_written(write, state.location)).has_value();
    }
    case Wait::kSpin:
      return strategy->knows_step_of(thread) || (!strategy->waits_for_good() && !spins_on_latest(thread));
    default:
      return false;
  }
}

/// The thread that makes the next step. Does not return where there is none.
ThreadId Engine::Implementation::next_to_grow() {
  if (!midway_.empty()) return midway_.first();
  if (alive_.is_only(current) && can_go_on(current)) return current;
  const auto goes_on = [this](ThreadId thread) { return can_go_on(thread); };
  if (takes_first_) {
    for (const ThreadId thread : alive_) {
      if (goes_on(thread)) return thread;
    }
  }
  const ThreadSet enabled = takes_first_ ? ThreadSet() : alive_.where(goes_on);  // where the first one is taken there was none
  if (enabled.empty() && older_lets_go_on()) leave(Result::kLeft);
  if (enabled.empty()) conclude();
  const ThreadId next = enabled.is_only(current) ? current : strategy->pick(enabled, unstarted_);
  if (next == kNoThread) leave(Result::kLeft);
  // One that has not started is picked again where the strategy looks at what its step is.
  picked_ = unstarted_.contains(next) && (looks_ahead_ || !passes_over_silent_steps_) ? kNoThread : next;
  return next;
}

void Engine::Implementation::switch_to(ThreadId thread) {
  if (thread == current) {
    fail(FailureKind::kNondeterminism, "the program is not deterministic: a thread does less in this execution than in an earlier one", {});
  }
  current = thread;
  unstarted_.remove(thread);
  host.resume(thread);
}

void Engine::Implementation::yield() { strategy->yielded(); }

int Engine::Implementation::known(ThreadId knower, ThreadId thread) const {
  const Graph::Clock* const clock = graph_->knowledge(knower, threads[static_cast<std::size_t>(knower)].done);
  return static_cast<std::size_t>(thread) < graph_->width() ? static_cast<int>(clock[thread]) : 0;
}

/// The next event of the running thread, at no location, as step() makes it.
EventId Engine::Implementation::thread_event(Kind kind, Site site, ThreadId other, bool& fresh) {
  if (const EventId replayed = replay(kind); replayed != kNoEvent) return replayed;
  Event event;
  event.kind = kind;
  event.thread = static_cast<std::int16_t>(current);
  event.site = site;
  event.value = static_cast<Value>(other);
  return step(event, fresh);
}

ThreadId Engine::Implementation::create_thread(Site site) {
  bool fresh = false;
  const EventId id = thread_event(Kind::kCreate, site, 0, fresh);
  const auto created = static_cast<ThreadId>((*graph_)[id].value);
  enter(created);
  unstarted_.add(created);
  return created;
}

void Engine::Implementation::join(ThreadId thread, Site site) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  me.wait = Wait::kThread;
  me.target = thread;
  me.site = site;
  me.what = {};
  bool fresh = false;
  const EventId id = thread_event(Kind::kJoin, site, thread, fresh);
  if (fresh) graph_->set_source(id, graph_->at(thread, graph_->length(thread) - 1));
}

void Engine::Implementation::finish_thread(Site site) {
  bool fresh = false;
  static_cast<void>(thread_event(Kind::kFinish, site, 0, fresh));
  threads[static_cast<std::size_t>(current)].finished = true;
  alive_.remove(current);
  block(Wait::kNothing, "", site);
  __builtin_unreachable();
}

void Engine::Implementation::finish_execution(Site site) {
  block(Wait::kExit, "the end of all others", site);
  __builtin_unreachable();
}

void Engine::Implementation::assume(bool holds, Site site) {
  if (!holds) block(Wait::kAssumption, "an assumption", site);
}

/// Comes back where another turn may be of use.
void Engine::Implementation::spin(int first, Site site) {
  threads[static_cast<std::size_t>(current)].cycle = first;
  block(Wait::kSpin, "a loop without effect", site);
}

void Engine::Implementation::block(Wait wait, std::string_view what, Site site) {
  const ThreadId self = current;
  Thread& me = threads[static_cast<std::size_t>(self)];
  me.wait = wait;
  me.what = what;
  me.site = site;
  // Who goes round a loop without any step waits for nothing that is in the graph. What others do may show a race with what it reads.
  const bool waits_plainly = wait == Wait::kSpin && me.cycle == me.done;
  if (!me.finished && wait != Wait::kExit && !waits_plainly && strategy->exhausts() && me.done == graph_->length(self) && me.done > 0 &&
      !strategy->may_change(graph_->at(self, me.done - 1))) {
    leave(Result::kBlocked);
  }
  while (me.finished || me.wait != Wait::kNothing) {
    if (performed_ < graph_->size()) {
      switch_to(next_of_replay());
      continue;
    }
    if (const ThreadId next = next_to_grow(); next != self || me.wait != Wait::kSpin) switch_to(next);
    if (me.wait == Wait::kSpin && picked_ == self) {
      me.wait = Wait::kNothing;
      me.spun = me.done;
    }
  }
}

bool Engine::Implementation::reads_latest(EventId id) const {
  const Event& event = (*graph_)[id];
  return event.kind == Kind::kRead && graph_->is_last(event.source, event.location);
}

/// Whether the thread reads the latest values all round its loop, so that it would go round for ever.
bool Engine::Implementation::spins_on_latest(ThreadId thread) const {
  const Thread& state = threads[static_cast<std::size_t>(thread)];
  for (int i = state.cycle; i < state.done; ++i) {
    const EventId id = graph_->at(thread, i);
    const Event& event = (*graph_)[id];
    if (event.kind != Kind::kRead) continue;
    const auto of_this_turn = [&](EventId write) {
      return write >= 0 && (*graph_)[write].thread == thread && (*graph_)[write].index >= state.cycle;
    };
    if (of_this_turn(event.source)) continue;
    // Where it has itself put back what it read, that is as good.
    EventId source = event.source;
    for (EventId later = graph_->later_than(source, event.location); of_this_turn(later); later = (*graph_)[later].later) source = later;
    if (!graph_->is_last(source, event.location) || initial_or_written(source, event.location) != value_of(id)) return false;
  }
  return true;
}

/// No thread can go on. Nothing may be left on the stack that has memory of its own: who leaves does not come back to give it up.
void Engine::Implementation::conclude() { leave(conclusion()); }

/// The execution is complete, or blocked, or it shows a deadlock or a livelock.
Engine::Implementation::Result Engine::Implementation::conclusion() {
  ThreadSet stuck_threads;
  bool spins = false;
  bool sleeps = false;
  bool open_end = false;  // somebody might still have gone on, in another execution
  bool exits = false;
  for (const ThreadId thread : alive_) {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    const EventId last = state.done > 0 ? graph_->at(thread, state.done - 1) : kNoEvent;
    exits = exits || state.wait == Wait::kExit;
    if (state.wait == Wait::kAssumption || state.wait == Wait::kWakeupOrTime || state.timed) open_end = true;
    if (state.wait == Wait::kAnotherExecution && !reads_latest(last)) open_end = true;
    if (state.wait == Wait::kSpin && !spins_on_latest(thread)) open_end = true;
    if (state.wait == Wait::kWakeup && state.queues > 1 && first_woken(thread) >= 0) open_end = true;
    if (threads[0].finished && host.may_be_left(thread)) continue;  // the program ends with its main, whatever this one waits for
    stuck_threads.add(thread);
    if (state.wait == Wait::kSpin) spins = true;
    if (state.wait != Wait::kSpin && state.wait != Wait::kThread) sleeps = true;
  }
  if (stuck_threads.empty()) return Result::kComplete;
  if (exits && !open_end) return Result::kComplete;
  if (open_end) return Result::kBlocked;
  std::vector<Place> waiting = places_of_waiting(stuck_threads);
  std::string message = "thread " + std::to_string(waiting.front().thread) + " " + waiting.front().what + " for ever";
  if (threads[0].finished) message += ", though main has ended";
  const FailureKind kind = spins && !sleeps ? FailureKind::kLivelock : FailureKind::kDeadlock;
  if (!options.stuck_is_an_end) {
    reject(kind, std::move(message), std::move(waiting));
    return Result::kFailed;
  }
  stuck = Failure{kind, std::move(message), std::move(waiting), {}, ""};
  return Result::kComplete;
}

/// What the threads wait for, those last that wait because others do.
std::vector<Place> Engine::Implementation::places_of_waiting(ThreadSet stuck_threads) const {
  std::vector<Place> waiting;
  std::vector<Place> joining;
  for (const ThreadId thread : stuck_threads) {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    const bool joins = state.wait == Wait::kThread;
    const std::string what = joins ? "the end of thread " + std::to_string(state.target) : std::string(state.what);
    (joins ? joining : waiting).push_back({thread, state.site, "waits for " + what});
  }
  waiting.insert(waiting.end(), joining.begin(), joining.end());
  return waiting;
}

}  // namespace proberen::explore
