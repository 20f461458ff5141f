/// The benchmarks of the reference primitives, for SubjectBuilder::with: lock_benchmarks, rlock_benchmarks, semaphore_benchmarks,
/// named_semaphore_benchmarks, queue_benchmarks, process_benchmarks. They declare nothing but in the native variant: no other measures, and the peers' headers do not
/// go with a model checker's.
#pragma once

#if defined(PROBEREN_PLATFORM_HEADER) || defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)

namespace proberen::benchmarks {

inline constexpr auto lock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto rlock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto semaphore_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto named_semaphore_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto process_benchmarks = [](auto& /*subject*/) {};

}  // namespace proberen::benchmarks

#else

/// Defined where benchmarks are declared.
#define PROBEREN_BENCHMARKS

#include "subjects/benchmarks/lock_benchmarks.hpp"
#include "subjects/benchmarks/named_semaphore_benchmarks.hpp"
#include "subjects/benchmarks/process_benchmarks.hpp"
#include "subjects/benchmarks/queue_benchmarks.hpp"
#include "subjects/benchmarks/semaphore_benchmarks.hpp"

#endif
