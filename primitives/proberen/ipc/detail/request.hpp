/// Request: what a pool sends to a worker at once, and where the answer goes. For pool.hpp.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proberen/ipc/task.hpp"

namespace proberen::ipc::detail {

/// A chunk of calls of one task. Exactly one of succeed() and fail() is called, once, by the pool's thread.
class Request {
 public:
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  virtual ~Request() = default;

  virtual void succeed(std::string_view answer) noexcept = 0;
  virtual void fail(const std::exception_ptr& error) noexcept = 0;

  std::uint64_t task = 0;
  /// The sets of arguments in `arguments`.
  std::uint32_t count = 0;
  std::string arguments;
  /// How often it may still be run again after a worker died while running it.
  int retries = 0;
};
using RequestPointer = std::unique_ptr<Request>;

/// Gathers the arguments of one chunk after another.
template <auto kFunction>
class ChunkWriter {
 public:
  using Arguments = typename Task<kFunction>::Arguments;

  ChunkWriter() : append_(bytes_) {}

  /// One more set of arguments. What their serialisation throws is the error of this call alone.
  void add(const Arguments& call) {
    try {
      append_(call);
    } catch (...) {
      refused_.emplace_back(size_, std::current_exception());
    }
    ++size_;
  }

  /// The calls since the last chunk, those included that cannot be sent.
  [[nodiscard]] std::uint32_t size() const { return size_; }

  /// The chunk of them.
  template <class Sink>
  [[nodiscard]] RequestPointer finish(Sink sink);

 private:
  std::string bytes_;
  ArgumentAppender<Arguments> append_;
  std::uint32_t size_ = 0;
  std::vector<std::pair<std::uint32_t, std::exception_ptr>> refused_;
};

/// A chunk whose results go into a `Sink`: `value(index, Result&&)`, `error(index, std::exception_ptr)`, then `finish()`.
template <auto kFunction, class Sink>
class Chunk final : public Request {
 public:
  using Result = typename Task<kFunction>::Result;
  /// The calls that cannot be sent, with their places among all of them.
  using Refused = std::vector<std::pair<std::uint32_t, std::exception_ptr>>;

  Chunk(Sink sink, std::string bytes, std::uint32_t size, Refused refused)
      : sink_(std::move(sink)), size_(size), refused_(std::move(refused)) {
    task = Task<kFunction>::record.id();
    count = size_ - static_cast<std::uint32_t>(refused_.size());
    arguments = std::move(bytes);
  }

  void succeed(std::string_view answer) noexcept override {
    AnswerReader<Result> reader(answer);
    auto refused = refused_.begin();
    for (std::uint32_t index = 0; index < size_; ++index) {
      if (refused != refused_.end() && refused->first == index) {
        sink_.error(index, refused->second);
        ++refused;
        continue;
      }
      try {
        sink_.value(index, reader.next());
      } catch (...) {
        sink_.error(index, std::current_exception());
      }
    }
    sink_.finish();
  }

  void fail(const std::exception_ptr& error) noexcept override {
    for (std::uint32_t index = 0; index < size_; ++index) sink_.error(index, error);
    sink_.finish();
  }

 private:
  Sink sink_;
  std::uint32_t size_;
  Refused refused_;
};

template <auto kFunction>
template <class Sink>
RequestPointer ChunkWriter<kFunction>::finish(Sink sink) {
  auto chunk = std::make_unique<Chunk<kFunction, Sink>>(std::move(sink), std::exchange(bytes_, {}), std::exchange(size_, 0),
                                                        std::exchange(refused_, {}));
  return chunk;
}

/// What became of a request.
struct Outcome {
  RequestPointer request;
  std::string answer;
  std::exception_ptr error;
};

/// What a pool does with the tasks of a worker that died.
class CrashPolicy {
 public:
  virtual ~CrashPolicy() = default;

  /// `running` is what it was running, or nullptr; `waiting` what it had not begun. Both must end up either in `again`, in the order in
  /// which they are to be run, or in `outcomes`.
  virtual void settle(RequestPointer running, std::vector<RequestPointer> waiting, const std::exception_ptr& death,
                      std::vector<RequestPointer>& again, std::vector<Outcome>& outcomes) const;
};

}  // namespace proberen::ipc::detail
