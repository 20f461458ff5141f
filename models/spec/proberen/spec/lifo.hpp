/// Lifo: a queue, last in first out, of bounded or unbounded capacity.
///
/// The operations and their results are those of Fifo (spec/fifo.hpp); only which item a get returns differs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/spec.hpp"
#include "proberen/spec/fifo.hpp"

namespace proberen::spec {

struct Lifo {
  std::size_t capacity = 0;       ///< 0: unbounded
  std::vector<Value> items = {};  ///< in the order in which they were put
  bool closed = false;
  std::int64_t unfinished = 0;  ///< items put and not yet dealt with

  static std::vector<std::string> operations() { return Fifo::operations(); }
  [[nodiscard]] std::vector<Step<Lifo>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
