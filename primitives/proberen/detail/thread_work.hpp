/// What a ThreadPool's threads are given to do, and where the results go. For thread_pool.hpp.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "proberen/ipc/detail/map_sink.hpp"
#include "proberen/ipc/pool_errors.hpp"
#include "proberen/lock.hpp"

namespace proberen::detail {

/// Exactly one of run() and fail() is called, once.
class Work {
 public:
  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  virtual void run() noexcept = 0;
  virtual void fail(const std::exception_ptr& error) noexcept = 0;
  /// Fails it, since its pool has ended.
  void refuse(const std::string& why) noexcept { fail(std::make_exception_ptr(ipc::PoolEnded(why))); }
};

using WorkPointer = std::unique_ptr<Work>;

class ThreadPoolCore;
/// Both throw what ThreadPool says of a pool that takes no tasks.
void submit(ThreadPoolCore& pool, WorkPointer work);
void refuse_unless_running(ThreadPoolCore& pool);

using ipc::detail::ItemOutcome;
using ipc::detail::kAheadItems;

/// Of a call, std::monostate for void.
template <class Function, class... Args>
struct WorkResultOf {
  using Returned = std::invoke_result_t<Function, Args...>;
  using Type = std::conditional_t<std::is_void_v<Returned>, std::monostate, std::decay_t<Returned>>;
};
/// Of a call of copies.
template <class Function, class... Args>
using WorkResult = typename WorkResultOf<std::decay_t<Function>, std::decay_t<Args>...>::Type;

template <class T, class Call>
[[nodiscard]] T result_of(Call&& call) {
  if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
    std::forward<Call>(call)();
    return {};
  } else {
    return std::forward<Call>(call)();
  }
}

/// A callable that takes an item as it is.
template <class Function>
struct Plain {
  Function function;
  template <class Item>
  decltype(auto) operator()(Item&& item) {
    return std::invoke(function, std::forward<Item>(item));
  }
};
/// A callable that takes the parts of an item.
template <class Function>
struct Spread {
  Function function;
  template <class Item>
  decltype(auto) operator()(Item&& item) {
    return std::apply(function, std::forward<Item>(item));
  }
};

/// One call, with its arguments.
template <class T, class Function, class... Args>
class SingleWork final : public Work {
 public:
  template <class GivenFunction, class... GivenArgs>
  explicit SingleWork(std::shared_ptr<ipc::detail::ResultState<T>> state, GivenFunction&& function, GivenArgs&&... args)
      : state_(std::move(state)), function_(std::forward<GivenFunction>(function)), args_(std::forward<GivenArgs>(args)...) {}

  void run() noexcept override {
    std::optional<T> result;
    try {
      result.emplace(result_of<T>([this]() -> decltype(auto) { return std::apply(std::move(function_), std::move(args_)); }));
    } catch (...) {
      return state_->fail(std::current_exception());
    }
    state_->succeed(std::move(*result));
  }
  void fail(const std::exception_ptr& error) noexcept override { state_->fail(error); }

 private:
  std::shared_ptr<ipc::detail::ResultState<T>> state_;
  Function function_;
  std::tuple<Args...> args_;
};

/// One call for each of some items; `Sink` takes what became of all of them.
template <class T, class Call, class Item, class Sink>
class ChunkWork final : public Work {
 public:
  ChunkWork(std::shared_ptr<Call> call, std::vector<Item> items, Sink sink)
      : call_(std::move(call)), items_(std::move(items)), sink_(std::move(sink)) {}

  void run() noexcept override {
    std::vector<ItemOutcome<T>> outcomes;
    outcomes.reserve(items_.size());
    for (auto&& item : items_) {
      try {
        outcomes.emplace_back(std::in_place_index<0>,
                              result_of<T>([&]() -> decltype(auto) { return (*call_)(static_cast<Item>(std::move(item))); }));
      } catch (...) {
        outcomes.emplace_back(std::in_place_index<1>, std::current_exception());
      }
    }
    sink_(std::move(outcomes));
  }
  void fail(const std::exception_ptr& error) noexcept override {
    sink_(std::vector<ItemOutcome<T>>(items_.size(), ItemOutcome<T>(std::in_place_index<1>, error)));
  }

 private:
  std::shared_ptr<Call> call_;
  std::vector<Item> items_;
  Sink sink_;
};

template <class T, class Call, class Item, class Sink>
[[nodiscard]] WorkPointer make_chunk(std::shared_ptr<Call> call, std::vector<Item> items, Sink sink) {
  return std::make_unique<ChunkWork<T, Call, Item, Sink>>(std::move(call), std::move(items), std::move(sink));
}

/// The results of one map, that several threads bring.
template <class T>
class SharedProgress {
 public:
  template <class... Args>
  explicit SharedProgress(Args&&... args) : progress_(std::forward<Args>(args)...) {}

  void take(std::size_t begin, std::vector<ItemOutcome<T>>&& outcomes) {
    // Held while a callback runs, too: that is after the last chunk, when nobody else comes.
    const std::scoped_lock hold(mutex_);
    for (std::size_t index = 0; index < outcomes.size(); ++index) {
      if (auto* const error = std::get_if<1>(&outcomes[index])) {
        progress_.error(begin + index, *error);
      } else {
        progress_.value(begin + index, std::get<0>(std::move(outcomes[index])));
      }
    }
    progress_.finish_chunk();
  }

 private:
  Lock mutex_;
  ipc::detail::MapProgress<T> progress_;
};

template <class T>
struct SharedMapSink {
  void operator()(std::vector<ItemOutcome<T>>&& outcomes) { progress->take(begin, std::move(outcomes)); }

  std::shared_ptr<SharedProgress<T>> progress;
  std::size_t begin;  ///< the first item's place
};

/// Reads the input of imap, and submits it chunk by chunk.
template <class Call, class View>
class WorkFeed {
 public:
  using Item = std::ranges::range_value_t<View>;
  using Result = typename WorkResultOf<Call&, Item>::Type;
  using Sink = ipc::detail::StreamSink<Result>;

  WorkFeed(std::shared_ptr<ThreadPoolCore> pool, Call call, View view, std::size_t chunk)
      : pool_(std::move(pool)), call_(std::make_shared<Call>(std::move(call))), input_(std::move(view)), chunk_(chunk) {}

  /// As ResultStream::Feed.
  bool send(std::size_t number, const std::shared_ptr<typename Sink::Finishings>& queue) {
    std::vector<Item> items;
    if (!input_.read(chunk_, [&](auto&& item) { items.emplace_back(std::forward<decltype(item)>(item)); })) return false;
    submit(*pool_, make_chunk<Result>(call_, std::move(items), [queue, number](std::vector<ItemOutcome<Result>>&& outcomes) {
      (void)queue->put(typename Sink::Finished{number, std::move(outcomes)});
    }));
    return true;
  }

 private:
  std::shared_ptr<ThreadPoolCore> pool_;
  std::shared_ptr<Call> call_;
  ipc::detail::LazyInput<View> input_;
  std::size_t chunk_;
};

}  // namespace proberen::detail
