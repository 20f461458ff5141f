/// MessageQueue: a queue of messages with priorities, as POSIX has it: the highest first, of equal ones the one that was put first.
///
///   put(x, priority)     and try_put, put_for
///
/// The operations and their results are otherwise those of Fifo (spec/fifo.hpp); only which item a get returns differs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/spec.hpp"
#include "proberen/spec/fifo.hpp"

namespace proberen::spec {

struct MessageQueue {
  Fifo messages = {};  ///< in the order in which they come out
  std::vector<std::int64_t> priorities = {};

  static std::vector<std::string> operations() { return Fifo::operations(); }
  [[nodiscard]] std::vector<Step<MessageQueue>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
