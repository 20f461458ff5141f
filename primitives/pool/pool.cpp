#include "proberen/ipc/pool.hpp"

#include <sched.h>

#include "primitives/pool/pool_core.hpp"

namespace proberen::ipc {
namespace detail {
namespace {

const CrashPolicy& default_policy() {
  // Leaked, so that it outlives every pool.
  static const CrashPolicy* const policy = new CrashPolicy;
  return *policy;
}

}  // namespace

void submit(PoolCore& pool, std::span<RequestPointer> requests) { pool.submit(requests); }

}  // namespace detail

int usable_cores() {
  cpu_set_t cores;
  return ::sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

Pool::Pool(int workers, const PoolOptions& options) : Pool(workers, options, detail::default_policy()) {}

Pool::Pool(int workers, const PoolOptions& options, const detail::CrashPolicy& policy)
    : core_(std::make_shared<detail::PoolCore>(workers, options, policy)) {}

Pool::~Pool() {
  if (!core_->is_own_process()) {
    // A copy that somebody forked has no workers and no thread: it leaves the original's alone, by leaving its own object behind.
    (void)new std::shared_ptr<detail::PoolCore>(std::move(core_));
    return;
  }
  core_->terminate();
  core_->join();
}

void Pool::close() { core_->close(); }
void Pool::terminate() { core_->terminate(); }
void Pool::join() { core_->join(); }
bool Pool::join(const std::stop_token& token) { return core_->join(token); }
int Pool::workers() const noexcept { return core_->workers(); }
std::vector<pid_t> Pool::worker_pids() { return core_->pids(); }

}  // namespace proberen::ipc
