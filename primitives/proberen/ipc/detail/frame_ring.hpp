/// FrameRing: messages in a ring of cells, for one producer and one consumer at a time: L. Lamport's bounded buffer ("Proving the
/// Correctness of Multiprocess Programs", 1977), with each side's copy of the other's position (P. Lee et al., "MCRingBuffer", 2010).
///
/// A message is a cell with its size and kind, and the cells of its bytes. Works at any address and is all zeros in the beginning.
/// Wait-free; a message costs a copy in and a copy out.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "proberen/platform.hpp"

namespace proberen::ipc::detail {

template <Platform P, std::size_t kCells>
class FrameRing {
  static_assert(kCells >= 2 && (kCells & (kCells - 1)) == 0, "positions are turned into cells by a mask");
  using Cell = std::uint64_t;

 public:
  /// So many that two of them always fit.
  static constexpr std::size_t kMostBytes = (kCells / 2 - 1) * sizeof(Cell);

  /// Whether there is room for a message of `size` bytes, as far as the caller can see. Any thread.
  [[nodiscard]] bool has_room(std::size_t size) const {
    return tail_.load(std::memory_order_relaxed) + cells_of(size) - head_.load(std::memory_order_relaxed) <= kCells;
  }
  /// Whether there is a message, as far as the caller can see. Any thread.
  [[nodiscard]] bool has_message() const { return head_.load(std::memory_order_relaxed) != tail_.load(std::memory_order_relaxed); }

  /// The producer's. False when there is no room. `bytes` are at most kMostBytes.
  bool try_put(std::uint32_t kind, std::string_view bytes) {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    const std::uint64_t end = tail + cells_of(bytes.size());
    if (end - known_head_ > kCells) {
      // (2) acquire: synchronizes with the release (4): cells are filled after they were read
      known_head_ = head_.load(std::memory_order_acquire);
      if (end - known_head_ > kCells) return false;
    }
    for (std::uint64_t at = tail; at != end; ++at) marks_.write(at & kMask);
    cells_[tail & kMask] = std::uint64_t{kind} << 32 | bytes.size();
    const std::size_t before_wrap = bytes_before_wrap(tail + 1, bytes.size());
    std::memcpy(&cells_[(tail + 1) & kMask], bytes.data(), before_wrap);
    if (before_wrap < bytes.size()) std::memcpy(&cells_[0], bytes.data() + before_wrap, bytes.size() - before_wrap);
    // (1) release: synchronizes with the acquire (3)
    tail_.store(end, std::memory_order_release);
    return true;
  }

  /// The consumer's. False when there is no message.
  bool try_get(std::uint32_t& kind, std::string& bytes) {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    if (head == known_tail_) {
      // (3) acquire: synchronizes with the release (1): cells are read after they were filled
      known_tail_ = tail_.load(std::memory_order_acquire);
      if (head == known_tail_) return false;
    }
    marks_.read(head & kMask);
    const Cell first = cells_[head & kMask];
    const auto size = static_cast<std::uint32_t>(first);
    kind = static_cast<std::uint32_t>(first >> 32);
    const std::uint64_t end = head + cells_of(size);
    for (std::uint64_t at = head + 1; at != end; ++at) marks_.read(at & kMask);
    const std::size_t before_wrap = bytes_before_wrap(head + 1, size);
    bytes.assign(reinterpret_cast<const char*>(&cells_[(head + 1) & kMask]), before_wrap);
    if (before_wrap < size) bytes.append(reinterpret_cast<const char*>(&cells_[0]), size - before_wrap);
    // (4) release: synchronizes with the acquire (2)
    head_.store(end, std::memory_order_release);
    return true;
  }

 private:
  static constexpr std::size_t kMask = kCells - 1;
  static constexpr std::size_t kLine = 64;

  /// One mark for each cell, where a checker looks at them.
  struct SeenMarks {
    void read(std::size_t cell) const { marks[cell].read(); }
    void write(std::size_t cell) { marks[cell].write(); }
    std::array<typename P::SharedData, kCells> marks;
  };
  struct UnseenMarks {
    void read(std::size_t /*cell*/) const {}
    void write(std::size_t /*cell*/) {}
  };
  using Marks = std::conditional_t<std::is_empty_v<typename P::SharedData>, UnseenMarks, SeenMarks>;

  static std::uint64_t cells_of(std::size_t size) { return 1 + (size + sizeof(Cell) - 1) / sizeof(Cell); }

  /// How many of `size` bytes lie between the cell of position `at` and the end of the ring.
  static std::size_t bytes_before_wrap(std::uint64_t at, std::size_t size) {
    const std::size_t room = (kCells - (at & kMask)) * sizeof(Cell);
    return size < room ? size : room;
  }

  /// Cells ever filled. Written by the producer; never goes back; at most kCells above the head.
  alignas(kLine) typename P::template Atomic<std::uint64_t> tail_{0};
  std::uint64_t known_head_ = 0;  ///< the producer's; at most the head
  /// Cells ever emptied. Written by the consumer; never goes back; at most the tail.
  alignas(kLine) typename P::template Atomic<std::uint64_t> head_{0};
  std::uint64_t known_tail_ = 0;  ///< the consumer's; at most the tail
  [[no_unique_address]] Marks marks_;
  alignas(kLine) Cell cells_[kCells] = {};
};

}  // namespace proberen::ipc::detail
