/// ThreadPool: threads that run tasks, after Python's multiprocessing.pool.ThreadPool. ipc::Pool without processes: a task is any callable,
/// nothing is serialised, and what it throws arrives as it was thrown.
///
///   proberen::ThreadPool pool(4);
///   const std::vector<int> squares = pool.map([](int x) { return x * x; }, std::vector{1, 2, 3});
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <stop_token>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "proberen/detail/thread_work.hpp"
#include "proberen/ipc/async_result.hpp"
#include "proberen/ipc/pool_errors.hpp"
#include "proberen/ipc/result_stream.hpp"

namespace proberen {

/// Any thread may call any function, but for the destructor; tasks may, but for join(), and one that waits for another keeps its thread.
/// Tasks begin in the order in which they are submitted, each once, and each has one result or one error. Several threads call one map's
/// callable at a time: a copy of it, which they share.
///
/// Errors of use: std::logic_error for a task submitted to a closed pool, and for join() of one that is running; ipc::PoolEnded for a task
/// submitted to a pool that has ended.
class ThreadPool {
 public:
  /// std::monostate stands for void.
  template <class Function, class... Args>
  using Result = detail::WorkResult<Function, Args...>;
  template <class T>
  using AsyncResult = ipc::AsyncResult<T>;
  template <class T>
  using ResultStream = ipc::ResultStream<T>;

  /// Each thread runs `initializer` first; when it throws, the pool ends, and says so. When a thread cannot be started, those are ended
  /// that were, and std::system_error is thrown; std::invalid_argument for less than 1 thread.
  explicit ThreadPool(int threads, std::function<void()> initializer = {});
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /// terminate() and join(). Not in a task or a callback.
  ~ThreadPool();

  /// Runs one task with copies of `args` and waits for its result.
  template <class Function, class... Args>
  Result<Function, Args...> apply(Function&& function, Args&&... args) {
    return apply_async(std::forward<Function>(function), std::forward<Args>(args)...).take();
  }
  template <class Function, class... Args>
  AsyncResult<Result<Function, Args...>> apply_async(Function&& function, Args&&... args) {
    using T = Result<Function, Args...>;
    auto state = std::make_shared<ipc::detail::ResultState<T>>();
    detail::submit(*core_, std::make_unique<detail::SingleWork<T, std::decay_t<Function>, std::decay_t<Args>...>>(
                               state, std::forward<Function>(function), std::forward<Args>(args)...));
    return AsyncResult<T>(std::move(state));
  }

  /// Runs a task for each item. The results, in the order of the items; or, when all are there, the error of the first item that has one.
  /// `chunk` items at a time; 0 makes four chunks for each thread. What the input throws, is thrown here.
  template <class Function, std::ranges::input_range Items>
  auto map(Function&& function, Items&& items, std::size_t chunk = 0) {
    return map_async(std::forward<Function>(function), std::forward<Items>(items), chunk).take();
  }
  template <class Function, std::ranges::input_range Items>
  auto map_async(Function&& function, Items&& items, std::size_t chunk = 0) {
    return start_map<detail::Plain<std::decay_t<Function>>>({std::forward<Function>(function)}, items, chunk);
  }
  /// As map(), for items that are tuples or pairs of the parameters.
  template <class Function, std::ranges::input_range Items>
  auto starmap(Function&& function, Items&& items, std::size_t chunk = 0) {
    return starmap_async(std::forward<Function>(function), std::forward<Items>(items), chunk).take();
  }
  template <class Function, std::ranges::input_range Items>
  auto starmap_async(Function&& function, Items&& items, std::size_t chunk = 0) {
    return start_map<detail::Spread<std::decay_t<Function>>>({std::forward<Function>(function)}, items, chunk);
  }

  /// As map(), one result after another, each as soon as it and those before it are there. `items` is kept when it is a temporary, else it
  /// must stay; so must the pool. Throws std::invalid_argument for a chunk of 0.
  template <class Function, std::ranges::viewable_range Items>
  auto imap(Function&& function, Items&& items, std::size_t chunk = 1) {
    return stream(std::forward<Function>(function), std::forward<Items>(items), chunk, true);
  }
  /// As imap(), in the order in which the chunks finish.
  template <class Function, std::ranges::viewable_range Items>
  auto imap_unordered(Function&& function, Items&& items, std::size_t chunk = 1) {
    return stream(std::forward<Function>(function), std::forward<Items>(items), chunk, false);
  }

  /// No more tasks. The threads end when all that were submitted are done.
  void close();
  /// What has not begun has the error ipc::PoolEnded. What runs, runs to its end: a thread cannot be killed.
  void terminate();
  /// Waits for the end of all threads. Throws std::logic_error unless close() or terminate() came first, and in a task or a callback.
  void join();
  /// As join(), until a stop is requested: false when the threads have not ended then.
  [[nodiscard]] bool join(const std::stop_token& token);

  [[nodiscard]] int threads() const noexcept;

 private:
  template <class Call, class Items>
  auto start_map(Call call, Items& items, std::size_t chunk) {
    using Item = std::ranges::range_value_t<Items>;
    using T = typename detail::WorkResultOf<Call&, Item>::Type;
    std::vector<Item> all;
    for (auto&& item : items) all.emplace_back(std::forward<decltype(item)>(item));
    const auto parts = 4 * static_cast<std::size_t>(threads());
    if (chunk == 0) chunk = std::max<std::size_t>(1, (all.size() + parts - 1) / parts);
    chunk = std::clamp<std::size_t>(chunk, 1, std::max<std::size_t>(1, all.size()));
    auto state = std::make_shared<ipc::detail::ResultState<std::vector<T>>>();
    auto progress = std::make_shared<detail::SharedProgress<T>>(state, all.size(), (all.size() + chunk - 1) / chunk);
    const auto shared = std::make_shared<Call>(std::move(call));
    if (all.empty()) detail::refuse_unless_running(*core_);
    for (std::size_t begin = 0; begin < all.size(); begin += chunk) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
      const auto last = first + static_cast<std::ptrdiff_t>(std::min(chunk, all.size() - begin));
      std::vector<Item> part(std::make_move_iterator(first), std::make_move_iterator(last));
      detail::submit(*core_, detail::make_chunk<T>(shared, std::move(part), detail::SharedMapSink<T>{progress, begin}));
    }
    return AsyncResult<std::vector<T>>(std::move(state));
  }

  template <class Function, class Items>
  auto stream(Function&& function, Items&& items, std::size_t chunk, bool ordered) {
    if (chunk == 0) throw std::invalid_argument("a chunk has at least 1 item");
    detail::refuse_unless_running(*core_);
    using Feed = detail::WorkFeed<detail::Plain<std::decay_t<Function>>, std::views::all_t<Items>>;
    auto feed = std::make_shared<Feed>(core_, detail::Plain<std::decay_t<Function>>{std::forward<Function>(function)},
                                       std::views::all(std::forward<Items>(items)), chunk);
    const std::size_t ahead = static_cast<std::size_t>(threads()) * std::max<std::size_t>(2, detail::kAheadItems / chunk);
    return ResultStream<typename Feed::Result>([feed](std::size_t number, const auto& queue) { return feed->send(number, queue); }, ahead,
                                               ordered);
  }

  std::shared_ptr<detail::ThreadPoolCore> core_;
};

}  // namespace proberen
