#include "proberen/thread_pool.hpp"

#include <atomic>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include <unistd.h>

#include "primitives/native/signals_blocked.hpp"
#include "proberen/default_platform.hpp"
#include "proberen/detail/task_line.hpp"
#include "proberen/lock.hpp"

namespace proberen {
namespace detail {

/// A line of work, and the threads that take from it.
class ThreadPoolCore {
 public:
  ThreadPoolCore(int threads, std::function<void()> initializer)
      : initializer_(std::move(initializer)), creator_(::getpid()), size_(checked_size(threads)) {
    const SignalsBlocked blocked;
    try {
      for (int index = 0; index < threads; ++index) threads_.emplace_back([this] { run(); });
    } catch (...) {
      line_.end("the pool cannot start a thread");
      for (std::thread& thread : threads_) thread.join();
      throw;
    }
  }
  ThreadPoolCore(const ThreadPoolCore&) = delete;
  ThreadPoolCore& operator=(const ThreadPoolCore&) = delete;

  void submit(WorkPointer work) { throw_unless_running(line_.submit(std::move(work))); }
  void refuse_unless_running() { throw_unless_running(line_.state()); }
  void close() { line_.close(); }
  /// The first reason counts.
  void end(const std::string& why) { line_.end(why); }

  void join() {
    require_joinable();
    const std::scoped_lock hold(join_mutex_);
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  [[nodiscard]] bool join(const std::stop_token& token) {
    require_joinable();
    if (!until_stopped(token, [this](Deadline deadline) { return over_.wait(deadline); })) return false;
    join();
    return true;
  }

  [[nodiscard]] int size() const noexcept { return size_; }
  /// Whether this process made it, rather than being a copy of the one that did.
  [[nodiscard]] bool is_own_process() const { return creator_ == ::getpid(); }

 private:
  void throw_unless_running(PoolState state) {
    if (state == PoolState::ended) throw ipc::PoolEnded(line_.end_reason());
    if (state == PoolState::closed) throw std::logic_error("the pool is closed: it takes no more tasks");
  }

  static int checked_size(int threads) {
    if (threads < 1) throw std::invalid_argument("a pool needs at least 1 thread, not " + std::to_string(threads));
    return threads;
  }

  void require_joinable() {
    if (line_.state() == PoolState::running) {
      throw std::logic_error("a pool that is running cannot be joined: close() or terminate() it first");
    }
    if (current_ == this) throw std::logic_error("a task cannot join its pool");
  }

  void run() {
    current_ = this;
    initialize();
    while (const WorkPointer work = line_.next()) work->run();
    if (left_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_ && over_.claim()) (void)over_.publish();
  }

  void initialize() {
    try {
      if (initializer_) initializer_();
    } catch (const std::exception& exception) {
      end(std::string("the pool's initializer failed: ") + exception.what());
    } catch (...) {
      end("the pool's initializer failed");
    }
  }

  static thread_local const ThreadPoolCore* current_;  ///< whose thread this is

  const std::function<void()> initializer_;
  const pid_t creator_;
  const int size_;

  TaskLine<Work, DefaultPlatform> line_;
  std::atomic<int> left_{0};          ///< threads that have nothing more to do
  Completion<DefaultPlatform> over_;  ///< all of them
  Lock join_mutex_;
  std::vector<std::thread> threads_;
};

thread_local const ThreadPoolCore* ThreadPoolCore::current_ = nullptr;

void submit(ThreadPoolCore& pool, WorkPointer work) { pool.submit(std::move(work)); }
void refuse_unless_running(ThreadPoolCore& pool) { pool.refuse_unless_running(); }

}  // namespace detail

ThreadPool::ThreadPool(int threads, std::function<void()> initializer)
    : core_(std::make_shared<detail::ThreadPoolCore>(threads, std::move(initializer))) {}

ThreadPool::~ThreadPool() {
  if (!core_->is_own_process()) {
    // A copy that somebody forked has no threads: it leaves its own object behind.
    (void)new std::shared_ptr<detail::ThreadPoolCore>(std::move(core_));
    return;
  }
  core_->end("the pool was terminated");
  core_->join();
}

void ThreadPool::close() { core_->close(); }
void ThreadPool::terminate() { core_->end("the pool was terminated"); }
void ThreadPool::join() { core_->join(); }
bool ThreadPool::join(const std::stop_token& token) { return core_->join(token); }
int ThreadPool::threads() const noexcept { return core_->size(); }

}  // namespace proberen
