#include "proberen/ipc/detail/queue_memory.hpp"

#include <bit>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "proberen/ipc/detail/ring_position.hpp"

namespace proberen::ipc::detail {

namespace {

/// `most`: of what there may be in all, where a message takes `each`.
void check_capacity(std::size_t capacity, std::size_t each, std::size_t most) {
  if (capacity == 0 || capacity > RingPosition::kMostItems) {
    throw std::invalid_argument("a queue's capacity is from 1 to " + std::to_string(RingPosition::kMostItems) + ", not " +
                                std::to_string(capacity));
  }
  if (each > most / capacity) {
    throw std::invalid_argument("a queue of " + std::to_string(capacity) + " such messages would need more than 16 GiB");
  }
}

}  // namespace

std::uint32_t queue_units(std::size_t capacity, std::size_t units_of_message) {
  check_capacity(capacity, units_of_message, RingPosition::kMostUnits);
  return std::bit_ceil(static_cast<std::uint32_t>(capacity * units_of_message));
}

std::size_t queue_bytes(std::size_t capacity, std::size_t bytes_of_slot) {
  check_capacity(capacity, bytes_of_slot, std::size_t{16} << 30);
  return capacity * bytes_of_slot;
}

void refuse_message(std::size_t size, std::size_t most) {
  throw std::system_error(std::make_error_code(std::errc::message_size),
                          "an item of " + std::to_string(size) + " bytes in a queue for at most " + std::to_string(most));
}

QueueMemory::QueueMemory(SharedMemory memory) : memory_(std::move(memory)), descriptor_(memory_.duplicate_descriptor()) {}

QueueMemory QueueMemory::create(std::size_t bytes) { return QueueMemory(SharedMemory::create(kCorePlace + bytes)); }

QueueMemory QueueMemory::map(Descriptor descriptor, std::uint64_t kind) {
  QueueMemory memory(SharedMemory::map(std::move(descriptor)));
  if (memory.memory_.size() <= kCorePlace || std::launder(static_cast<QueueLabel*>(memory.memory_.data()))->kind != kind) {
    throw std::invalid_argument("the descriptor is not that of a queue of such items");
  }
  return memory;
}

void QueueMemory::set_label(std::uint64_t kind) { ::new (memory_.data()) QueueLabel{kind}; }

}  // namespace proberen::ipc::detail
