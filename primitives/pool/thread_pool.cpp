#include "proberen/thread_pool.hpp"

#include <atomic>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include <unistd.h>

#include "primitives/native/signals_blocked.hpp"
#include "proberen/queue.hpp"

namespace proberen {
namespace detail {

/// A queue of work, and the threads that take from it. The queue is closed when no more work is taken; what is in it then is run, or
/// refused if the pool has ended, so nothing stays without an answer.
class ThreadPoolCore {
 public:
  ThreadPoolCore(int threads, std::function<void()> initializer)
      : initializer_(std::move(initializer)), creator_(::getpid()), size_(checked_size(threads)) {
    const SignalsBlocked blocked;
    try {
      for (int index = 0; index < threads; ++index) threads_.emplace_back([this] { run(); });
    } catch (...) {
      end("the pool cannot start a thread");
      for (std::thread& thread : threads_) thread.join();
      throw;
    }
  }
  ThreadPoolCore(const ThreadPoolCore&) = delete;
  ThreadPoolCore& operator=(const ThreadPoolCore&) = delete;

  void submit(WorkPointer work) {
    if (work_.put(std::move(work)) != QueueStatus::ok) refuse_unless_running();
  }
  void refuse_unless_running() {
    const std::scoped_lock hold(mutex_);
    if (state_ == State::kEnded) throw ipc::PoolEnded(end_reason_);
    if (state_ == State::kClosed) throw std::logic_error("the pool is closed: it takes no more tasks");
  }

  void close() {
    {
      const std::scoped_lock hold(mutex_);
      if (state_ == State::kRunning) state_ = State::kClosed;
    }
    work_.close();
  }

  /// The first reason counts.
  void end(const std::string& why) {
    {
      const std::scoped_lock hold(mutex_);
      if (state_ == State::kEnded) return;
      state_ = State::kEnded;
      end_reason_ = why;
    }
    work_.close();
    while (auto work = work_.try_get()) refuse(**work);
  }

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
  enum class State { kRunning, kClosed, kEnded };

  static int checked_size(int threads) {
    if (threads < 1) throw std::invalid_argument("a pool needs at least 1 thread, not " + std::to_string(threads));
    return threads;
  }

  void require_joinable() {
    {
      const std::scoped_lock hold(mutex_);
      if (state_ == State::kRunning) throw std::logic_error("a pool that is running cannot be joined: close() or terminate() it first");
    }
    if (current_ == this) throw std::logic_error("a task cannot join its pool");
  }

  void run() {
    current_ = this;
    initialize();
    while (auto work = work_.get()) {
      if (has_ended()) {
        refuse(**work);
      } else {
        (*work)->run();
      }
    }
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

  [[nodiscard]] bool has_ended() {
    const std::scoped_lock hold(mutex_);
    return state_ == State::kEnded;
  }
  void refuse(Work& work) {
    std::exception_ptr error;
    {
      const std::scoped_lock hold(mutex_);
      error = std::make_exception_ptr(ipc::PoolEnded(end_reason_));
    }
    work.fail(error);  // without the lock: callbacks may submit
  }

  static thread_local const ThreadPoolCore* current_;  ///< whose thread this is

  const std::function<void()> initializer_;
  const pid_t creator_;
  const int size_;

  Lock mutex_;
  State state_ = State::kRunning;
  std::string end_reason_;
  Queue<WorkPointer> work_;
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
