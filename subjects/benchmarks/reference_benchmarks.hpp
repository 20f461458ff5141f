/// The benchmarks of the reference primitives, for SubjectBuilder::with: one of each for each kind. They declare nothing but in the native
/// variant: no other measures, and the peers' headers do not go with a model checker's.
#pragma once

#if defined(PROBEREN_PLATFORM_HEADER) || defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)

namespace proberen::benchmarks {

inline constexpr auto lock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto rlock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto semaphore_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto named_semaphore_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto lifo_queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto priority_queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto pipe_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto ipc_lock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto ipc_rlock_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto timer_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto ipc_queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto ipc_priority_queue_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto thread_local_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto process_benchmarks = [](auto& /*subject*/) {};
inline constexpr auto pool_benchmarks = [](auto& /*subject*/) {};

}  // namespace proberen::benchmarks

#else

/// Defined where benchmarks are declared.
#define PROBEREN_BENCHMARKS

#include "subjects/benchmarks/ipc_lock_benchmarks.hpp"
#include "subjects/benchmarks/ipc_queue_benchmarks.hpp"
#include "subjects/benchmarks/lock_benchmarks.hpp"
#include "subjects/benchmarks/named_semaphore_benchmarks.hpp"
#include "subjects/benchmarks/ordered_queue_benchmarks.hpp"
#include "subjects/benchmarks/pipe_benchmarks.hpp"
#include "subjects/benchmarks/pool_benchmarks.hpp"
#include "subjects/benchmarks/process_benchmarks.hpp"
#include "subjects/benchmarks/queue_benchmarks.hpp"
#include "subjects/benchmarks/semaphore_benchmarks.hpp"
#include "subjects/benchmarks/thread_local_benchmarks.hpp"
#include "subjects/benchmarks/timer_benchmarks.hpp"

#endif
