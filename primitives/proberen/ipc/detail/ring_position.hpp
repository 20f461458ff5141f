/// RingPosition: a place in a MessageRing, as one word, so that one store moves it.
#pragma once

#include <cstdint>

namespace proberen::ipc::detail {

/// How many items and how many units of memory have passed a place since the beginning. Both wrap; of two places of one ring the
/// differences are right.
class RingPosition {
 public:
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;  ///< in the word of the tail: no item follows
  static constexpr std::uint32_t kMostItems = std::uint32_t{1} << 30;
  static constexpr std::uint32_t kMostUnits = std::uint32_t{1} << 31;

  constexpr RingPosition() = default;
  constexpr explicit RingPosition(std::uint64_t word) : word_(word & ~kClosed) {}

  [[nodiscard]] constexpr std::uint64_t word() const { return word_; }
  [[nodiscard]] constexpr std::uint32_t items() const { return static_cast<std::uint32_t>(word_ >> 32); }
  [[nodiscard]] constexpr std::uint32_t units() const { return static_cast<std::uint32_t>(word_); }

  /// The place behind an item of so many units.
  [[nodiscard]] constexpr RingPosition behind(std::uint32_t units) const {
    return RingPosition(std::uint64_t{wrapped(this->items() + 1)} << 32 | static_cast<std::uint32_t>(this->units() + units));
  }
  [[nodiscard]] constexpr std::uint32_t items_since(RingPosition other) const { return wrapped(items() - other.items()); }
  [[nodiscard]] constexpr std::uint32_t units_since(RingPosition other) const { return units() - other.units(); }

  /// A number of items as this class counts them.
  static constexpr std::uint32_t wrapped(std::uint32_t items) { return items & 0x7fffffff; }

  friend constexpr bool operator==(RingPosition, RingPosition) = default;

 private:
  std::uint64_t word_ = 0;
};

}  // namespace proberen::ipc::detail
