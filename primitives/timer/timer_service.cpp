#include "proberen/timer_service.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

#include <pthread.h>
#include <sys/prctl.h>

#include "primitives/native/signals_blocked.hpp"

namespace proberen {
namespace detail {
namespace {

/// Every service of the process, for fork handlers. Never destroyed, because a thread may fork while the program ends; and there from the
/// beginning, because a child that is forked while it is being made would wait for that for ever.
struct Registry {
  BasicLock<NativePlatform> lock;
  std::vector<TimerCore*> cores;
};
union Undestroyed {
  constexpr Undestroyed() : registry() {}
  ~Undestroyed() {}  // NOLINT(modernize-use-equals-default): that would be deleted
  Registry registry;
};
constinit Undestroyed undestroyed;

Registry& registry() { return undestroyed.registry; }

// The lock of the registry first and the locks of the services after it, each of them the lock of its thread first: as everywhere.
void hold_all() {
  registry().lock.lock();
  for (TimerCore* const core : registry().cores) core->hold();
}
void let_all_go() {
  for (TimerCore* const core : registry().cores) core->let_go();
  registry().lock.unlock();
}
void restart_all() {
  for (TimerCore* const core : registry().cores) core->restart_in_child();
  registry().lock.reinitialize();
}
[[maybe_unused]] const int heeds_forks = ::pthread_atfork(hold_all, let_all_go, restart_all);

/// An exception that leaves a callback ends in std::terminate, as one that leaves a std::thread does.
void run_callback(TimerTask& task) noexcept { task.run(); }

}  // namespace

TimerCore::TimerCore() {
  Registry& all = registry();
  const std::lock_guard guard(all.lock);
  all.cores.push_back(this);
}

TimerCore::~TimerCore() {
  Registry& all = registry();
  const std::lock_guard guard(all.lock);
  std::erase(all.cores, this);
}

StartOutcome TimerCore::start(TimerTask& task, Deadline deadline) {
  ensure_thread();
  return queue.start(task, deadline);
}

void TimerCore::stop() {
  queue.stop();
  const std::lock_guard guard(thread_lock_);
  stopped_ = true;
  if (!has_thread_.load(std::memory_order_relaxed)) return;
  if (::pthread_join(thread_, nullptr) != 0) std::terminate();  // a service destroyed inside its own callback
  has_thread_.store(false, std::memory_order_relaxed);
}

void TimerCore::ensure_thread() {
  // Acquire, so that whoever skips the lock comes after the thread's making; pairs with the release below.
  if (has_thread_.load(std::memory_order_acquire)) [[likely]]
    return;
  const std::lock_guard guard(thread_lock_);
  if (stopped_ || has_thread_.load(std::memory_order_relaxed)) return;
  const SignalsBlocked blocked;
  if (const int error = ::pthread_create(&thread_, nullptr, &TimerCore::serve_entry, this); error != 0) {
    throw std::system_error(error, std::generic_category(), "proberen::TimerService: its thread cannot be started");
  }
  has_thread_.store(true, std::memory_order_release);
}

void* TimerCore::serve_entry(void* core) {
  static_cast<TimerCore*>(core)->serve();
  return nullptr;
}

void TimerCore::serve() {
  ::pthread_setname_np(::pthread_self(), "proberen-timer");
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // the kernel's default lets every sleep be 50 microseconds late
  const std::uint32_t generation = generation_;
  while (TimerNode<NativePlatform>* const node = queue.take_next()) {
    auto* const task = static_cast<TimerTask*>(node);
    run_callback(*task);
    const bool abandoned = task->abandoned;
    queue.finish(*task);
    if (abandoned) delete task;
    if (generation != generation_) return;  // the callback has forked and this is the child, where another thread serves
  }
}

void TimerCore::hold() {
  thread_lock_.lock();
  queue.hold();
}

void TimerCore::let_go() {
  queue.let_go();
  thread_lock_.unlock();
}

void TimerCore::restart_in_child() {
  ++generation_;
  has_thread_.store(false, std::memory_order_relaxed);
  queue.restart_in_child();
  thread_lock_.reinitialize();
}

}  // namespace detail

TimerService::TimerService() : core_(std::make_shared<detail::TimerCore>()) {}

TimerService::~TimerService() { core_->stop(); }

TimerService& TimerService::shared() {
  // Not made by the initialisation of a static: a child that is forked in the middle of that would wait for its end for ever.
  constinit static std::atomic<TimerService*> shared_one{nullptr};
  // (1) acquire: synchronizes with the release (2)
  TimerService* found = shared_one.load(std::memory_order_acquire);
  if (found != nullptr) return *found;
  auto made = std::make_unique<TimerService>();
  // (2) release: whoever finds it finds it whole
  if (!shared_one.compare_exchange_strong(found, made.get(), std::memory_order_acq_rel, std::memory_order_acquire)) return *found;
  return *made.release();
}

std::size_t TimerService::pending() const { return core_->queue.pending(); }

}  // namespace proberen
