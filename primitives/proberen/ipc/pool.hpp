/// Pool: worker processes that run tasks, after Python's multiprocessing.Pool.
///
///   int square(int x) { return x * x; }
///
///   int main(int argc, char** argv) {
///     proberen::ipc::initialize(argc, argv);
///     proberen::ipc::Pool pool(5);
///     for (int number : pool.map<square>({1, 2, 3})) std::printf("%d ", number);  // 1 4 9
///   }
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "proberen/ipc/async_result.hpp"
#include "proberen/ipc/detail/map_sink.hpp"
#include "proberen/ipc/detail/request.hpp"
#include "proberen/ipc/initialize.hpp"
#include "proberen/ipc/result_stream.hpp"
#include "proberen/ipc/start_method.hpp"
#include "proberen/ipc/task.hpp"

namespace proberen::ipc {

struct PoolOptions {
  /// By fork, all workers, later ones too, are copies of this process as it was when the pool was made: one process more, forked then, is
  /// what forks them.
  StartMethod method = StartMethod::forkserver;
  /// What each worker runs first: `task_call<prepare>(…)`. When it throws, the pool ends, and says so.
  TaskCall initializer{};
  /// A worker that was given so many tasks (or chunks) is replaced when it has finished them. At least 1.
  std::optional<std::int64_t> max_tasks_per_worker{};
  /// How often a task (or a chunk, as a whole) is run again whose worker died while running it, before WorkerDied is its result.
  int retry_on_crash = 0;
  /// As ContextOptions, for the one fork from this process.
  bool allow_fork_with_threads = false;
};

namespace detail {
class PoolCore;

/// Submits to the pool; what Pool::submit() throws.
void submit(PoolCore& pool, std::span<RequestPointer> requests);
}  // namespace detail

/// The cores that this process may use.
[[nodiscard]] int usable_cores();

/// Any thread may call any function, but for the destructor. Tasks are run in the order in which they are submitted, each once, and each
/// has one result or one error, whatever happens to the workers: a worker that dies is seen at once and replaced, what it was running has
/// the error WorkerDied, and what it had not begun is run by another. While another one cannot be started, since the fork server is
/// stopped, the workers that run go on, and neither submitting a task nor terminate() waits. A task throws TaskError here when it threw
/// there.
///
/// A chunk goes to a worker as one task, and is lost as one.
///
/// Workers whose pool's process is killed, or executes another program, finish what they are running, and end: one that has tasks ahead
/// looks before each, but not again within 10 milliseconds.
///
/// Errors of use: std::logic_error for a task submitted to a closed pool, and for join() of one that is running; PoolEnded for a task
/// submitted to a pool that has ended; std::system_error with ECHILD in a process that is a fork of the pool's. A copy of a worker that a
/// task forks, and that comes back from the task, ends there.
class Pool {
 public:
  template <auto kTask>
  using Result = typename detail::Task<kTask>::Result;

  /// Starts the workers. When one cannot be started, those are ended that were, and what Context::start() throws is thrown;
  /// std::invalid_argument for less than 1 worker and for bad options.
  explicit Pool(int workers = usable_cores(), const PoolOptions& options = {});
  /// For checks of the checks: with another policy for the tasks of dead workers, which outlives the pool.
  Pool(int workers, const PoolOptions& options, const detail::CrashPolicy& policy);
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  /// terminate() and join(). Not in a callback.
  ~Pool();

  /// Runs one task and waits for its result, which void makes a std::monostate.
  template <auto kTask, class... Args>
  Result<kTask> apply(Args&&... args) {
    return apply_async<kTask>(std::forward<Args>(args)...).take();
  }
  template <auto kTask, class... Args>
  AsyncResult<Result<kTask>> apply_async(Args&&... args) {
    auto state = std::make_shared<detail::ResultState<Result<kTask>>>();
    detail::ChunkWriter<kTask> writer;
    writer.add(Arguments<kTask>(std::forward<Args>(args)...));
    submit(writer.finish(detail::ApplySink<Result<kTask>>{state}));
    return AsyncResult<Result<kTask>>(std::move(state));
  }

  /// Runs a task of one parameter for each item. The results, in the order of the items; or, when all are there, the error of the first
  /// item that has one. `chunk` items at a time; 0 makes four chunks for each worker. What the input throws, is thrown here.
  template <auto kTask, std::ranges::input_range Items>
  std::vector<Result<kTask>> map(Items&& items, std::size_t chunk = 0) {
    return map_async<kTask>(std::forward<Items>(items), chunk).take();
  }
  template <auto kTask>
  std::vector<Result<kTask>> map(std::initializer_list<std::tuple_element_t<0, typename detail::Task<kTask>::Arguments>> items,
                                 std::size_t chunk = 0) {
    return map_async<kTask>(items, chunk).take();
  }
  template <auto kTask, std::ranges::input_range Items>
  AsyncResult<std::vector<Result<kTask>>> map_async(Items&& items, std::size_t chunk = 0) {
    static_assert(std::tuple_size_v<Arguments<kTask>> == 1, "map is for tasks of one parameter; starmap takes tuples of several");
    return start_map<kTask>(std::forward<Items>(items), chunk);
  }

  /// As map(), for items that are tuples or pairs of the parameters.
  template <auto kTask, std::ranges::input_range Items>
  std::vector<Result<kTask>> starmap(Items&& items, std::size_t chunk = 0) {
    return starmap_async<kTask>(std::forward<Items>(items), chunk).take();
  }
  template <auto kTask, std::ranges::input_range Items>
  AsyncResult<std::vector<Result<kTask>>> starmap_async(Items&& items, std::size_t chunk = 0) {
    return start_map<kTask>(std::forward<Items>(items), chunk);
  }

  /// As map(), one result after another, each as soon as it and those before it are there. `items` is kept when it is a temporary, else it
  /// must stay. Throws std::invalid_argument for a chunk of 0.
  template <auto kTask, std::ranges::viewable_range Items>
  ResultStream<Result<kTask>> imap(Items&& items, std::size_t chunk = 1) {
    return stream<kTask>(std::forward<Items>(items), chunk, true);
  }
  /// As imap(), in the order in which the chunks finish.
  template <auto kTask, std::ranges::viewable_range Items>
  ResultStream<Result<kTask>> imap_unordered(Items&& items, std::size_t chunk = 1) {
    return stream<kTask>(std::forward<Items>(items), chunk, false);
  }

  /// No more tasks. The workers end when all that were submitted are done.
  void close();
  /// Kills the workers; what is not finished has the error PoolEnded.
  void terminate();
  /// Waits for the end of all workers. Throws std::logic_error unless close() or terminate() came first, and in a callback.
  void join();
  /// As join(), until a stop is requested: false when the end has not come then.
  [[nodiscard]] bool join(const std::stop_token& token);

  /// How many workers it keeps.
  [[nodiscard]] int workers() const noexcept;
  /// The workers' processes at this moment; for people and for tests.
  [[nodiscard]] std::vector<pid_t> worker_pids();

 private:
  template <auto kTask>
  using Arguments = typename detail::Task<kTask>::Arguments;

  void submit(detail::RequestPointer request) { detail::submit(*core_, {&request, 1}); }

  template <auto kTask, class Items>
  AsyncResult<std::vector<Result<kTask>>> start_map(Items&& items, std::size_t chunk) {
    if constexpr (std::ranges::sized_range<Items>) {
      return send_map<kTask>(items, static_cast<std::size_t>(std::ranges::size(items)), chunk);
    } else {
      std::vector<Arguments<kTask>> all;
      for (auto&& item : items) all.emplace_back(std::forward<decltype(item)>(item));
      return send_map<kTask>(all, all.size(), chunk);
    }
  }

  template <auto kTask, class Items>
  AsyncResult<std::vector<Result<kTask>>> send_map(Items& items, std::size_t size, std::size_t chunk) {
    constexpr std::size_t kBatch = 32;  // chunks submitted at once: the first ones run while the others are written
    const auto parts = 4 * static_cast<std::size_t>(workers());
    if (chunk == 0) chunk = std::max<std::size_t>(1, (size + parts - 1) / parts);
    chunk = std::min<std::size_t>(chunk, std::numeric_limits<std::uint32_t>::max());
    auto state = std::make_shared<detail::ResultState<std::vector<Result<kTask>>>>();
    auto progress = std::make_shared<detail::MapProgress<Result<kTask>>>(state, size, (size + chunk - 1) / chunk);
    detail::ChunkWriter<kTask> writer;
    std::vector<detail::RequestPointer> batch;
    std::size_t begin = 0;
    const auto finish_chunk = [&] {
      const std::size_t next = begin + writer.size();
      batch.push_back(writer.finish(detail::MapSink<Result<kTask>>{progress, begin}));
      begin = next;
      if (batch.size() < kBatch && begin < size) return;
      detail::submit(*core_, batch);
      batch.clear();
    };
    for (auto&& item : items) {
      writer.add(Arguments<kTask>(std::forward<decltype(item)>(item)));
      if (writer.size() == chunk || begin + writer.size() == size) finish_chunk();
    }
    if (size == 0) detail::submit(*core_, {});  // refused when the pool is closed
    return AsyncResult<std::vector<Result<kTask>>>(std::move(state));
  }

  template <auto kTask, class Items>
  ResultStream<Result<kTask>> stream(Items&& items, std::size_t chunk, bool ordered) {
    if (chunk == 0 || chunk > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("a chunk has at least 1 item");
    detail::submit(*core_, {});
    using View = std::views::all_t<Items>;
    auto feed = std::make_shared<detail::StreamFeed<kTask, View>>(core_, std::views::all(std::forward<Items>(items)), chunk);
    const std::size_t ahead = static_cast<std::size_t>(workers()) * std::max<std::size_t>(2, detail::kAheadItems / chunk);
    return {[feed](std::size_t number, const auto& queue) { return feed->send(number, queue); }, ahead, ordered};
  }

  std::shared_ptr<detail::PoolCore> core_;
};

}  // namespace proberen::ipc
