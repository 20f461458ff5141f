/// ResultStream<T>: results one by one, as Pool::imap and Pool::imap_unordered give them.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "proberen/ipc/detail/request.hpp"
#include "proberen/queue.hpp"

namespace proberen::ipc {

namespace detail {

template <class T>
using ItemOutcome = std::variant<T, std::exception_ptr>;

/// The results of one chunk, by its number, go to `queue` when all are there.
template <class T>
struct StreamSink {
  struct Finished {
    std::size_t number;
    std::vector<ItemOutcome<T>> items;
  };
  using Finishings = proberen::Queue<Finished>;

  void value(std::uint32_t, T&& value) { finished.items.emplace_back(std::move(value)); }
  void error(std::uint32_t, const std::exception_ptr& error) { finished.items.emplace_back(error); }
  void finish() { (void)queue->put(std::move(finished)); }

  std::shared_ptr<Finishings> queue;
  Finished finished;
};

}  // namespace detail

/// The input is read while results are taken, in the taker's thread, no further ahead than keeps the workers busy; so it may be endless.
/// An error of the input comes at its place, and is the last. One thread at a time. Going away, it forgets what is still running.
template <class T>
class ResultStream {
 public:
  using Finishings = typename detail::StreamSink<T>::Finishings;
  /// Sends the next chunk, with this number, to the workers; false at the end of the input. Throws what the input throws.
  using Feed = std::function<bool(std::size_t number, const std::shared_ptr<Finishings>& queue)>;

  ResultStream(Feed feed, std::size_t ahead, bool ordered) : feed_(std::move(feed)), ahead_(ahead), ordered_(ordered) { feed_ahead(); }

  /// Waits for the next result; throws the error that came instead, and may then be called again. Empty at the end.
  std::optional<T> next() {
    return next_by([this] { return queue_->get(); });
  }

  /// As next(), but no longer than `timeout`: then throws std::system_error (timed_out), and nothing is lost.
  template <class Rep, class Period>
  std::optional<T> next_for(std::chrono::duration<Rep, Period> timeout) {
    return next_by([this, deadline = deadline_after(SteadyClock::now(), timeout)] {
      auto finished = queue_->get_until(deadline);
      if (!finished) throw std::system_error(std::make_error_code(std::errc::timed_out), "no result in time");
      return finished;
    });
  }

  /// As next(), until a stop is requested: then throws std::system_error (operation_canceled), and nothing is lost. The input, which is
  /// read in this call, is not stopped.
  std::optional<T> next(const std::stop_token& token) {
    return next_by([&] {
      auto finished = queue_->get(token);
      if (!finished) throw std::system_error(std::make_error_code(std::errc::operation_canceled), "stopped before there was a result");
      return finished;
    });
  }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = T;
    explicit Iterator(ResultStream& stream) : stream_(&stream), item_(stream.next()) {}
    T& operator*() const { return *item_; }
    Iterator& operator++() {
      item_ = stream_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !item_; }

   private:
    ResultStream* stream_;
    mutable std::optional<T> item_;
  };
  /// Takes results; one pass, from wherever next() stands.
  Iterator begin() { return Iterator(*this); }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  using Finished = typename detail::StreamSink<T>::Finished;

  /// `wait()` takes the next chunk from the queue, or throws.
  template <class Wait>
  std::optional<T> next_by(Wait wait) {
    while (items_.empty()) {
      feed_ahead();
      if (begun_ == taken_) return std::nullopt;
      take_chunk(wait);
    }
    detail::ItemOutcome<T> item = std::move(items_.front());
    items_.pop_front();
    if (auto* const error = std::get_if<std::exception_ptr>(&item)) std::rethrow_exception(*error);
    return std::get<T>(std::move(item));
  }

  void feed_ahead() {
    while (!fed_ && begun_ - taken_ < ahead_) {
      try {
        if (!feed_(begun_, queue_)) {
          fed_ = true;
          return;
        }
      } catch (...) {
        fed_ = true;
        (void)queue_->put(Finished{begun_, {std::current_exception()}});
      }
      ++begun_;
    }
  }

  template <class Wait>
  void take_chunk(Wait& wait) {
    for (;;) {
      // Those that came early wait for their turn.
      for (auto early = early_.begin(); early != early_.end(); ++early) {
        if (early->number != taken_) continue;
        unpack(*early);
        early_.erase(early);
        return;
      }
      auto finished = wait();
      if (!ordered_ || finished->number == taken_) {
        unpack(*finished);
        return;
      }
      early_.push_back(std::move(*finished));
    }
  }

  void unpack(Finished& finished) {
    for (auto& item : finished.items) items_.push_back(std::move(item));
    ++taken_;
  }

  Feed feed_;
  std::size_t ahead_;
  bool ordered_;
  bool fed_ = false;       ///< the input has ended
  std::size_t begun_ = 0;  ///< chunks that were sent
  std::size_t taken_ = 0;  ///< chunks whose items are, or were, in items_
  std::shared_ptr<Finishings> queue_ = std::make_shared<Finishings>();
  std::vector<Finished> early_;
  std::deque<detail::ItemOutcome<T>> items_;
};

}  // namespace proberen::ipc
