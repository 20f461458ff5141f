/// The function that a template was given as its argument.
#pragma once

#include <type_traits>

namespace proberen::ipc::detail {

/// A function or a lambda without captures, as a value. A lambda is made anew rather than named: the object behind its name has no linkage,
/// but clang 19 gives it a section that the linker takes for the same as that of another source file's lambda, and throws away.
template <auto kFunction>
[[nodiscard]] constexpr auto function_of() {
  using Function = std::remove_const_t<decltype(kFunction)>;
  if constexpr (std::is_empty_v<Function> && std::is_default_constructible_v<Function>) {
    return Function{};
  } else {
    return kFunction;
  }
}

}  // namespace proberen::ipc::detail
