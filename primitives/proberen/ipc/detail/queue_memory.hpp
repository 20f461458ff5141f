/// QueueMemory: the memory of an ipc::Queue and its descriptor. For queue.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/shared_memory.hpp"

namespace proberen::ipc::detail {

/// Units of memory that hold `capacity` messages of `units_of_message`, as a power of two. Throws std::invalid_argument for a capacity of 0
/// or beyond 2^30, and for more memory than 16 GiB.
[[nodiscard]] std::uint32_t queue_units(std::size_t capacity, std::size_t units_of_message);

/// Bytes of memory for `capacity` slots of `bytes_of_slot`. Throws as queue_units().
[[nodiscard]] std::size_t queue_bytes(std::size_t capacity, std::size_t bytes_of_slot);

/// Throws std::system_error (message_size) with both sizes.
[[noreturn]] void refuse_message(std::size_t size, std::size_t most);

/// What the memory begins with.
struct QueueLabel {
  std::uint64_t kind;  ///< of the layout and the items; 0 until the queue is made
};

class QueueMemory {
 public:
  /// So many bytes of zeros behind a label.
  static QueueMemory create(std::size_t bytes);
  /// Throws std::system_error when it cannot be mapped, std::invalid_argument when it is not labelled `kind`.
  static QueueMemory map(Descriptor descriptor, std::uint64_t kind);

  /// The last step of making a queue.
  void set_label(std::uint64_t kind);
  [[nodiscard]] void* core() const { return static_cast<std::byte*>(memory_.data()) + kCorePlace; }
  [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }

 private:
  static constexpr std::size_t kCorePlace = 64;
  explicit QueueMemory(SharedMemory memory);

  SharedMemory memory_;
  Descriptor descriptor_;
};

}  // namespace proberen::ipc::detail
