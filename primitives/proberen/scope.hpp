/// Scope: who may touch an object.
#pragma once

#include <array>
#include <cstddef>

namespace proberen {

/// Threads of one process, or any process that maps the memory. A platform says it by a member `kScope`, and so does a type that is of use
/// in one scope alone: a futex that is private to a process wakes nobody in another.
enum class Scope { kProcessPrivate, kProcessShared };

/// A platform's scope, and so that of what is made with it. One that says nothing is for one process.
template <class P>
inline constexpr Scope kScopeOf = [] {
  if constexpr (requires { P::kScope; }) {
    return P::kScope;
  } else {
    return Scope::kProcessPrivate;
  }
}();

/// Whether T says that it is of no use to another process, or is an array of such. What a struct's members say it does not know.
template <class T>
inline constexpr bool kIsProcessPrivate = requires {
  requires T::kScope == Scope::kProcessPrivate;
};
template <class T, std::size_t kSize>
inline constexpr bool kIsProcessPrivate<T[kSize]> = kIsProcessPrivate<T>;
template <class T, std::size_t kSize>
inline constexpr bool kIsProcessPrivate<std::array<T, kSize>> = kIsProcessPrivate<T>;

}  // namespace proberen
