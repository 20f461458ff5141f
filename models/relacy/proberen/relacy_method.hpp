/// The explore method on Relacy: full and random search of the executions of small scenarios, under its model of the C++ memory model.
#pragma once

#include <memory>

#include "proberen/method.hpp"

namespace proberen {

[[nodiscard]] std::unique_ptr<Method> make_explore_method();

}  // namespace proberen
