/// Where the results of a pool's calls go, and where the input of imap comes from. For pool.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "proberen/ipc/async_result.hpp"
#include "proberen/ipc/detail/request.hpp"
#include "proberen/ipc/result_stream.hpp"

namespace proberen::ipc::detail {

class PoolCore;
void submit(PoolCore& pool, std::span<RequestPointer> requests);

/// The items that imap sends ahead for each worker, about.
inline constexpr std::size_t kAheadItems = 64;

template <class Result>
struct ApplySink {
  void value(std::uint32_t, Result&& value) { state->succeed(std::move(value)); }
  void error(std::uint32_t, const std::exception_ptr& error) { state->fail(error); }
  void finish() {}

  std::shared_ptr<ResultState<Result>> state;
};

/// The results of one map, as they come; the pool's thread alone touches it once chunks are submitted.
template <class Result>
class MapProgress {
 public:
  using State = ResultState<std::vector<Result>>;

  MapProgress(std::shared_ptr<State> state, std::size_t size, std::size_t chunks)
      : state_(std::move(state)), results_(size), missing_(chunks) {
    if (missing_ == 0) state_->succeed({});
  }

  void value(std::size_t index, Result&& value) { results_[index] = std::move(value); }
  void error(std::size_t index, const std::exception_ptr& error) {
    if (index < first_error_) {
      first_error_ = index;
      error_ = error;
    }
  }
  void finish_chunk() {
    if (--missing_ > 0) return;
    if (error_) {
      state_->fail(error_);
    } else {
      state_->succeed(std::move(results_));
    }
  }

 private:
  std::shared_ptr<State> state_;
  std::vector<Result> results_;
  std::size_t missing_;  ///< chunks
  std::size_t first_error_ = std::numeric_limits<std::size_t>::max();
  std::exception_ptr error_;
};

template <class Result>
struct MapSink {
  void value(std::uint32_t index, Result&& value) { progress->value(begin + index, std::move(value)); }
  void error(std::uint32_t index, const std::exception_ptr& error) { progress->error(begin + index, error); }
  void finish() { progress->finish_chunk(); }

  std::shared_ptr<MapProgress<Result>> progress;
  std::size_t begin;  ///< the first item's place
};

/// The items of an input, each only when it is needed: an input may wait for its next item.
template <class View>
class LazyInput {
 public:
  explicit LazyInput(View view) : view_(std::move(view)) {}

  /// Hands the next items to `take`, at most `most` of them; false when there are none left. What the input or `take` throws ends the
  /// input, and comes after the items before it: from here, when there is nothing else to give.
  template <class Take>
  bool read(std::size_t most, const Take& take) {
    std::size_t taken = 0;
    while (!error_ && taken < most) {
      try {
        if (!advance()) break;
        take(**place_);
        ++taken;
      } catch (...) {
        error_ = std::current_exception();
      }
    }
    if (taken == 0 && error_) std::rethrow_exception(error_);
    return taken > 0;
  }

 private:
  /// To the first item, or the next.
  bool advance() {
    if (!place_) {
      place_.emplace(std::ranges::begin(view_));
    } else if (*place_ != std::ranges::end(view_)) {
      ++*place_;
    }
    return *place_ != std::ranges::end(view_);
  }

  View view_;
  std::optional<std::ranges::iterator_t<View>> place_;
  std::exception_ptr error_;
};

/// Reads the input of imap, and sends it chunk by chunk.
template <auto kTask, class View>
class StreamFeed {
 public:
  using Result = typename Task<kTask>::Result;
  using Arguments = typename Task<kTask>::Arguments;

  StreamFeed(std::shared_ptr<PoolCore> pool, View view, std::size_t chunk)
      : pool_(std::move(pool)), input_(std::move(view)), chunk_(chunk) {}

  /// As ResultStream::Feed.
  bool send(std::size_t number, const std::shared_ptr<typename StreamSink<Result>::Finishings>& queue) {
    if (!input_.read(chunk_, [this](auto&& item) { writer_.add(Arguments(std::forward<decltype(item)>(item))); })) return false;
    RequestPointer request = writer_.finish(StreamSink<Result>{queue, {number, {}}});
    submit(*pool_, {&request, 1});
    return true;
  }

 private:
  std::shared_ptr<PoolCore> pool_;
  LazyInput<View> input_;
  std::size_t chunk_;
  ChunkWriter<kTask> writer_;
};

}  // namespace proberen::ipc::detail
