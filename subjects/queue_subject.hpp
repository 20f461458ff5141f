/// Queue<T> as subjects: bounded and unbounded, with items that a sanitizer can watch.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "proberen/queue.hpp"
#include "proberen/value.hpp"
#include "subjects/guarded.hpp"

namespace proberen::subjects {

/// An item on the heap: a race on it, a leak or a double delivery is one that ThreadSanitizer or AddressSanitizer sees.
template <class P>
struct Parcel {
  explicit Parcel(int content) : number(content) { mark.write(); }

  [[nodiscard]] int open() const {
    mark.read();
    return number;
  }

  mutable typename P::SharedData mark;
  int number;
};

template <class P, std::size_t kCapacity>
struct QueueInterface {
  using Platform = P;
  using Item = std::unique_ptr<Parcel<P>>;

  BasicQueue<Item, P> queue{kCapacity};

  std::string put(int number) { return text(queue.put(std::make_unique<Parcel<P>>(number))); }
  std::string try_put(int number) { return text(queue.try_put(std::make_unique<Parcel<P>>(number))); }
  std::string put_for(int number) { return text(queue.put_for(std::make_unique<Parcel<P>>(number), kBriefly)); }
  Value get() { return opened(queue.get()); }
  Value try_get() { return opened(queue.try_get()); }
  Value get_for() { return opened(queue.get_for(kBriefly)); }
  void close() { queue.close(); }
  std::int64_t size() { return static_cast<std::int64_t>(queue.size()); }
  std::string task_done() { return queue.task_done() ? "refused" : "ok"; }
  void join() { queue.join(); }

 private:
  template <class Result>
  static Value opened(Result result) {
    if (!result) return Value(std::string(to_string(result.status())));
    return Value((*result)->open());
  }
  static std::string text(QueueStatus status) { return std::string(to_string(status)); }
};

template <class P>
using QueueSubject = QueueInterface<P, 2>;
template <class P>
using UnboundedQueueSubject = QueueInterface<P, 0>;

}  // namespace proberen::subjects
