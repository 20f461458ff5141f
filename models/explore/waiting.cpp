// Waiting: for a value, and in queues.
//
// A queue is a location that holds the set of its sleepers, changed by read-modify-writes alone: they are in one order, so a wake-up is
// either before a thread joins the queue, and then it sees what was written before the wake-up, or after, and then it may be meant for it.
// FUTEX_WAIT reads the queue, looks at its word, and joins, in one step; a sleeper goes on from the first wake-up that names it. Who sleeps
// in several queues joins them one by one, and once it is woken in any it leaves them one by one, as the kernel does: in which it was woken
// is what it finds there.

#include <utility>

#include "models/explore/implementation.hpp"

namespace proberen::explore {

namespace {

/// Of a sleeper, in the value of its queue: ThreadSet::bits().
constexpr Value bit(ThreadId thread) { return Value{1} << thread; }
static_assert(kMaxThreads <= 8 * sizeof(Value));

}  // namespace

/// What the thread waits for. Where `first`, it waits before it reads, and goes on once the latest value is such a one.
void Engine::Implementation::prepare_to_wait(const Cell& cell, const Update& update, std::string_view what, Order order, bool first) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  me.location = cell.location;
  me.update = &update;
  me.order = order;
  if (!first) return;
  me.wait = Wait::kValue;
  me.what = what;
  me.site = cell.site;
}

Value Engine::Implementation::await_update(const Access& access, const Update& update, std::string_view what) {
  const Cell cell{locate(access), access.size, access.site};
  Value old = 0;
  while (true) {
    prepare_to_wait(cell, update, what, strengthened(access.order), true);
    if (update_cell(cell, &access, strengthened(access.order), Order::kRelaxed, update, true, old)) return old;
    withdraw();
  }
}

/// Takes back the running thread's last step, a read.
void Engine::Implementation::withdraw() {
  Thread& me = threads[static_cast<std::size_t>(current)];
  if (!strategy->withdraw(graph_->at(current, me.done - 1))) leave(Result::kLeft);
  --me.done;
  --performed_;
  revisited_ = kNoEvent;
  for (const ThreadId thread : alive_) {
    Thread& state = threads[static_cast<std::size_t>(thread)];
    state.next = graph_->first_of(thread) + state.done;
    state.end = graph_->first_of(thread) + graph_->length(thread);
  }
}

/// No thread can go on. One that waits may read an older value than the latest, or, where others have read them all for updates of their
/// own, come before those: the search is told, thread by thread. True: one of them does go on, in another execution.
bool Engine::Implementation::older_lets_go_on() {
  if (!strategy->exhausts()) return false;
  for (const ThreadId thread : alive_) {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    if (state.wait != Wait::kValue) continue;
    Event event;
    event.kind = Kind::kRead;
    event.thread = static_cast<std::int16_t>(thread);
    event.index = graph_->length(thread);
    event.location = state.location;
    event.size = static_cast<std::uint8_t>(locations_.size(state.location));
    event.open = true;
    event.site = state.site;
    const Follow follow{*state.update, read_part(state.order), write_part(state.order), true};
    if (strategy->reads_older(event, {.initial = locations_.initial(state.location), .follow = &follow})) return true;
  }
  return false;
}

std::optional<Value> Engine::Implementation::try_update(const Access& access, const Update& update) {
  Value old = 0;
  const Cell cell{locate(access), access.size, access.site};
  if (!update_cell(cell, &access, strengthened(access.order), Order::kRelaxed, update, false, old)) return std::nullopt;
  return old;
}

Value Engine::Implementation::await(const Access& access, const std::function<bool(Value)>& ready, std::string_view what) {
  const Cell cell{locate(access), access.size, access.site};
  const Update same = [&](Value value) { return ready(value) ? std::optional<Value>(value) : std::nullopt; };
  while (true) {
    prepare_to_wait(cell, same, what, strengthened(access.order), !strategy->waits_for_good());
    bool fresh = false;
    const EventId id = read_event(cell, strengthened(access.order), false, false, {}, fresh);
    note_access(access, id, false);
    const Value value = value_of(id);
    if (ready(value)) return value;
    block(Wait::kAnotherExecution, what, access.site);
  }
}

std::optional<Value> Engine::Implementation::update_or_wait(const Access& access, const Update& update,
                                                            const std::function<bool(Value)>& waits, std::string_view what) {
  const Cell cell{locate(access), access.size, access.site};
  const Update goes_on = [&](Value value) { return waits(value) ? std::nullopt : std::optional<Value>(value); };
  while (true) {
    prepare_to_wait(cell, goes_on, what, strengthened(access.order), !strategy->waits_for_good());
    Value old = 0;
    if (update_cell(cell, &access, strengthened(access.order), access.order, update, false, old)) return old;
    if (!waits(old)) return std::nullopt;
    block(Wait::kAnotherExecution, what, access.site);
  }
}

/// Changes the sleepers of a queue in one step with a look at a location, where there is one: only if that holds `expected`. Also where
/// not it writes, as the kernel takes the lock of the queue in any case. So that it writes does not depend on what it has looked at, which
/// a later write may change. `change` comes before the look, which would not find what comes after.
template <class Change>
bool Engine::Implementation::change_queue(std::uintptr_t queue, const Access* access, Value expected, Site site, const Change& change) {
  const Cell cell{locations_.find_queue(queue), 0, site};
  graph_->ensure_location(cell.location);
  const Order order = strengthened(Order::kAcqRel);
  bool fresh = false;
  const EventId read = read_event(cell, read_part(order), true, false, {}, fresh);
  set_midway(true);
  const Value changed = change(value_of(read));
  bool holds = true;
  EventId look = kNoEvent;
  bool fresh_look = false;
  if (access != nullptr) {
    unsigned shift = 0;
    const LocationId location = locations_.find_around(access->address, access->size, shift);
    if (location == kNoLocation) static_cast<void>(locate(*access));  // says what is wrong
    graph_->ensure_location(location);
    const unsigned size = locations_.size(location);
    look = read_event({location, size, site}, strengthened(access->order), false, false, {}, fresh_look);
    note_access({locations_.address(location), size, access->order, site}, look, false);
    holds = ((value_of(look) >> shift) & ((Value{1} << (8 * access->size)) - 1)) == expected;
  }
  const Value written = holds ? changed : value_of(read);
  const bool is_new = threads[static_cast<std::size_t>(current)].done == graph_->length(current);
  if (is_new && look != kNoEvent && graph_->is_updated((*graph_)[read].source, cell.location)) {
    if (!strategy->outlives({read, look, fresh_look, write_part(order), written})) leave(Result::kLeft);
    set_midway(false);
    block(Wait::kAssumption, "its turn at a queue", site);
  }
  static_cast<void>(write_event(cell, write_part(order), written, read));
  set_midway(false);
  return holds;
}

bool Engine::Implementation::enter_queue_if(std::uintptr_t queue, const Access* access, Value expected, Site site) {
  const bool joins = change_queue(queue, access, expected, site, [&](Value sleepers) { return sleepers | bit(current); });
  Thread& me = threads[static_cast<std::size_t>(current)];
  if (joins) me.entered = me.done - 1;
  return joins;
}

/// The first write to the queue, after the one by which the thread joined it, that takes it out.
EventId Engine::Implementation::waker(ThreadId thread, int entered) const {
  const Event& event = (*graph_)[graph_->at(thread, entered)];
  for (EventId id = event.later; id != kNoEvent; id = (*graph_)[id].later) {
    if (((*graph_)[id].value & bit(event.thread)) == 0) return id;
  }
  return kNoEvent;
}

/// Of a sleeper in several queues: the place in its thread of the write that joined the one at `which`.
int Engine::Implementation::joined(ThreadId thread, int which) const {
  const Thread& state = threads[static_cast<std::size_t>(thread)];
  int place = state.joined_last;
  for (int rest = state.queues - 1 - which;; --place) {
    if ((*graph_)[graph_->at(thread, place)].kind != Kind::kWrite) continue;  // between two queues it looks at the words, and does no more
    if (rest-- == 0) return place;
  }
}

/// The first of its queues in which it is woken; -1: in none.
int Engine::Implementation::first_woken(ThreadId thread) const {
  for (int which = 0; which < threads[static_cast<std::size_t>(thread)].queues; ++which) {
    if (waker(thread, joined(thread, which)) != kNoEvent) return which;
  }
  return -1;
}

/// Sleeps in the queue that the thread has joined by its event at `entered`.
void Engine::Implementation::await_wakeup(bool may_expire, Site site, std::string_view what) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  me.wait = may_expire ? Wait::kWakeupOrTime : Wait::kWakeup;
  me.what = what;
  me.site = site;
  bool fresh = false;
  const EventId id = thread_event(Kind::kWakeup, site, 0, fresh);
  if (fresh) graph_->set_source(id, waker(current, me.entered));
}

bool Engine::Implementation::sleep(std::uintptr_t queue, bool may_expire, Site site, std::string_view what) {
  if (may_expire && choose(2, site) == 1) return leave_queues({&queue, 1}, site) == 0;
  threads[static_cast<std::size_t>(current)].queues = 1;
  await_wakeup(may_expire, site, what);
  return true;
}

int Engine::Implementation::leave_queues(std::span<const std::uintptr_t> queues, Site site, int first) {
  const ThreadId self = current;
  const auto without_it = [&](Value value) { return std::optional<Value>(value & ~bit(self)); };
  int woken = -1;
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const Cell cell{locations_.find_queue(queues[i]), 0, site};
    Value old = 0;
    static_cast<void>(update_cell(cell, nullptr, strengthened(Order::kAcqRel), Order::kRelaxed, without_it, false, old));
    if ((old & bit(self)) != 0) continue;
    woken = static_cast<int>(i);
    assume(woken >= first, site);  // else that is another execution
  }
  return woken;
}

/// Executions differ in the first of the queues in which it is woken: that is a choice, made before, so that what wakes it is among the
/// causes of all that it does then.
int Engine::Implementation::sleep_in_any(std::span<const std::uintptr_t> queues, bool may_expire, Site site, std::string_view what) {
  if (may_expire && choose(2, site) == 1) return leave_queues(queues, site);
  Thread& me = threads[static_cast<std::size_t>(current)];
  me.queues = static_cast<int>(queues.size());
  me.joined_last = me.entered;
  me.what = what;
  me.site = site;
  if (!strategy->waits_for_good()) me.wait = Wait::kAnyWakeup;
  auto first = static_cast<int>(choose(static_cast<unsigned>(queues.size()), site));
  if (const int woken = first_woken(current); !strategy->waits_for_good() && woken >= 0 && queues.size() > 1) {
    first = woken;
    (*graph_)[graph_->at(current, me.done - 1)].value = static_cast<Value>(first);
  }
  me.entered = joined(current, first);
  await_wakeup(may_expire, site, what);
  return leave_queues(queues, site, first);
}

/// Up to `count` of them, whichever: a choice among all such sets, which are picked in the order of numbers. `first`: it is the first set.
ThreadSet Engine::Implementation::pick_any(ThreadSet candidates, int count, Site site, bool& first) {
  ThreadSet picked;
  auto left = static_cast<int>(candidates.size());
  for (int needed = std::min(count, left); needed > 0; --needed) {
    const unsigned skip = left > needed ? choose(static_cast<unsigned>(left - needed + 1), site) : 0;
    left -= static_cast<int>(skip) + 1;
    first = first && skip == 0;
    const ThreadId thread = candidates.nth(skip);
    picked.add(thread);
    candidates = candidates.where([=](ThreadId other) { return other > thread; });
  }
  return picked;
}

std::optional<Engine::Requeued> Engine::Implementation::requeue(std::uintptr_t queue, int wake, int move, Site site,
                                                                const std::function<ThreadSet()>& eligible, const Access* access,
                                                                Value expected) {
  ThreadSet woken;
  ThreadSet moved;
  bool first = true;
  const bool holds = change_queue(queue, access, expected, site, [&](Value value) {
    const ThreadSet sleepers = ThreadSet::of_bits(value);
    const ThreadSet candidates = eligible ? sleepers & eligible() : sleepers;
    woken = pick_any(candidates, wake, site, first);
    moved = pick_any(candidates - woken, move, site, first);
    return (sleepers - woken).bits();
  });
  if (holds) return Requeued{static_cast<int>(woken.size()), moved};
  assume(first, site);  // whom it would have picked is no difference
  return std::nullopt;
}

}  // namespace proberen::explore
