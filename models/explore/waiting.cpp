// Waiting: for a value, and in queues.
//
// A queue is a location that holds the set of its sleepers, changed by read-modify-writes alone: they are in one order, so a wake-up is
// either before a thread joins the queue, and then it sees what was written before the wake-up, or after, and then it may be meant for it.
// FUTEX_WAIT reads the queue, looks at its word, and joins, in one step; a sleeper goes on from the first wake-up that names it.

#include <algorithm>
#include <bit>

#include "models/explore/implementation.hpp"

namespace proberen::explore {

namespace {

constexpr Value bit(ThreadId thread) { return Value{1} << thread; }

}  // namespace

/// Where the search is exhaustive a thread reads first and then waits; else it waits first.
void Engine::Implementation::prepare_to_wait(const Cell& cell, const Update& update, std::string_view what, Order order) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  me.location = cell.location;
  me.update = &update;
  me.order = order;
  if (strategy->waits_for_good()) return;
  me.wait = Wait::kValue;
  me.what = what;
  me.site = cell.site;
}

Value Engine::Implementation::await_update(const Access& access, const Update& update, std::string_view what) {
  const Cell cell{locate(access), access.size, access.site};
  while (true) {
    prepare_to_wait(cell, update, what, strengthened(access.order));
    Value old = 0;
    if (update_cell(cell, &access, strengthened(access.order), Order::kRelaxed, update, true, old)) return old;
    block(Wait::kOtherValue, what, access.site);
  }
}

void Engine::Implementation::find_waiters(LocationId location, Value value) {
  waiters_.clear();
  if (!strategy->exhausts()) return;
  for (ThreadId thread = 0; thread < graph_->threads(); ++thread) {
    const Thread& state = threads[static_cast<std::size_t>(thread)];
    if (state.wait != Wait::kOtherValue || state.location != location) continue;
    const std::optional<Value> written = (*state.update)(value);
    waiters_.push_back({thread, graph_->at(thread, state.done - 1), written.has_value(), written.value_or(0), read_part(state.order),
                        write_part(state.order)});
  }
  std::sort(waiters_.begin(), waiters_.end(), [](const Waiter& a, const Waiter& b) { return a.read < b.read; });
}

void Engine::Implementation::settle() {
  const EventId write = unsettled_;
  unsettled_ = kNoEvent;
  const Event& event = (*graph_)[write];
  find_waiters(event.location, event.value);
  std::erase_if(waiters_, [&](const Waiter& waiter) { return (*graph_)[waiter.read].source == write; });
  if (waiters_.empty()) return;
  strategy->move_on(write, waiters_);
  if (!waiters_.empty()) move_waiters();
}

/// Those who were moved on to a value that lets them go on, or whose read was taken back, make that step again.
void Engine::Implementation::move_waiters() {
  graph_ = &strategy->graph();
  for (const Waiter& waiter : waiters_) {
    if (!waiter.content) continue;
    Thread& state = threads[static_cast<std::size_t>(waiter.thread)];
    state.wait = Wait::kNothing;
    --state.done;
    --performed_;
    if (!waiter.removed) revisited_ = graph_->at(waiter.thread, state.done);
  }
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
    prepare_to_wait(cell, same, what, strengthened(access.order));
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
    prepare_to_wait(cell, goes_on, what, strengthened(access.order));
    Value old = 0;
    if (update_cell(cell, &access, strengthened(access.order), access.order, update, false, old)) return old;
    if (!waits(old)) return std::nullopt;
    block(Wait::kAnotherExecution, what, access.site);
  }
}

bool Engine::Implementation::enter_queue_if(std::uintptr_t queue, const Access* access, Value expected, Site site) {
  const Cell cell{locations_.find_queue(queue), 0, site};
  graph_->ensure_location(cell.location);
  const Order order = strengthened(Order::kAcqRel);
  bool fresh = false;
  const EventId read = read_event(cell, Order::kRelaxed, false, true, {}, fresh);
  decide(read, fresh, order == Order::kSeqCst ? order : Order::kAcquire, (*graph_)[read].exclusive);
  set_midway(true);
  bool joins = true;
  if (access != nullptr) {
    bool fresh_look = false;
    unsigned shift = 0;
    const LocationId location = locations_.find_around(access->address, access->size, shift);
    if (location == kNoLocation) static_cast<void>(locate(*access));  // says what is wrong
    graph_->ensure_location(location);
    const unsigned size = locations_.size(location);
    const EventId look = read_event({location, size, site}, strengthened(access->order), false, false, {}, fresh_look);
    note_access({locations_.address(location), size, access->order, site}, look, false);
    joins = ((value_of(look) >> shift) & ((Value{1} << (8 * access->size)) - 1)) == expected;
  }
  (*graph_)[read].exclusive = joins;
  if (joins) {
    Thread& me = threads[static_cast<std::size_t>(current)];
    static_cast<void>(write_event(cell, order == Order::kSeqCst ? order : Order::kRelease, value_of(read) | bit(current), read));
    me.entered = me.done - 1;
  }
  set_midway(false);
  return joins;
}

/// The first write to the queue, after the one by which the thread joined it, that takes it out.
EventId Engine::Implementation::waker(ThreadId thread) const {
  const Event& event = (*graph_)[graph_->at(thread, threads[static_cast<std::size_t>(thread)].entered)];
  for (EventId id = event.later; id != kNoEvent; id = (*graph_)[id].later) {
    if (((*graph_)[id].value & bit(event.thread)) == 0) return id;
  }
  return kNoEvent;
}

bool Engine::Implementation::sleep(std::uintptr_t queue, bool may_expire, Site site, std::string_view what) {
  Thread& me = threads[static_cast<std::size_t>(current)];
  const ThreadId self = current;
  if (may_expire && choose(2, site) == 1) {
    const Cell cell{locations_.find_queue(queue), 0, site};
    Value old = 0;
    const auto leave_it = [&](Value value) { return std::optional<Value>(value & ~bit(self)); };
    static_cast<void>(update_cell(cell, nullptr, strengthened(Order::kAcqRel), Order::kRelaxed, leave_it, false, old));
    return (old & bit(self)) == 0;
  }
  me.wait = may_expire ? Wait::kWakeupOrTime : Wait::kWakeup;
  me.what = what;
  me.site = site;
  Event event;
  event.kind = Kind::kWakeup;
  event.thread = static_cast<std::int16_t>(self);
  event.site = site;
  bool fresh = false;
  const EventId id = step(event, fresh);
  if (fresh) graph_->set_source(id, waker(self));
  return true;
}

int Engine::Implementation::wake(std::uintptr_t queue, int count, Site site, const std::function<std::uint64_t()>& eligible) {
  const Cell cell{locations_.find_queue(queue), 0, site};
  graph_->ensure_location(cell.location);
  bool fresh = false;
  const Order order = strengthened(Order::kAcqRel);
  const EventId read = read_event(cell, order == Order::kSeqCst ? order : Order::kAcquire, true, false, {}, fresh);
  auto sleepers = static_cast<std::uint64_t>(value_of(read));
  set_midway(true);
  int woken = 0;
  std::uint64_t candidates = eligible ? sleepers & eligible() : sleepers;
  const int waiting = std::popcount(candidates);
  for (; woken < count && candidates != 0; ++woken) {
    unsigned skip = waiting > count ? choose(static_cast<unsigned>(std::popcount(candidates)), site) : 0;
    std::uint64_t rest = candidates;
    for (; skip > 0; --skip) rest &= rest - 1;
    candidates &= ~(rest & (~rest + 1));
    sleepers &= ~(rest & (~rest + 1));
  }
  static_cast<void>(write_event(cell, order == Order::kSeqCst ? order : Order::kRelease, sleepers, read));
  set_midway(false);
  return woken;
}

}  // namespace proberen::explore
