/// Jobs: a search that several processes share.
///
/// The first process waits; all the work is done by others, its children. The search keeps no state between executions but what is left of
/// it, so while fewer than the wanted number of processes work, one that comes to the border between two executions makes a copy of itself,
/// and each of the two keeps one half of what was left. What a process has found goes into one file that all append to. One that finds a
/// reason to stop (a failure, a budget) says so in memory that all share; the others look at it between two executions.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace proberen::runtime {

inline constexpr int kMostJobs = 64;

class Jobs {
 public:
  /// Up to `most` processes work at a time and begin `max_executions` executions together; 0: no limit. Throws std::system_error.
  Jobs(int most, std::uint64_t max_executions);
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// In the first process: `work` is what each worker does, and returns what it has found. Returns what all have found once none is left.
  /// Throws std::runtime_error, one line, where a process could not be made or died: then something may not have been visited.
  [[nodiscard]] std::vector<std::string> run(const std::function<std::string()>& work);

  // ---- in a worker, between two executions; `seen` is how many executions it has counted

  /// Whether it may begin another one. False: the search is to stop.
  [[nodiscard]] bool may_begin(std::uint64_t seen);
  /// Whether another process is wanted now.
  [[nodiscard]] bool wants_worker() const;
  enum class Started : std::uint8_t { kNothing, kInParent, kInChild };
  /// Copies this process. kInChild: the copy, which has counted nothing yet; it comes to its end by way of the same `work`.
  [[nodiscard]] Started start_worker();
  /// Before `work` returns. `stop`: the others need not go on.
  void finish(std::uint64_t seen, bool stop);

  /// From a signal handler, in any process: all are to stop.
  static void interrupt();
  /// Whether this process is a worker.
  [[nodiscard]] static bool is_worker();

 private:
  struct Shared;
  [[nodiscard]] Started copy_process(int slot, int flags);
  [[noreturn]] void work_to_end(const std::function<std::string()>& work);
  void wait_for_all();
  [[nodiscard]] std::vector<std::string> read_ledger() const;

  int most_;
  std::uint64_t max_executions_;
  Shared* shared_;
  int ledger_;                     ///< the file
  int slot_ = -1;                  ///< of this worker
  std::uint64_t claimed_ = 0;      ///< executions that this worker was allowed to begin
  bool claims_spent_ = false;      ///< it was refused one, as will be all others
  std::int64_t last_copy_ns_ = 0;  ///< when it was made, or made another one
};

}  // namespace proberen::runtime
