#include "proberen/ipc/detail/queue_memory.hpp"

#include <bit>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "proberen/ipc/detail/ring_position.hpp"

namespace proberen::ipc::detail {

std::uint32_t queue_units(std::size_t capacity, std::size_t units_of_message) {
  if (capacity == 0 || capacity > RingPosition::kMostItems) {
    throw std::invalid_argument("a queue's capacity is from 1 to " + std::to_string(RingPosition::kMostItems) + ", not " +
                                std::to_string(capacity));
  }
  if (units_of_message > RingPosition::kMostUnits / capacity) {
    throw std::invalid_argument("a queue of " + std::to_string(capacity) + " such messages would need more than 16 GiB");
  }
  return std::bit_ceil(static_cast<std::uint32_t>(capacity * units_of_message));
}

void refuse_message(std::size_t size, std::size_t most) {
  throw std::system_error(std::make_error_code(std::errc::message_size),
                          "an item of " + std::to_string(size) + " bytes in a queue for at most " + std::to_string(most));
}

QueueMemory::QueueMemory(SharedMemory memory) : memory_(std::move(memory)), descriptor_(memory_.duplicate_descriptor()) {}

QueueMemory QueueMemory::create(std::size_t bytes) { return QueueMemory(SharedMemory::create(kRingPlace + bytes)); }

QueueMemory QueueMemory::map(Descriptor descriptor, std::uint64_t kind) {
  QueueMemory memory(SharedMemory::map(std::move(descriptor)));
  if (memory.memory_.size() <= kRingPlace || std::launder(static_cast<QueueLabel*>(memory.memory_.data()))->kind != kind) {
    throw std::invalid_argument("the descriptor is not that of a queue of such items");
  }
  return memory;
}

void QueueMemory::set_label(std::uint64_t kind) { ::new (memory_.data()) QueueLabel{kind}; }

}  // namespace proberen::ipc::detail
