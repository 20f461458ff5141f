/// LifoQueue and PriorityQueue beside the textbook's: a mutex, two condition variables and the standard's container. 64-bit numbers, room
/// for 4096. For SubjectBuilder::with.
///
/// A put and a get count as one operation each. Even threads put, odd ones get, all the same number of times.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <stack>
#include <type_traits>
#include <vector>

#include "proberen/benchmark.hpp"
#include "proberen/lifo_queue.hpp"
#include "proberen/native_platform.hpp"
#include "proberen/priority_queue.hpp"
#include "subjects/benchmarks/queue_benchmarks.hpp"

namespace proberen::benchmarks {
namespace ordered_bench {

using Number = peers::Number;

/// `Container` is std::stack or std::priority_queue.
template <class Container>
class ConditionOrdered {
 public:
  void put(Number number) {
    {
      std::unique_lock lock(mutex_);
      not_full_.wait(lock, [this] { return items_.size() < peers::kCapacity; });
      items_.push(number);
    }
    not_empty_.notify_one();
  }
  Number get() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const Number number = items_.top();
    items_.pop();
    lock.unlock();
    not_full_.notify_one();
    return number;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  Container items_;
};

template <class Queue>
class OurOrdered {
 public:
  void put(Number number) { (void)queue_.put(std::move(number)); }
  Number get() { return *queue_.get(); }

 private:
  Queue queue_{peers::kCapacity};
};

inline constexpr auto kBlocking = [](auto& queue, int thread, int /*threads*/) {
  if (thread % 2 == 0) {
    queue.put(thread);
  } else {
    queue_bench::use(queue.get());
  }
};
/// Over a hundred items that lie there, numbers in no order.
template <class Queue>
struct Laden {
  Laden() {
    for (int i = 0; i < 100; ++i) queue.put(next());
  }
  Number next() { return static_cast<Number>(state = state * 48271 % 2147483647); }
  Queue queue;
  std::uint64_t state = 1;
};
inline constexpr auto kSolo = [](auto& laden) {
  laden.queue.put(laden.next());
  queue_bench::use(laden.queue.get());
};

template <class Ours, class Theirs, class Subject>
void declare(Subject& subject, const char* peer, double limit, const char* goal) {
  const auto measure = [&]<class Queue>(const char* name, std::type_identity<Queue>) {
    subject.template peer<Queue>("blocking, 1 to 1", name, {2}, kBlocking, Pace::kLockstep);
    subject.template peer<Queue>("blocking, 2 to 2", name, {4}, kBlocking, Pace::kLockstep);
    subject.template peer<Laden<Queue>>("solo, over 100 items", name, {1}, kSolo);
  };
  measure("", std::type_identity<Ours>());
  measure(peer, std::type_identity<Theirs>());
  subject.goal({.text = goal, .benchmark = "solo, over 100 items", .peers = {peer}, .limit = limit});
}

}  // namespace ordered_bench

inline constexpr auto lifo_queue_benchmarks = [](auto& subject) {
  using namespace ordered_bench;
  using Textbook = ConditionOrdered<std::stack<Number, std::vector<Number>>>;
  declare<OurOrdered<BasicLifoQueue<Number, NativePlatform>>, Textbook>(subject, "std::stack and condition variables", 0.80,
                                                                        "solo, over 100 items: at most 0.80 of the textbook's time");
};

inline constexpr auto priority_queue_benchmarks = [](auto& subject) {
  using namespace ordered_bench;
  using Textbook = ConditionOrdered<std::priority_queue<Number, std::vector<Number>, std::greater<Number>>>;
  declare<OurOrdered<BasicPriorityQueue<Number, NativePlatform>>, Textbook>(
      subject, "std::priority_queue and condition variables", 1.25,
      "solo, over 100 items: at most 1.25 of the textbook's time, which keeps no order among equals");
};

}  // namespace proberen::benchmarks
