#include "proberen/explore/engine.hpp"

#include <algorithm>
#include <utility>

#include "models/explore/bounded.hpp"
#include "models/explore/implementation.hpp"
#include "models/explore/replay.hpp"
#include "models/explore/sampler.hpp"
#include "models/explore/search.hpp"

namespace proberen::explore {
namespace {

std::unique_ptr<Strategy> make_strategy(const Options& options) {
  switch (options.search) {
    case Search::kExhaustive:
      if (options.preemptions >= 0) return std::make_unique<BoundedSearch>(options);
      return std::make_unique<ExhaustiveSearch>();
    case Search::kReplay:
      return std::make_unique<Replay>(options.witness);
    default:
      return std::make_unique<Sampler>(options);
  }
}

constexpr std::uint64_t kLooksAtClock = 64;  ///< executions between two looks

}  // namespace

Engine::Implementation::Implementation(Options given, Host& its_host)
    : options(std::move(given)), host(its_host), strategy(make_strategy(options)) {}

bool Engine::Implementation::begin() {
  if ((failure && !options.keep_going) || stopping.load(std::memory_order_relaxed)) return false;
  const bool spent = no_more || (options.max_executions != 0 && counts.executions + counts.blocked >= options.max_executions);
  if (begun_++ % kLooksAtClock == 0 && out_of_time()) return false;
  const bool found = strategy->next();
  counts.blocked += strategy->blocked_unseen();
  if (!found) {
    complete = strategy->visits_all() && !failure;
    left_out = strategy->left_out();
    return false;
  }
  if (spent) return false;
  graph_ = &strategy->graph();
  revisited_ = strategy->revisited();
  performed_ = 0;
  look_later();
  locations_.begin();
  meetings_.clear();
  races_.begin();
  std::fill_n(threads.begin(), entered_, Thread{});
  entered_ = 0;
  stuck.reset();
  current = 0;
  alive_ = {};
  enter(0);
  unstarted_ = {};
  midway_ = {};
  picked_ = kNoThread;
  result = Result::kRunning;
  return true;
}

bool Engine::Implementation::out_of_time() const {
  return options.time.count() != 0 && std::chrono::steady_clock::now() - started_ > options.time;
}

void Engine::Implementation::end() {
  counts.events += static_cast<std::uint64_t>(performed_);
  if (result == Result::kComplete || result == Result::kBlocked) {
    const Variety variety = strategy->variety();
    counts.compared = variety.compared;
    counts.distinct = variety.distinct;
    counts.seen_once = variety.seen_once;
  }
  counts.longest = std::max(counts.longest, static_cast<std::uint64_t>(performed_));
  if (result == Result::kComplete) ++counts.executions;
  if (result == Result::kComplete && stuck) ++counts.stuck;
  if (result == Result::kBlocked) ++counts.blocked;
  if (result == Result::kFailed) ++counts.failed;
  current = kNoThread;
}

void Engine::Implementation::leave(Result how) {
  const bool ended = how == Result::kComplete || how == Result::kBlocked;
  result = ended && strategy->visited_before() ? Result::kLeft : how;
  host.leave();
  __builtin_unreachable();
}

void Engine::Implementation::abandon() {
  stop();
  leave(Result::kLeft);
}

void Engine::Implementation::fail(FailureKind kind, std::string message, std::vector<Place> places) {
  reject(kind, std::move(message), std::move(places));
  leave(result);
}

void Engine::Implementation::reject(FailureKind kind, std::string message, std::vector<Place> places) {
  result = Result::kFailed;
  if (failure) return;  // the first one is kept
  if (!strategy->stands()) {
    result = Result::kLeft;
    return;
  }
  std::vector<int> performed;
  for (ThreadId thread = 0; thread < graph_->threads(); ++thread) performed.push_back(threads[static_cast<std::size_t>(thread)].done);
  Description told = describe(*graph_, locations_, performed, current);
  failure = Failure{kind, std::move(message), std::move(places), std::move(told.steps), std::move(told.witness)};
}

std::vector<Step> Engine::Implementation::all_steps() const { return explore::all_steps(*graph_, locations_); }

Engine::Engine(Options options, Host& host) : implementation_(std::make_unique<Implementation>(std::move(options), host)) {}
Engine::~Engine() = default;

bool Engine::begin() { return implementation_->begin(); }
void Engine::end() { implementation_->end(); }
void Engine::allow_no_more() { implementation_->no_more = true; }
void Engine::stop() { implementation_->stop(); }
void Engine::abandon() { implementation_->abandon(); }
bool Engine::out_of_time() const { return implementation_->out_of_time(); }
bool Engine::left_out() const { return implementation_->left_out; }
bool Engine::complete() const { return implementation_->complete; }
const Counts& Engine::counts() const { return implementation_->counts; }
const std::optional<Failure>& Engine::failure() const { return implementation_->failure; }
bool Engine::running() const { return implementation_->current != kNoThread; }
bool Engine::completed() const { return implementation_->result == Implementation::Result::kComplete; }
std::vector<Step> Engine::all_steps() const { return implementation_->all_steps(); }
const std::optional<Failure>& Engine::stuck() const { return implementation_->stuck; }
void Engine::reject(FailureKind kind, std::string message, std::vector<Place> places) {
  implementation_->reject(kind, std::move(message), std::move(places));
}
bool Engine::divisible() const { return implementation_->strategy->divisible(); }
void Engine::keep_half(Half half) { implementation_->strategy->keep_half(half); }
void Engine::count_anew() { implementation_->counts = {}; }
ThreadId Engine::current() const { return implementation_->current; }

ThreadId Engine::create_thread(Site site) { return implementation_->create_thread(site); }
void Engine::join(ThreadId thread, Site site) { implementation_->join(thread, site); }
bool Engine::finished(ThreadId thread) const { return implementation_->threads[static_cast<std::size_t>(thread)].finished; }
void Engine::finish_thread(Site site) { implementation_->finish_thread(site); }
void Engine::finish_execution(Site site) { implementation_->finish_execution(site); }

Value Engine::load(const Access& access, const Futile* futile) { return implementation_->load(access, futile); }
void Engine::store(const Access& access, Value value) { implementation_->store(access, value); }
Value Engine::update(const Access& access, Rmw operation, Value operand) { return implementation_->update(access, operation, operand); }
bool Engine::compare_exchange(const Access& access, Order on_failure, Value& expected, Value desired, bool weak, const Futile* futile) {
  return implementation_->compare_exchange(access, on_failure, expected, desired, weak, futile);
}
void Engine::fence(Order order, Site site) { implementation_->fence(order, site); }

Value Engine::await_update(const Access& access, const Update& update, std::string_view what) {
  return implementation_->await_update(access, update, what);
}
std::optional<Value> Engine::try_update(const Access& access, const Update& update) { return implementation_->try_update(access, update); }
Value Engine::await(const Access& access, const std::function<bool(Value)>& ready, std::string_view what) {
  return implementation_->await(access, ready, what);
}
std::optional<Value> Engine::update_or_wait(const Access& access, const Update& update, const std::function<bool(Value)>& waits,
                                            std::string_view what) {
  return implementation_->update_or_wait(access, update, waits, what);
}
bool Engine::meet(std::uintptr_t place, int count, Site site, std::string_view what) {
  return implementation_->meet(place, count, site, what);
}
int Engine::visitors(std::uintptr_t place) const { return implementation_->visitors(place); }
void Engine::new_meeting_place(std::uintptr_t place) { implementation_->new_meeting_place(place); }
void Engine::enter_queue(std::uintptr_t queue, Site site) { implementation_->enter_queue_if(queue, nullptr, 0, site); }
int Engine::sleep_in_any(std::span<const std::uintptr_t> queues, bool may_expire, Site site, std::string_view what) {
  return implementation_->sleep_in_any(queues, may_expire, site, what);
}
int Engine::leave_queues(std::span<const std::uintptr_t> queues, Site site) { return implementation_->leave_queues(queues, site); }
bool Engine::enter_queue_if(std::uintptr_t queue, const Access& access, Value expected) {
  return implementation_->enter_queue_if(queue, &access, expected, access.site);
}
bool Engine::sleep(std::uintptr_t queue, bool may_expire, Site site, std::string_view what) {
  return implementation_->sleep(queue, may_expire, site, what);
}
int Engine::wake(std::uintptr_t queue, int count, Site site, const std::function<ThreadSet()>& eligible) {
  return implementation_->requeue(queue, count, 0, site, eligible, nullptr, 0)->woken;
}
Engine::Requeued Engine::requeue(std::uintptr_t queue, int wake, int move, Site site, const std::function<ThreadSet()>& eligible) {
  return *implementation_->requeue(queue, wake, move, site, eligible, nullptr, 0);
}
std::optional<Engine::Requeued> Engine::requeue_if(std::uintptr_t queue, int wake, int move, const std::function<ThreadSet()>& eligible,
                                                   const Access& access, Value expected) {
  return implementation_->requeue(queue, wake, move, access.site, eligible, &access, expected);
}

void Engine::plain_read(std::uintptr_t address, std::size_t size, Site site) { implementation_->plain(address, size, site, false); }
void Engine::plain_write(std::uintptr_t address, std::size_t size, Site site) { implementation_->plain(address, size, site, true); }
void Engine::before_store(std::uintptr_t address, unsigned size) { implementation_->before_store(address, size); }
bool Engine::read_unwritten() const { return implementation_->read_unwritten(); }
void Engine::memory_born(std::uintptr_t address, std::size_t size) { implementation_->memory_born(address, size); }
void Engine::memory_allocated(std::uintptr_t address, std::size_t size, Site site) {
  implementation_->memory_allocated(address, size, site);
}
void Engine::memory_dies(std::uintptr_t address, std::size_t size, Site site) { implementation_->memory_dies(address, size, site); }

unsigned Engine::choose(unsigned count, Site site) { return implementation_->choose(count, site); }
void Engine::assume(bool holds, Site site) { implementation_->assume(holds, site); }
void Engine::set_timed(bool timed) { implementation_->threads[static_cast<std::size_t>(implementation_->current)].timed = timed; }
void Engine::spin(int first, Site site) { implementation_->spin(first, site); }
void Engine::effect() { implementation_->effect(); }
bool Engine::may_come_back() const { return implementation_->may_come_back(); }
int Engine::steps(ThreadId thread) const { return implementation_->threads[static_cast<std::size_t>(thread)].done; }
int Engine::known(ThreadId knower, ThreadId thread) const { return implementation_->known(knower, thread); }
void Engine::yield() { implementation_->yield(); }
void Engine::fail(FailureKind kind, std::string message, std::vector<Place> places) {
  implementation_->fail(kind, std::move(message), std::move(places));
}

const char* to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::kAssertion:
      return "assertion";
    case FailureKind::kDataRace:
      return "data-race";
    case FailureKind::kDeadlock:
      return "deadlock";
    case FailureKind::kLivelock:
      return "livelock";
    case FailureKind::kUseAfterFree:
      return "use-after-free";
    case FailureKind::kDoubleFree:
      return "double-free";
    case FailureKind::kOutOfBounds:
      return "out-of-bounds";
    case FailureKind::kLeak:
      return "leak";
    case FailureKind::kUninitializedRead:
      return "uninitialized-read";
    case FailureKind::kMixedSize:
      return "mixed-size-access";
    case FailureKind::kLockMisuse:
      return "lock-misuse";
    case FailureKind::kUncaughtException:
      return "uncaught-exception";
    case FailureKind::kCrash:
      return "crash";
    case FailureKind::kOutcome:
      return "outcome";
    case FailureKind::kNondeterminism:
      return "nondeterminism";
    case FailureKind::kUnsupported:
      return "unsupported";
    case FailureKind::kRunaway:
      return "runaway";
  }
  return "other";
}

}  // namespace proberen::explore
