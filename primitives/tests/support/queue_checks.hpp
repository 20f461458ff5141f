/// What the tests of queues share: the capacities under test, and questions that any queue, right or wrong, can be asked.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/queue.hpp"

namespace proberen::test {

/// A test for queues of each capacity; 0 is unbounded.
class EachCapacity : public ConformanceTest, public testing::WithParamInterface<std::size_t> {};

inline std::string capacity_name(const testing::TestParamInfo<std::size_t>& capacity) {
  return capacity.param == 0 ? "Unbounded" : "Bounded" + std::to_string(capacity.param);
}

/// Whether items come out in the order in which they went in, through more of them than a small queue has room for.
template <class Q>
[[nodiscard]] bool keeps_order(Q& queue, int at_a_time) {
  int next_in = 0;
  int next_out = 0;
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < at_a_time; ++i) {
      if (queue.try_put(next_in++) != QueueStatus::ok) return false;
    }
    for (int i = 0; i < at_a_time; ++i) {
      auto item = queue.try_get();
      if (!item || *item != next_out++) return false;
    }
  }
  return queue.try_get().status() == QueueStatus::empty;
}

/// Whether an empty queue takes `capacity` items and no more, and one more for each that is got.
template <class Q>
[[nodiscard]] bool has_room_for(Q& queue, int capacity) {
  for (int i = 0; i < capacity; ++i) {
    if (queue.try_put(int{i}) != QueueStatus::ok) return false;
  }
  if (queue.try_put(-1) != QueueStatus::full) return false;
  if (!queue.try_get() || queue.try_put(-1) != QueueStatus::ok) return false;
  return queue.try_put(-1) == QueueStatus::full;
}

/// Whether a closed queue refuses items and still hands out those that it has.
template <class Q>
[[nodiscard]] bool drains_after_close(Q& queue) {
  (void)queue.put(1);
  (void)queue.put(2);
  queue.close();
  if (queue.try_put(3) != QueueStatus::closed || queue.put(3) != QueueStatus::closed) return false;
  for (const int expected : {1, 2}) {
    auto item = queue.get();
    if (!item || *item != expected) return false;
  }
  return queue.get().status() == QueueStatus::closed && queue.try_get().status() == QueueStatus::closed;
}

struct Item {
  int producer;
  int number;
};

template <class Q>
void put_in_some_form(Q& queue, Item item, int form) {
  if (form == 0) {
    (void)queue.put(std::move(item));
  } else if (form == 1) {
    while (queue.try_put(std::move(item)) != QueueStatus::ok) std::this_thread::yield();
  } else {
    while (queue.put_for(std::move(item), 50us) != QueueStatus::ok) {
    }
  }
}

/// The next item, once there is one; none when the queue is closed and empty.
template <class Q>
auto get_in_some_form(Q& queue, int form) {
  if (form == 0) return queue.get();
  for (;;) {
    auto item = form == 1 ? queue.try_get() : queue.get_for(50us);
    if (item || item.status() == QueueStatus::closed) return item;
    std::this_thread::yield();
  }
}

/// Producers and consumers at once: whether every item arrives once, and each consumer sees each producer's items in their order.
template <class Q>
[[nodiscard]] bool delivers_each_once_in_order(Q& queue, int producers, int consumers, int items) {
  std::vector<std::vector<Item>> got(static_cast<std::size_t>(consumers));
  {
    std::vector<std::jthread> threads;
    for (int consumer = 0; consumer < consumers; ++consumer) {
      threads.emplace_back([&, consumer] {
        while (auto item = get_in_some_form(queue, consumer % 3)) got[static_cast<std::size_t>(consumer)].push_back(*item);
      });
    }
    run_threads(producers, [&](int producer) {
      for (int number = 0; number < items; ++number) put_in_some_form(queue, {producer, number}, producer % 3);
    });
    queue.close();
  }
  std::vector<int> times(static_cast<std::size_t>(producers * items), 0);
  bool right = true;
  for (const std::vector<Item>& of_one : got) {
    std::vector<int> last(static_cast<std::size_t>(producers), -1);
    for (const Item& item : of_one) {
      ++times[static_cast<std::size_t>(item.producer * items + item.number)];
      right &= std::exchange(last[static_cast<std::size_t>(item.producer)], item.number) < item.number;
    }
  }
  for (const int count : times) right &= count == 1;
  return right;
}

}  // namespace proberen::test
