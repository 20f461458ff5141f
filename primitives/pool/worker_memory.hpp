/// What a pool and one of its workers share: two streams of messages, one each way.
///
/// No lock is in it, and no other worker maps it: a worker that is killed at any instant leaves nothing but its own tasks behind.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "proberen/ipc/detail/position.hpp"
#include "proberen/ipc/detail/task_window.hpp"
#include "proberen/native_platform.hpp"

namespace proberen::ipc::detail {

/// Bytes of each stream; a power of two.
inline constexpr std::size_t kRingSize = 256 * 1024;
/// Messages with more bytes travel beside the stream, in memory of their own.
inline constexpr std::size_t kInlineLimit = 64 * 1024;

/// A stream of bytes in a ring. Positions count all bytes ever written; each message begins at a multiple of Position::kStep.
class Ring {
 public:
  explicit Ring(char* bytes) : bytes_(bytes) {}

  /// The position after the bytes.
  std::uint64_t put(std::uint64_t position, const void* from, std::size_t size) const {
    const std::size_t at = position % kRingSize;
    const std::size_t first = std::min(size, kRingSize - at);
    const char* const source = static_cast<const char*>(from);
    std::copy_n(source, first, bytes_ + at);  // `from` is nullptr where there are no bytes, which memcpy must not be given
    std::copy_n(source + first, size - first, bytes_);
    return position + size;
  }
  std::uint64_t take(std::uint64_t position, void* to, std::size_t size) const {
    const std::size_t at = position % kRingSize;
    const std::size_t first = std::min(size, kRingSize - at);
    std::memcpy(to, bytes_ + at, first);
    std::memcpy(static_cast<char*>(to) + first, bytes_, size - first);
    return position + size;
  }

  static std::uint64_t aligned(std::uint64_t position) {
    constexpr std::uint64_t kStep = Position<SharedPlatform>::kStep;
    return (position + kStep - 1) / kStep * kStep;
  }

 private:
  char* bytes_;
};

/// Stands in front of a chunk's arguments.
struct TaskHeader {
  std::uint64_t task;
  std::uint32_t count;
  /// Of the bytes that follow, here or beside.
  std::uint32_t size;
  /// The number of the packet that brings the bytes, when they travel beside the stream; else 0.
  std::uint64_t beside;
};

/// Stands in front of what a worker says.
struct AnswerHeader {
  enum class Kind : std::uint16_t { kReady, kInitializerFailed, kAnswer };
  std::uint64_t size;
  Kind kind;
  bool beside;
};

struct WorkerMemory {
  // Written, so that the rings are not filled with zeros: their pages come when they are used.
  WorkerMemory() noexcept {}

  alignas(64) TaskWindow<SharedPlatform> tasks;
  alignas(64) Position<SharedPlatform> answered;   ///< the worker's: how far it has written
  alignas(64) Position<SharedPlatform> collected;  ///< the pool's: how far it has read
  /// Set once, by the pool: the worker ends when there is no task left to claim.
  alignas(64) std::atomic<std::uint32_t> stop{0};
  alignas(64) char task_bytes[kRingSize];
  alignas(64) char answer_bytes[kRingSize];
};

}  // namespace proberen::ipc::detail
