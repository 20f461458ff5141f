/// Handout: items that one side hands to another in order, and may take back from the end.
///
///   put(x)               none                    hands out an item; waits for room
///   get                  the item                the oldest one; waits for one
///   try_get              the item, none
///   withdraw             the item, none          takes back the newest one
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Handout {
  std::size_t capacity = 0;  ///< 0: unbounded
  std::vector<Value> items = {};

  static std::vector<std::string> operations() { return {"put", "get", "try_get", "withdraw"}; }
  [[nodiscard]] std::vector<Step<Handout>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const;
};

}  // namespace proberen::spec
