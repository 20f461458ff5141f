/// The stress method: a subject's workloads over and over on one object, by more threads than cores and, where its objects may be shared,
/// by processes; and random scenarios, each history checked. What it is worth depends on how the program was built: see the variants.
#pragma once

#include <memory>

#include "proberen/method.hpp"

namespace proberen {

[[nodiscard]] std::unique_ptr<Method> make_stress_method();

}  // namespace proberen
