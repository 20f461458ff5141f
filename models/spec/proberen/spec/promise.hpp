/// Promise: one result, handed over once.
///
///   complete(x)          ok, refused             refused when there is a result already
///   get                  the result              waits for it
///   get_for              the result, none        the same, with a timeout
///   ready                true, false
///   attach               none                    asks for a callback
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Promise {
  std::optional<Value> result = std::nullopt;

  static std::vector<std::string> operations() { return {"complete", "get", "get_for", "ready", "attach"}; }
  [[nodiscard]] std::vector<Step<Promise>> step(const Call& call, int thread) const;
  [[nodiscard]] std::string key() const { return result ? result->text() : "-"; }
};

}  // namespace proberen::spec
