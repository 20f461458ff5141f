/// How an item of a queue becomes a message, and a message an item again.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <functional>
#include <istream>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "proberen/ipc/entry.hpp"

namespace proberen::ipc::detail {

/// Copies a message that lies in two parts to `to`, as far as there is room.
inline void join_parts(std::span<const std::byte> first, std::span<const std::byte> second, std::span<std::byte> to) {
  const std::size_t head = std::min(first.size(), to.size());
  if (head > 0) std::memcpy(to.data(), first.data(), head);
  const std::size_t rest = std::min(second.size(), to.size() - head);
  if (rest > 0) std::memcpy(to.data() + head, second.data(), rest);
}

/// A message on its way out of the ring: `take(first, second)` is called while others wait, `item()` when they no longer do.
template <class T>
class Incoming;

/// Anything that cereal serialises. What its functions throw, encode() and item() throw.
template <class T>
struct ItemBytes {
  static std::span<const std::byte> encode(const T& item, std::string& scratch) {
    scratch.clear();
    AppendingBuffer buffer(scratch);
    std::ostream stream(&buffer);
    cereal::BinaryOutputArchive archive(stream);
    archive(item);
    return std::as_bytes(std::span(scratch));
  }
};

/// What holds no more than the address of something else.
template <class T>
inline constexpr bool kIsView = std::is_pointer_v<T>;
template <class C, class Traits>
inline constexpr bool kIsView<std::basic_string_view<C, Traits>> = true;
template <class T, std::size_t extent>
inline constexpr bool kIsView<std::span<T, extent>> = true;
template <class T>
inline constexpr bool kIsView<std::reference_wrapper<T>> = true;

/// Copied bit by bit: numbers, enumerations, structs of them. A pointer among them would point nowhere in another process.
template <class T>
requires std::is_trivially_copyable_v<T>
struct ItemBytes<T> {
  static_assert(!kIsView<T>, "what it points to is not there in another process");
  static std::span<const std::byte> encode(const T& item, std::string&) { return std::as_bytes(std::span(&item, 1)); }
};

template <>
struct ItemBytes<std::string> {
  static std::span<const std::byte> encode(const std::string& item, std::string&) { return std::as_bytes(std::span(item)); }
};

/// What `put(bytes)` returns, for the bytes of the item.
template <class T, class Put>
auto with_bytes_of(const T& item, Put put) {
  if constexpr (std::is_trivially_copyable_v<T> || std::is_same_v<T, std::string>) {
    std::string none;
    return put(ItemBytes<T>::encode(item, none));
  } else {
    // Memory for the next item of this thread. Moved out while it is in use, in case an item's serialisation puts another.
    static thread_local std::string kept;
    std::string scratch = std::move(kept);
    const auto status = put(ItemBytes<T>::encode(item, scratch));
    constexpr std::size_t kWorthKeeping = 1 << 20;
    if (scratch.capacity() <= kWorthKeeping) kept = std::move(scratch);
    return status;
  }
}

template <class T>
class Incoming {
 public:
  void take(std::span<const std::byte> first, std::span<const std::byte> second) {
    bytes_.resize(first.size() + second.size());
    join_parts(first, second, std::as_writable_bytes(std::span(bytes_)));
  }
  [[nodiscard]] T item() {
    ReadingBuffer buffer(bytes_);
    std::istream stream(&buffer);
    cereal::BinaryInputArchive archive(stream);
    T item;
    archive(item);
    return item;
  }

 private:
  std::string bytes_;
};

template <class T>
requires std::is_trivially_copyable_v<T>
class Incoming<T> {
 public:
  void take(std::span<const std::byte> first, std::span<const std::byte> second) {
    size_ = first.size() + second.size();
    join_parts(first, second, bytes_);
  }
  [[nodiscard]] T item() const {
    if (size_ != sizeof(T)) {
      throw std::runtime_error("a message of " + std::to_string(size_) + " bytes is not an item of " + std::to_string(sizeof(T)));
    }
    return std::bit_cast<T>(bytes_);
  }

 private:
  std::size_t size_ = 0;
  std::array<std::byte, sizeof(T)> bytes_;
};

template <>
class Incoming<std::string> {
 public:
  void take(std::span<const std::byte> first, std::span<const std::byte> second) {
    bytes_.resize(first.size() + second.size());
    join_parts(first, second, std::as_writable_bytes(std::span(bytes_)));
  }
  [[nodiscard]] std::string item() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace proberen::ipc::detail
