// Atomic accesses, fences, choices, and plain accesses.

#include <algorithm>

#include "models/explore/implementation.hpp"
#include "models/explore/sc_order.hpp"

namespace proberen::explore {

namespace {

Value apply(Rmw operation, Value old, Value operand, unsigned size) {
  switch (operation) {
    case Rmw::kExchange:
      return operand;
    case Rmw::kAdd:
      return of_size(old + operand, size);
    case Rmw::kSub:
      return of_size(old - operand, size);
    case Rmw::kAnd:
      return old & operand;
    case Rmw::kOr:
      return old | operand;
    case Rmw::kXor:
      return old ^ operand;
    case Rmw::kNand:
      return of_size(~(old & operand), size);
  }
  return old;
}

}  // namespace

LocationId Engine::Implementation::locate(const Access& access) {
  const LocationId location = locations_.find(access.address, access.size);
  if (location == kNoLocation) {
    fail(FailureKind::kMixedSize,
         "an atomic access of " + std::to_string(access.size) + " bytes overlaps one of another size: the memory model gives it no meaning",
         {{current, access.site, ""}});
  }
  graph_->ensure_location(location);
  return location;
}

Value Engine::Implementation::initial_or_written(EventId write, LocationId location) const {
  return write == kInitial ? locations_.initial(location) : (*graph_)[write].value;
}

Value Engine::Implementation::value_of(EventId read) const {
  const Event& event = (*graph_)[read];
  return initial_or_written(event.source, event.location);
}

void Engine::Implementation::note_access_slowly(const Access& access, EventId id, bool write) {
  const Event& event = (*graph_)[id];
  const auto location = static_cast<std::size_t>(event.location);
  if (location >= cells_.size()) cells_.resize(location + 1);
  Cells& cells = cells_[location];
  const std::uintptr_t end = access.address + access.size;
  std::optional<Race> race;
  std::uintptr_t at = access.address;
  for (Races::Cell** const cell : {&cells.first, &cells.second, &cells.third}) {
    if (at >= end) break;
    const std::size_t size = std::min(end, (at | 7) + 1) - at;
    if (*cell == nullptr) *cell = races_.cell_of(event.location, at, size);
    const MemoryAccess noted{at, size, current, static_cast<std::uint32_t>(event.index) + 1, graph_->before(id), access.site, write};
    if (races_.note_atomic(**cell) && !race) race = races_.meet(**cell, noted);
    at += size;
  }
  if (race && options.races_fail) report_race(*race, access.site, write ? "atomic write" : "atomic read");
}

/// The atomic access, among those performed, with which a plain one races.
std::optional<Race> Engine::Implementation::race_with_atomic(const Races::Cell& cell, const MemoryAccess& access) const {
  if (!cell.more) return std::nullopt;
  for (const LocationId location : cell.more->locations) {
    const std::uintptr_t address = locations_.address(location);
    if (location >= graph_->locations() || address >= access.address + access.size || address + locations_.size(location) <= access.address)
      continue;
    for (EventId id = graph_->last_at(location); id != kNoEvent; id = (*graph_)[id].previous_at_location) {
      const Event& event = (*graph_)[id];
      const bool write = event.kind == Kind::kWrite;
      if (event.thread == access.thread || !(write || access.write) || !performed(id)) continue;
      if (access.known[event.thread] <= static_cast<Graph::Clock>(event.index)) return Race{event.thread, event.site, write, true};
    }
  }
  return std::nullopt;
}

/// Notes a plain access; what it races with, if anything.
std::optional<Race> Engine::Implementation::note_plain(std::uintptr_t address, std::size_t size, Site site, bool write) {
  const MemoryAccess access{address, size, current, now(), graph_->knowledge(current, threads[static_cast<std::size_t>(current)].done),
                            site,    write};
  Races::Cell* atomic = nullptr;
  std::optional<Race> race = races_.note(access, atomic);
  if (__builtin_expect(atomic != nullptr, 0)) {
    for (std::uintptr_t at = address; at < address + size && !race; at += 8 - at % 8) race = race_with_atomic(*races_.find(at), access);
    if (write && !race) locations_.forget(address, size);
  }
  return race;
}

void Engine::Implementation::report_race(const Race& race, Site site, const std::string& what) {
  const std::string other = race.birth ? "allocation" : std::string(race.atomic ? "atomic " : "") + (race.write ? "write" : "read");
  fail(FailureKind::kDataRace,
       what + " by thread " + std::to_string(current) + " and " + other + " by thread " + std::to_string(race.thread) +
           " race: neither happens before the other",
       {{current, site, what}, {race.thread, race.site, other}});
}

inline EventId Engine::Implementation::replay_read(const Access& access) {
  return replay_if(Kind::kRead, [&](const Event& event) { return locations_.is(event.location, access.address, access.size); });
}

/// A write reaches memory as well.
template <class IsThere>
[[gnu::always_inline]] inline EventId Engine::Implementation::replay_write(Value value, const IsThere& is_there) {
  const EventId id = replay_if(Kind::kWrite, [&](const Event& event) { return event.value == value && is_there(event); });
  if (id != kNoEvent) locations_.show((*graph_)[id].location, (*graph_)[id].place, value);
  return id;
}

EventId Engine::Implementation::read_in_vain(LocationId location) const {
  const Thread& me = threads[static_cast<std::size_t>(current)];
  EventId latest = kNoEvent;
  for (int i = me.cycle; i < me.spun; ++i) {
    const Event& event = (*graph_)[graph_->at(current, i)];
    if (event.kind == Kind::kRead && event.location == location) latest = event.source;
  }
  return latest;
}

EventId Engine::Implementation::read_event(const Cell& cell, Order order, bool exclusive, bool open, Prospect prospect, bool& fresh) {
  const EventId replayed =
      replay_if(Kind::kRead, [&](const Event& event) { return event.location == cell.location && event.size == cell.size; });
  if (replayed != kNoEvent) return replayed;
  Event event;
  event.kind = Kind::kRead;
  event.thread = static_cast<std::int16_t>(current);
  event.location = cell.location;
  event.size = static_cast<std::uint8_t>(cell.size);
  event.order = order;
  event.exclusive = exclusive;
  event.open = open;
  event.site = cell.site;
  const EventId id = step(event, fresh);
  if (fresh) prospect.initial = locations_.initial(cell.location);
  if (fresh && threads[static_cast<std::size_t>(current)].spun != 0) prospect.in_vain = read_in_vain(cell.location);
  if (fresh && !strategy->read(id, prospect)) leave(Result::kLeft);
  if (!fresh && id == revisited_) {
    fresh = true;  // as if it were: what comes of it is not known
    if (exclusive) (*graph_)[id].exclusive = true;
  }
  return id;
}

EventId Engine::Implementation::write_event(const Cell& cell, Order order, Value value, EventId read) {
  const EventId replayed =
      replay_write(value, [&](const Event& event) { return event.location == cell.location && event.size == cell.size; });
  if (replayed != kNoEvent) return replayed;
  Event event;
  event.kind = Kind::kWrite;
  event.thread = static_cast<std::int16_t>(current);
  event.location = cell.location;
  event.size = static_cast<std::uint8_t>(cell.size);
  event.order = order;
  event.value = value;
  event.site = cell.site;
  if (read != kNoEvent) {
    event.exclusive = true;
    event.source = (*graph_)[read].source;
  }
  bool fresh = false;
  const EventId id = step(event, fresh);
  if (fresh && !strategy->write(id)) leave(Result::kLeft);
  locations_.show(cell.location, (*graph_)[id].place, value);
  return id;
}

void Engine::Implementation::write_back(const Cell& cell, const Access* access, Order order, Value value, EventId read) {
  set_midway(true);
  const EventId write = write_event(cell, write_part(order), value, read);
  set_midway(false);
  if (access != nullptr) note_access(*access, write, true);
}

void Engine::Implementation::decide(EventId read, bool fresh, Order order, bool exclusive) {
  if (!fresh) return;
  Event& event = (*graph_)[read];
  event.exclusive = exclusive;
  if (event.order == order) return;
  event.order = order;
  graph_->refresh(read);
  if (order == Order::kSeqCst && !graph_->is_last(event.source, event.location) && !sc_order_exists(*graph_, read, kNoEvent)) {
    leave(Result::kLeft);
  }
}

Value Engine::Implementation::load(const Access& access, const Futile* futile) {
  EventId id = replay_read(access);
  if (id == kNoEvent) id = new_load(access, futile);
  note_access(access, id, false);
  return value_of(id);
}

EventId Engine::Implementation::new_load(const Access& access, const Futile* futile) {
  bool fresh = false;
  const Order order = strengthened(access.order);
  return read_event({locate(access), access.size, access.site}, order, false, false, {.futile = futile, .if_futile = order}, fresh);
}

void Engine::Implementation::store(const Access& access, Value value) {
  EventId id = replay_write(value, [&](const Event& event) { return locations_.is(event.location, access.address, access.size); });
  if (id == kNoEvent) id = new_store(access, value);
  note_access(access, id, true);
}

EventId Engine::Implementation::new_store(const Access& access, Value value) {
  return write_event({locate(access), access.size, access.site}, strengthened(access.order), value, kNoEvent);
}

Value Engine::Implementation::update(const Access& access, Rmw operation, Value operand) {
  const Order order = strengthened(access.order);
  const auto written = [&](Value value) { return std::optional<Value>(apply(operation, value, operand, access.size)); };
  EventId read = replay_read(access);
  if (read == kNoEvent) {
    const Cell cell{locate(access), access.size, access.site};
    const Follow follow{written, read_part(order), write_part(order), false};
    bool fresh = false;
    read = read_event(cell, read_part(order), true, false, {.follow = &follow}, fresh);
  }
  const Value old = value_of(read);
  write_back({(*graph_)[read].location, access.size, access.site}, &access, order, *written(old), read);
  return old;
}

std::optional<Value> Engine::Implementation::update_cell(const Cell& cell, const Access* access, Order order, Order otherwise,
                                                         UpdateRef update, bool waits, Value& old) {
  bool fresh = false;
  const bool waited = threads[static_cast<std::size_t>(current)].wait == Wait::kValue;  // so the latest value will do
  const Follow follow{update, read_part(order), write_part(order), waits};
  const EventId read = read_event(cell, Order::kRelaxed, false, true, {.follow = &follow}, fresh);
  old = value_of(read);
  std::optional<Value> wanted = update(old);
  if (!wanted && fresh && waited) {
    graph_->set_source(read, graph_->last_write(cell.location));
    old = value_of(read);
    wanted = update(old);
  }
  decide(read, fresh, wanted ? read_part(order) : strengthened(otherwise), wanted.has_value());
  if (!wanted) {
    if (access != nullptr) note_access(*access, read, false);
    return wanted;
  }
  write_back(cell, access, order, *wanted, read);
  return wanted;
}

bool Engine::Implementation::compare_exchange(const Access& access, Order on_failure, Value& expected, Value desired, bool weak,
                                              const Futile* futile) {
  const Order order = strengthened(access.order);
  const Value wanted = expected;
  const bool may_fail = weak && options.spurious_failures;
  EventId read = replay_read(access);
  bool fresh = false;
  if (read == kNoEvent) {
    const Cell cell{locate(access), access.size, access.site};
    const auto swapped = [&](Value value) -> std::optional<Value> {
      return value == wanted ? std::optional<Value>(desired) : std::nullopt;
    };
    const Follow follow{swapped, read_part(order), write_part(order), false};
    const Prospect prospect{.follow = may_fail ? nullptr : &follow, .futile = futile, .if_futile = strengthened(on_failure)};
    read = read_event(cell, Order::kRelaxed, false, true, prospect, fresh);
  }
  expected = value_of(read);
  bool swaps = expected == wanted;
  decide(read, fresh, swaps ? read_part(order) : strengthened(on_failure), swaps);
  if (swaps && may_fail) {
    set_midway(true);
    swaps = choose(2, access.site) == 0;
    set_midway(false);
    (*graph_)[read].exclusive = swaps;
  }
  if (!swaps) {
    note_access(access, read, false);
    return false;
  }
  write_back({(*graph_)[read].location, access.size, access.site}, &access, order, desired, read);
  return true;
}

bool Engine::Implementation::read_unwritten() const {
  int index = threads[static_cast<std::size_t>(current)].done - 1;
  while (index >= 0 && (*graph_)[graph_->at(current, index)].kind != Kind::kRead) --index;
  if (index < 0) return false;
  const Event& event = (*graph_)[graph_->at(current, index)];
  return event.source == kInitial && !races_.written(locations_.address(event.location), event.size);
}

void Engine::Implementation::fence(Order order, Site site) {
  if (order == Order::kRelaxed && options.model != MemoryModel::kSc) return;  // orders nothing
  Event event;
  event.kind = Kind::kFence;
  event.thread = static_cast<std::int16_t>(current);
  event.order = strengthened(order);
  event.site = site;
  bool fresh = false;
  static_cast<void>(step(event, fresh));
}

unsigned Engine::Implementation::choose(unsigned count, Site site) {
  if (count <= 1) return 0;
  Event event;
  event.kind = Kind::kChoice;
  event.thread = static_cast<std::int16_t>(current);
  event.site = site;
  bool fresh = false;
  const EventId id = step(event, fresh);
  if (fresh) strategy->choose(id, count);
  return static_cast<unsigned>((*graph_)[id].value);
}

void Engine::Implementation::plain(std::uintptr_t address, std::size_t size, Site site, bool write) {
  const auto known = [this] { return graph_->knowledge(current, threads[static_cast<std::size_t>(current)].done); };
  if (!races_.note_simply({address, size, current, now(), nullptr, site, write}, known)) plain_slowly(address, size, site, write);
}

void Engine::Implementation::plain_slowly(std::uintptr_t address, std::size_t size, Site site, bool write) {
  const auto race = note_plain(address, size, site, write);
  if (race && options.races_fail)
    report_race(*race, site, std::string(write ? "write" : "read") + " of " + std::to_string(size) + " bytes");
}

/// Of a big block only what was accessed matters: most are not used to the last byte. That the rest is not used later, either, is seen to
/// by the host, which knows what is freed.
std::optional<Race> Engine::Implementation::note_death(std::uintptr_t address, std::size_t size, Site site) {
  if (size <= Races::kFew) return note_plain(address, size, site, true);
  const std::uintptr_t end = address + size;
  for (std::uintptr_t at = races_.next_accessed(address, end); at < end; at = races_.next_accessed(at, end)) {
    const std::uintptr_t past = std::min(end, (at | 7) + 1);
    if (const auto race = note_plain(at, past - at, site, true)) return race;
    at = past;
  }
  return std::nullopt;
}

void Engine::Implementation::memory_dies(std::uintptr_t address, std::size_t size, Site site) {
  if (const auto race = note_death(address, size, site); race && options.races_fail) {
    fail(FailureKind::kUseAfterFree,
         "thread " + std::to_string(current) + " frees memory that thread " + std::to_string(race->thread) +
             " uses: neither happens before the other",
         {{current, site, "free"},
          {race->thread, race->site,
           race->birth   ? "allocation"
           : race->write ? "write"
                         : "read"}});
  }
}

void Engine::Implementation::memory_allocated(std::uintptr_t address, std::size_t size, Site site) {
  Races::Cell* atomic = nullptr;  // there is none
  const Graph::Clock* const known = graph_->knowledge(current, threads[static_cast<std::size_t>(current)].done);
  static_cast<void>(races_.note({address, size, current, now(), known, site, true, true}, atomic));
}

void Engine::Implementation::memory_born(std::uintptr_t address, std::size_t size) {
  races_.forget(address, size);
  locations_.forget(address, size);
}

}  // namespace proberen::explore
