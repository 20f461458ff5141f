#include "proberen/relacy_platform.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <string>

#include "models/relacy/relacy_library.hpp"
#include "models/relacy/session.hpp"
#include "proberen/weakening.hpp"

namespace proberen::relacy {
namespace {

// One process explores one thing at a time.
SyncSite weakened;
std::memory_order weakened_to = std::memory_order_relaxed;
std::set<SyncSite> met;
std::vector<std::pair<const char*, unsigned>> noted;  ///< in `met`; every access passes here: strings are made only once

const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
      return "consume";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
  }
  return "?";
}

std::string file_of(const Site& site) {
  const std::string place = place_of(site);
  return place.substr(0, place.find(':'));
}

void note_met(std::memory_order order, const Site& site) {
  const std::pair<const char*, unsigned> key{site.file_name(), site.line()};
  if (std::find(noted.begin(), noted.end(), key) != noted.end()) return;
  noted.push_back(key);
  met.insert({file_of(site), site.line(), name_of(order)});
}

rl::memory_order relacy_order(std::memory_order order, const Site& site) {
  if (order != std::memory_order_relaxed) {
    if (site.line() == weakened.line && file_of(site) == weakened.file) {
      order = weakened_to;
    } else {
      note_met(order, site);
    }
  }
  switch (order) {
    case std::memory_order_relaxed:
      return rl::mo_relaxed;
    case std::memory_order_consume:
      return rl::mo_consume;
    case std::memory_order_acquire:
      return rl::mo_acquire;
    case std::memory_order_release:
      return rl::mo_release;
    case std::memory_order_acq_rel:
      return rl::mo_acq_rel;
    case std::memory_order_seq_cst:
      return rl::mo_seq_cst;
  }
  return rl::mo_seq_cst;
}

const char* name_of(Rmw operation) {
  switch (operation) {
    case Rmw::kExchange:
      return "exchange";
    case Rmw::kAdd:
      return "fetch_add";
    case Rmw::kSub:
      return "fetch_sub";
    case Rmw::kAnd:
      return "fetch_and";
    case Rmw::kOr:
      return "fetch_or";
    case Rmw::kXor:
      return "fetch_xor";
  }
  return "?";
}

std::uint64_t apply(Rmw operation, std::uint64_t bits, std::uint64_t operand) {
  switch (operation) {
    case Rmw::kExchange:
      return operand;
    case Rmw::kAdd:
      return bits + operand;
    case Rmw::kSub:
      return bits - operand;
    case Rmw::kAnd:
      return bits & operand;
    case Rmw::kOr:
      return bits | operand;
    case Rmw::kXor:
      return bits ^ operand;
  }
  return bits;
}

}  // namespace

void weaken(const SyncSite& site, std::memory_order to) {
  weakened = site;
  weakened_to = to;
}

std::vector<SyncSite> sync_sites_met() { return {met.begin(), met.end()}; }

void forget_sync_sites() {
  met.clear();
  noted.clear();
}

struct Cell::Impl {
  Impl(std::uint64_t bits, int shift_of_type) : atomic(bits), latest(bits), shift(shift_of_type), number(++session().cells) {}

  std::string text(std::uint64_t bits) const { return std::to_string(bits >> shift); }
  std::string what(const char* operation, std::memory_order order) const {
    return "atomic " + std::to_string(number) + " " + operation + " " + name_of(order);
  }

  rl::atomic<std::uint64_t> atomic;
  std::uint64_t latest;  ///< last in modification order: what a futex compares with
  int shift;
  std::uint64_t number;
};

Cell::Cell(std::uint64_t bits, int shift, const Site& /*site*/) {
  void* const place = ::operator new(sizeof(Impl));
  const Inside relacy;
  impl_ = ::new (place) Impl(bits, shift);
}

Cell::~Cell() {
  {
    const Inside relacy;
    impl_->~Impl();
  }
  ::operator delete(impl_);
}

std::uint64_t Cell::load(std::memory_order order, const Site& site) const {
  if (session().stuck) return impl_->latest;
  const rl::memory_order mo = relacy_order(order, site);
  std::uint64_t bits = 0;
  {
    const Inside relacy;
    bits = impl_->atomic.load(mo, info_of(site));
  }
  if (session().collecting) session().note(impl_->what("load", order), impl_->text(bits), site);
  return bits;
}

void Cell::store(std::uint64_t bits, std::memory_order order, const Site& site) {
  if (!session().stuck) {
    const rl::memory_order mo = relacy_order(order, site);
    const Inside relacy;
    impl_->atomic.store(bits, mo, info_of(site));
  }
  impl_->latest = bits;
  if (session().collecting) session().note(impl_->what("store", order) + " " + impl_->text(bits), "", site);
}

std::uint64_t Cell::rmw(Rmw operation, std::uint64_t operand, std::memory_order order, const Site& site) {
  if (!session().stuck) {
    const rl::memory_order mo = relacy_order(order, site);
    const rl::debug_info info = info_of(site);
    const Inside relacy;
    switch (operation) {
      case Rmw::kExchange:
        impl_->atomic.exchange(operand, mo, info);
        break;
      case Rmw::kAdd:
        impl_->atomic.fetch_add(operand, mo, info);
        break;
      case Rmw::kSub:
        impl_->atomic.fetch_sub(operand, mo, info);
        break;
      case Rmw::kAnd:
        impl_->atomic.fetch_and(operand, mo, info);
        break;
      case Rmw::kOr:
        impl_->atomic.fetch_or(operand, mo, info);
        break;
      case Rmw::kXor:
        impl_->atomic.fetch_xor(operand, mo, info);
        break;
    }
  }
  // A read-modify-write reads the latest value.
  const std::uint64_t before = impl_->latest;
  impl_->latest = apply(operation, before, operand);
  if (session().collecting) {
    session().note(impl_->what(name_of(operation), order) + " " + impl_->text(operand), impl_->text(before), site);
  }
  return before;
}

bool Cell::compare_exchange(bool may_fail, std::uint64_t& expected, std::uint64_t desired, std::memory_order success, const Site& site) {
  const std::uint64_t wanted = expected;
  bool done = false;
  if (session().stuck) {
    done = impl_->latest == wanted;
    expected = impl_->latest;
  } else {
    const rl::memory_order mo = relacy_order(success, site);
    const rl::debug_info info = info_of(site);
    const Inside relacy;
    done = may_fail ? impl_->atomic.compare_exchange_weak(expected, desired, mo, info, rl::mo_relaxed, info)
                    : impl_->atomic.compare_exchange_strong(expected, desired, mo, info, rl::mo_relaxed, info);
  }
  if (done) impl_->latest = desired;
  if (session().collecting) {
    const std::string change = " " + impl_->text(wanted) + " to " + impl_->text(desired);
    session().note(impl_->what("compare_exchange", success) + change, done ? "true" : "false: " + impl_->text(expected), site);
  }
  return done;
}

bool Cell::park(std::uint64_t expected, std::uint64_t mask, bool timed, const Site& site) const {
  Session& now = session();
  if (now.stuck) {
    if (std::uncaught_exceptions() == now.uncaught_exceptions) throw Stuck();
    return false;
  }
  const rl::debug_info info = info_of(site);
  {
    const Inside relacy;
    relacy->sched();
  }
  if ((impl_->latest & mask) != expected) {
    // The kernel has read the word for this thread, which must not go on to see what it saw before.
    now.context->threadx_->last_yield_ = now.context->threadx_->own_acq_rel_order_;
    return true;
  }
  if (now.phase != Phase::kThreads) {
    // Nobody else runs: either it times out or it stays here for ever.
    if (timed) return false;
    now.stuck = true;
    throw Stuck();
  }
  now.note("park on atomic " + std::to_string(impl_->number) + (timed ? " for a while" : ""), "", site);
  if (!timed && now.nobody_runs_without(1)) {
    now.give_up();
    throw Stuck();
  }
  const unsigned thread = static_cast<unsigned>(now.current_thread());
  now.parked.push_back({this, thread, timed});
  rl::unpark_reason reason{};
  {
    const Inside relacy;
    reason = relacy->park_current_thread(timed, false, false, info);
  }
  if (now.stuck) throw Stuck();
  if (reason == rl::unpark_reason_normal) return true;
  std::erase_if(now.parked, [thread](const Session::Parked& sleeper) { return sleeper.thread == thread; });
  now.note("time is over", "", site);
  return false;
}

void Cell::unpark(std::uint32_t count, const Site& site) const {
  Session& now = session();
  if (now.stuck) return;
  {
    const Inside relacy;
    relacy->sched();
  }
  std::string woken;
  for (std::size_t i = 0; i < now.parked.size() && count > 0;) {
    if (now.parked[i].word != this) {
      ++i;
      continue;
    }
    const unsigned thread = now.parked[i].thread;
    now.parked.erase(now.parked.begin() + static_cast<std::ptrdiff_t>(i));
    --count;
    if (now.collecting) woken += (woken.empty() ? "thread " : ", ") + std::to_string(thread);
    const Inside relacy;
    relacy->unpark_thread(static_cast<rl::thread_id_t>(thread), false, info_of(site));
  }
  now.note("unpark on atomic " + std::to_string(now.collecting ? impl_->number : 0), woken.empty() ? "nobody" : woken, site);
}

struct SharedData::Impl {
  rl::var<int> variable{0};
};

SharedData::SharedData(const Site& /*site*/) {
  void* const place = ::operator new(sizeof(Impl));
  const Inside relacy;
  impl_ = ::new (place) Impl();
}

SharedData::~SharedData() {
  {
    const Inside relacy;
    impl_->~Impl();
  }
  ::operator delete(impl_);
}

void SharedData::read(const Site& site) const {
  if (session().stuck) return;
  session().note("read of plain memory", "", site);
  const Inside relacy;
  (void)static_cast<int>(std::as_const(impl_->variable)(info_of(site)));
}

void SharedData::write(const Site& site) {
  if (session().stuck) return;
  session().note("write of plain memory", "", site);
  const Inside relacy;
  impl_->variable(info_of(site)).store(0);
}

void fence(const Site& site) {
  if (session().stuck) return;
  session().note("fence seq_cst", "", site);
  const Inside relacy;
  relacy->atomic_thread_fence_seq_cst();
}

void yield(const Site& site) {
  if (session().stuck) return;
  const Inside relacy;
  relacy->yield(1, info_of(site));
}

std::uintptr_t this_thread() { return static_cast<std::uintptr_t>(session().current_thread() + 2); }

}  // namespace proberen::relacy
