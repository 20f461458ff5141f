/// Nothing: the spec of a subject without operations, which declares benchmarks alone.
#pragma once

#include <string>
#include <vector>

#include "proberen/spec.hpp"

namespace proberen::spec {

struct Nothing {
  [[nodiscard]] static std::vector<std::string> operations() { return {}; }
  [[nodiscard]] std::vector<Step<Nothing>> step(const Call& /*call*/, int /*thread*/) const { return {}; }
  [[nodiscard]] std::string key() const { return {}; }
};

static_assert(Spec<Nothing>);

}  // namespace proberen::spec
