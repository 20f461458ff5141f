/// Fifo: a queue, first in first out, of bounded or unbounded capacity.
///
///   put(x)               ok, closed              waits for room; none or true will do for ok
///   try_put(x)           ok, full, closed        or true and false, as many queues say it: false when full or closed
///   put_for(x)           ok, timeout, closed     or true and false
///   get                  the item, closed        waits for an item; closed only when there is none left
///   try_get              the item, empty, closed or none when there is none
///   get_for              the item, timeout, closed or none
///   close                none                    no puts from here on
///   size                 the number of items
///   task_done            ok, refused             one item is dealt with; refused when all that were put are
///   join                 none                    waits until every item that was put is dealt with
///
/// The words are what a subject's result enumerations should turn into (`to_value`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Fifo {
  std::size_t capacity = 0;  ///< 0: unbounded
  std::vector<Value> items = {};
  bool closed = false;
  std::int64_t unfinished = 0;  ///< items put and not yet dealt with

  static std::vector<std::string> operations() {
    return {"put", "try_put", "put_for", "get", "try_get", "get_for", "close", "size", "task_done", "join"};
  }
  [[nodiscard]] std::vector<Step<Fifo>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
