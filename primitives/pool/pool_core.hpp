/// PoolCore: a pool without its types: requests, workers, and the thread that stands between them.
///
/// Whoever submits writes requests straight to the workers that have room. The pool's thread collects answers, gives workers more, sees
/// workers die by their pidfds, and replaces them; while whoever forks a new one is slow, or stopped, everything else goes on. A worker is
/// given many requests ahead, so that it need not wait between tiny ones; what it has not begun is taken back when another worker has
/// nothing to do, so no request waits behind another while a worker is idle.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "primitives/pool/link.hpp"
#include "primitives/pool/starter.hpp"
#include "proberen/detail/completion.hpp"
#include "proberen/ipc/pool.hpp"
#include "proberen/lock.hpp"

namespace proberen::ipc::detail {

class PoolCore {
 public:
  /// Starts the workers; when one cannot be started, ends those that were, and throws as Context::start() does. `policy` outlives it.
  PoolCore(int workers, const PoolOptions& options, const CrashPolicy& policy);
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;

  /// Throws std::logic_error when the pool is closed, PoolEnded when it has ended; then takes none of them.
  void submit(std::span<RequestPointer> requests);
  void close();
  void terminate();
  /// Waits for the end of all workers and of the thread. Throws std::logic_error when the pool is neither closed nor terminated.
  void join();
  /// As join(), until a stop is requested: false when the end has not come then.
  [[nodiscard]] bool join(const std::stop_token& token);

  [[nodiscard]] int workers() const noexcept { return size_; }
  [[nodiscard]] std::vector<pid_t> pids();
  [[nodiscard]] bool is_own_thread() const { return thread_.get_id() == std::this_thread::get_id(); }
  /// Whether this process made it, rather than being a copy of the one that did.
  [[nodiscard]] bool is_own_process() const;
  void require_own_process() const;

 private:
  enum class State { kRunning, kClosed, kEnded };

  void require_joinable();
  void run();
  [[nodiscard]] bool advance(std::vector<Outcome>& outcomes);
  [[nodiscard]] bool recruit();
  void collect(std::vector<Outcome>& outcomes);
  void bury(std::vector<Outcome>& outcomes);
  void retire();
  void dispatch();
  void share();
  void end(const std::string& why);
  void abandon(std::vector<Outcome>& outcomes);
  void wait_for_news();
  void call_thread();
  [[nodiscard]] bool drained() const;
  [[nodiscard]] std::size_t staff() const;

  const int size_;
  const int retries_;
  const std::int64_t quota_;
  const CrashPolicy& policy_;
  const pid_t creator_;
  WorkerStarter starter_;
  Descriptor news_;  ///< an eventfd that ends the thread's sleep

  proberen::Lock mutex_;
  State state_ = State::kRunning;
  std::string end_reason_;
  std::deque<RequestPointer> pending_;
  std::vector<Outcome> failed_;               ///< could not be given to a worker
  int failed_starts_ = 0;                     ///< since a worker was ready
  std::vector<std::unique_ptr<Link>> links_;  ///< changed by the thread alone

  // The thread's.
  std::vector<const Link*> dead_;              ///< seen to have ended, not yet buried
  std::vector<std::unique_ptr<Link>> buried_;  ///< to be destroyed without the lock, as whoever has to reap them may be slow
  bool understaffed_ = false;                  ///< a worker is missing, and there is use for it
  std::unique_ptr<Link> recruit_;              ///< has just been started

  proberen::detail::Completion<DefaultPlatform> over_;  ///< the thread has nothing more to do
  proberen::Lock join_mutex_;
  std::thread thread_;
};

}  // namespace proberen::ipc::detail
