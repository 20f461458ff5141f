/// How this check was built: native, relacy, tsan or asan.
[[nodiscard]] const char* variant();

/// The methods linked into a check, which differ from variant to variant: methods_<variant>.cpp.
#pragma once

#include <memory>
#include <vector>

#include "proberen/method.hpp"

namespace proberen::check {

[[nodiscard]] std::vector<std::unique_ptr<Method>> make_methods();

}  // namespace proberen::check
