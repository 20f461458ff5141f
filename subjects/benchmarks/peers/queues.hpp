/// Queues of 64-bit numbers, ours and others', in one form: `put(number)` and `get()`, which wait; or `try_put` and `try_get`, which do
/// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <concurrentqueue/blockingconcurrentqueue.h>
#include <boost/lockfree/queue.hpp>

#include "proberen/native_platform.hpp"
#include "proberen/queue.hpp"
#include "subjects/benchmarks/peers/condition_queue.hpp"
#include "subjects/benchmarks/peers/vyukov_ring.hpp"

namespace proberen::benchmarks::peers {

using Number = std::int64_t;
inline constexpr std::size_t kCapacity = 4096;

/// Tries until it succeeds: a few times at once, then once a time slice of its own, in case the other side waits for the core.
template <class Attempt>
void insist(Attempt attempt) {
  constexpr int kAtOnce = 64;
  for (int tries = 0; !attempt(); ++tries) {
    if (tries < kAtOnce) {
      NativePlatform::relax();
    } else {
      NativePlatform::yield();
    }
  }
}

class OurQueue {
 public:
  void put(Number number) { (void)queue_.put(std::move(number)); }
  Number get() { return *queue_.get(); }
  bool try_put(Number number) { return queue_.try_put(std::move(number)) == QueueStatus::ok; }
  QueueResult<Number> try_get() { return queue_.try_get(); }

 private:
  BasicQueue<Number, NativePlatform> queue_{kCapacity};
};

class ConditionNumbers : public ConditionQueue<Number> {
 public:
  ConditionNumbers() : ConditionQueue(kCapacity) {}
};

class VyukovNumbers : public VyukovRing<Number> {
 public:
  VyukovNumbers() : VyukovRing(kCapacity) {}
};

/// Unbounded: its puts never wait. It keeps the order of one producer's items only.
class MoodycamelQueue {
 public:
  void put(Number number) { queue_.enqueue(number); }
  Number get() {
    Number number = 0;
    queue_.wait_dequeue(number);
    return number;
  }

 private:
  moodycamel::BlockingConcurrentQueue<Number> queue_{kCapacity};
};

/// Does not block, so it waits by trying.
class BoostQueue {
 public:
  void put(Number number) {
    insist([&] { return queue_.bounded_push(number); });
  }
  Number get() {
    Number number = 0;
    insist([&] { return queue_.pop(number); });
    return number;
  }

 private:
  boost::lockfree::queue<Number> queue_{kCapacity};
};

}  // namespace proberen::benchmarks::peers
