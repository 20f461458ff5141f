#include <optional>
#include <proberen/spec/fifo.hpp>
#include <proberen/subject.hpp>

#include "my_queue.hpp"

struct MyQueue {  // what is under check; made anew for every execution
  my::BoundedQueue<int> queue{2};
  bool try_put(int item) { return queue.try_push(item); }
  std::optional<int> try_get() { return queue.try_pop(); }
};

PROBEREN_SUBJECT(MyQueue, proberen::spec::Fifo{.capacity = 2})
    .operation("try_put", &MyQueue::try_put, proberen::gen::distinct())
    .operation("try_get", &MyQueue::try_get);
