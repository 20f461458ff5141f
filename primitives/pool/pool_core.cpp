#include "primitives/pool/pool_core.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <mutex>
#include <stdexcept>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "primitives/native/signals_blocked.hpp"
#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Workers that die one after another before any is ready: then starting more is no use.
constexpr int kMostFailedStarts = 16;

int checked_size(int workers) {
  if (workers < 1) throw std::invalid_argument("a pool needs at least 1 worker, not " + std::to_string(workers));
  return workers;
}

int checked_retries(int retries) {
  if (retries < 0) throw std::invalid_argument("retry_on_crash is not negative");
  return retries;
}

std::int64_t checked_quota(std::optional<std::int64_t> tasks) {
  if (!tasks) return std::numeric_limits<std::int64_t>::max();
  if (*tasks < 1) throw std::invalid_argument("max_tasks_per_worker is at least 1, not " + std::to_string(*tasks));
  return *tasks;
}

}  // namespace

PoolCore::PoolCore(int workers, const PoolOptions& options, const CrashPolicy& policy)
    : size_(checked_size(workers)),
      retries_(checked_retries(options.retry_on_crash)),
      quota_(checked_quota(options.max_tasks_per_worker)),
      policy_(policy),
      creator_(::getpid()),
      starter_(options.method, {.allow_fork_with_threads = options.allow_fork_with_threads}, options.initializer),
      news_(above_standard(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) {
  if (!news_) throw_errno("cannot create an eventfd for a pool");
  // The workers come before the thread: a nursery must be forked while there is no other thread.
  for (int index = 0; index < size_; ++index) links_.push_back(std::make_unique<Link>(starter_.start(), quota_));
  const proberen::detail::SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

bool PoolCore::is_own_process() const { return creator_ == ::getpid(); }

void PoolCore::require_own_process() const {
  if (!is_own_process()) throw_error(ECHILD, "only the process that made a pool can use it");
}

void PoolCore::submit(std::span<RequestPointer> requests) {
  require_own_process();
  const std::scoped_lock hold(mutex_);
  if (state_ == State::kEnded) throw PoolEnded(end_reason_);
  if (state_ == State::kClosed) throw std::logic_error("the pool is closed: it takes no more tasks");
  for (RequestPointer& request : requests) {
    request->retries = retries_;
    pending_.push_back(std::move(request));
  }
  dispatch();
  if (!failed_.empty()) call_thread();
}

void PoolCore::close() {
  require_own_process();
  const std::scoped_lock hold(mutex_);
  if (state_ == State::kRunning) state_ = State::kClosed;
  call_thread();
}

void PoolCore::terminate() {
  require_own_process();
  const std::scoped_lock hold(mutex_);
  end("the pool was terminated");
  call_thread();
}

void PoolCore::require_joinable() {
  require_own_process();
  {
    const std::scoped_lock hold(mutex_);
    if (state_ == State::kRunning) throw std::logic_error("a pool that is running cannot be joined: close() or terminate() it first");
  }
  if (is_own_thread()) throw std::logic_error("a callback cannot join its pool");
}

void PoolCore::join() {
  require_joinable();
  const std::scoped_lock hold(join_mutex_);
  if (!thread_.joinable()) return;
  thread_.join();
  starter_.close();
}

bool PoolCore::join(const std::stop_token& token) {
  require_joinable();
  if (!proberen::detail::until_stopped(token, [this](Deadline deadline) { return over_.wait(deadline); })) return false;
  join();
  return true;
}

std::vector<pid_t> PoolCore::pids() {
  require_own_process();
  const std::scoped_lock hold(mutex_);
  std::vector<pid_t> pids;
  for (const auto& link : links_) pids.push_back(link->pid());
  return pids;
}

void PoolCore::call_thread() {
  const std::uint64_t one = 1;
  (void)!::write(news_.get(), &one, sizeof one);
}

void PoolCore::run() {
  std::vector<Outcome> outcomes;
  for (bool more = true; more;) {
    {
      const std::scoped_lock hold(mutex_);
      more = advance(outcomes);
    }
    // Without the lock: callbacks may submit.
    for (const Outcome& outcome : outcomes) {
      if (outcome.error) {
        outcome.request->fail(outcome.error);
      } else {
        outcome.request->succeed(outcome.answer);
      }
    }
    outcomes.clear();
    buried_.clear();
    if (more && !recruit()) wait_for_news();
  }
  starter_.abandon();
  if (over_.claim()) (void)over_.publish();
}

/// Starts a worker where one is missing, without the lock: that may take long. True when there is one, or the pool has ended since there is
/// none.
bool PoolCore::recruit() {
  try {
    if (!starter_.has_begun() && !understaffed_) return false;
    if (!starter_.has_begun()) starter_.begin();
    std::vector<pollfd> sources = starter_.news();
    if (!sources.empty() && poll_until(sources, Deadline::min()) == 0) return false;
    std::optional<StartedWorker> worker = starter_.finish();
    if (worker) recruit_ = std::make_unique<Link>(std::move(*worker), quota_);
    return worker.has_value();
  } catch (const std::exception& exception) {
    // With fewer workers it goes on, and tries again when something has happened.
    const std::scoped_lock hold(mutex_);
    if (staff() == 0) end(std::string("the pool cannot start a worker: ") + exception.what());
    return state_ == State::kEnded;
  }
}

/// One round. False when the pool has come to its end.
bool PoolCore::advance(std::vector<Outcome>& outcomes) {
  if (recruit_) links_.push_back(std::move(recruit_));
  collect(outcomes);
  bury(outcomes);
  if (state_ == State::kEnded) {
    understaffed_ = false;
    abandon(outcomes);
    return !links_.empty();
  }
  retire();
  dispatch();
  share();
  for (Outcome& outcome : failed_) outcomes.push_back(std::move(outcome));
  failed_.clear();
  if (state_ == State::kEnded) abandon(outcomes);
  understaffed_ = staff() < static_cast<std::size_t>(size_) && (state_ == State::kRunning || !pending_.empty());
  return state_ == State::kRunning || !links_.empty() || understaffed_;
}

void PoolCore::collect(std::vector<Outcome>& outcomes) {
  for (const auto& link : links_) {
    link->collect(outcomes);
    if (link->ready()) failed_starts_ = 0;
    if (!link->initializer_failure().empty()) end("the pool's initializer failed: " + link->initializer_failure());
  }
}

void PoolCore::bury(std::vector<Outcome>& outcomes) {
  std::vector<RequestPointer> again;
  for (const Link* const dead : std::exchange(dead_, {})) {
    const auto place = std::find_if(links_.begin(), links_.end(), [&](const auto& link) { return link.get() == dead; });
    Link& link = **place;
    link.collect(outcomes);  // what it said between the last look and its end
    if (!link.ready()) ++failed_starts_;
    Link::Remains remains = link.bury();
    policy_.settle(std::move(remains.running), std::move(remains.waiting), std::make_exception_ptr(WorkerDied(link.pid())), again,
                   outcomes);
    buried_.push_back(std::move(*place));
    links_.erase(place);
  }
  pending_.insert(pending_.begin(), std::make_move_iterator(again.begin()), std::make_move_iterator(again.end()));
  if (failed_starts_ > kMostFailedStarts) end("the pool's workers die before they are ready");
}

bool PoolCore::drained() const {
  return pending_.empty() && std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->load() == 0; });
}

/// Lets those workers end that have had all that they may get.
void PoolCore::retire() {
  const bool over = state_ == State::kClosed && drained();
  for (const auto& link : links_) {
    if (over || (link->retiring() && link->load() == 0)) link->stop();
  }
}

/// Workers that can be given more.
std::size_t PoolCore::staff() const {
  return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [](const auto& link) { return !link->retiring(); }));
}

void PoolCore::dispatch() {
  while (!pending_.empty()) {
    Link* chosen = nullptr;
    for (const auto& link : links_) {
      if (link->can_take(*pending_.front()) && (chosen == nullptr || link->load() < chosen->load())) chosen = link.get();
    }
    if (chosen == nullptr) break;
    try {
      chosen->give(pending_.front());
    } catch (const std::exception&) {
      failed_.push_back({std::move(pending_.front()), {}, std::current_exception()});
    }
    pending_.pop_front();
  }
  for (const auto& link : links_) link->offer();
}

/// Gives workers that have nothing to do what others have not begun.
void PoolCore::share() {
  if (!pending_.empty()) return;
  for (const auto& idle : links_) {
    if (idle->load() > 0 || idle->retiring() || !idle->ready()) continue;
    const auto busiest = std::max_element(links_.begin(), links_.end(), [](const auto& a, const auto& b) { return a->load() < b->load(); });
    if ((*busiest)->load() < 2) return;
    for (RequestPointer& request : (*busiest)->withdraw(static_cast<std::uint32_t>((*busiest)->load() / 2)))
      pending_.push_back(std::move(request));
    dispatch();
  }
}

/// The first reason counts.
void PoolCore::end(const std::string& why) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  end_reason_ = why;
}

/// Ends the workers and gives up what they have not finished.
void PoolCore::abandon(std::vector<Outcome>& outcomes) {
  const std::exception_ptr error = std::make_exception_ptr(PoolEnded(end_reason_));
  const auto give_up = [&](RequestPointer request) {
    if (request) outcomes.push_back({std::move(request), {}, error});
  };
  for (RequestPointer& request : pending_) give_up(std::move(request));
  pending_.clear();
  for (const auto& link : links_) {
    link->kill();
    Link::Remains remains = link->bury();
    give_up(std::move(remains.running));
    for (RequestPointer& request : remains.waiting) give_up(std::move(request));
  }
}

void PoolCore::wait_for_news() {
  const bool asleep = std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->fall_asleep(); });
  std::vector<pollfd> sources{{news_.get(), POLLIN, 0}};
  for (const auto& link : links_) {
    sources.push_back({link->socket(), POLLIN, 0});
    sources.push_back({link->sentinel(), POLLIN, 0});
  }
  if (starter_.has_begun()) {
    for (const pollfd& source : starter_.news()) sources.push_back(source);
  }
  if (resumed([&] { return ::poll(sources.data(), sources.size(), asleep ? -1 : 0); }) < 0)
    throw_errno("a pool cannot wait for its workers");
  if (sources[0].revents != 0) {
    std::uint64_t ignored = 0;
    (void)!::read(news_.get(), &ignored, sizeof ignored);
  }
  for (std::size_t index = 0; index < links_.size(); ++index) {
    const short socket = sources[1 + 2 * index].revents;
    if ((socket & POLLIN) != 0) links_[index]->receive();
    // It is ending; or its task has closed the socket, and nobody will hear of it again.
    if ((socket & (POLLHUP | POLLERR)) != 0) links_[index]->kill();
    if (sources[2 + 2 * index].revents != 0) dead_.push_back(links_[index].get());
  }
}

}  // namespace proberen::ipc::detail
