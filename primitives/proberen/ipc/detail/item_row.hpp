/// The items of a chunk, one behind another. For task.hpp.
///
/// Each has its length in front and is serialised for itself: one whose load() fails, or reads too much or too little, changes nothing for
/// the others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>

#include <cereal/archives/binary.hpp>

#include "proberen/ipc/entry.hpp"

namespace proberen::ipc::detail {

/// A length in one byte; or this byte, and then the length in eight.
inline constexpr unsigned char kLongItem = 254;
/// No length begins with it: it may stand in front of an item, to tell it from others.
inline constexpr char kItemMark = '\xff';

/// An archive remembers shared pointers and the versions of classes, so each item has its own; but not where items are of such a type,
/// which has neither: an archive costs more than a small task.
template <class Item>
inline constexpr bool kIsPlain = std::is_arithmetic_v<Item> || std::is_same_v<Item, std::string> || std::is_same_v<Item, std::monostate>;
template <class... Parts>
inline constexpr bool kIsPlain<std::tuple<Parts...>> = (kIsPlain<Parts> && ...);

/// Appends items to bytes.
template <class Item>
class ItemWriter {
 public:
  explicit ItemWriter(std::string& bytes) : bytes_(bytes), append_(bytes), output_(&append_) {}

  /// The next item is what `write(archive)` writes. Throws what that throws, and then has appended nothing.
  template <class Write>
  void add(const Write& write) {
    const std::size_t begin = bytes_.size();
    try {
      bytes_.push_back('\0');
      if (!kIsPlain<Item> || !archive_) archive_.emplace(output_);
      write(*archive_);
      set_length(begin, bytes_.size() - begin - 1);
    } catch (...) {
      bytes_.resize(begin);
      throw;
    }
  }

 private:
  void set_length(std::size_t at, std::uint64_t length) {
    bytes_[at] = static_cast<char>(std::min<std::uint64_t>(length, kLongItem));
    if (length >= kLongItem) bytes_.insert(at + 1, reinterpret_cast<const char*>(&length), sizeof length);
  }

  std::string& bytes_;
  AppendingBuffer append_;
  std::ostream output_;
  std::optional<cereal::BinaryOutputArchive> archive_;
};

template <class Item>
class ItemReader {
 public:
  explicit ItemReader(std::string_view bytes) : rest_(bytes), input_(&buffer_) {}

  /// Whether the next item has the mark, which is then read.
  [[nodiscard]] bool skip_mark() {
    if (rest_.empty() || rest_.front() != kItemMark) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// `read(archive)` reads the next item. Throws what that throws, and then the item counts as read.
  template <class Read>
  void next(const Read& read) {
    buffer_.read_from(take());
    if (!kIsPlain<Item> || !archive_) archive_.emplace(input_);
    read(*archive_);
  }

 private:
  std::string_view take() {
    std::uint64_t length = 0;
    const std::string_view first = take(1);
    if (!first.empty()) length = static_cast<unsigned char>(first.front());
    if (length == kLongItem) {
      const std::string_view bytes = take(sizeof length);
      std::memcpy(&length, bytes.data(), bytes.size());
    }
    return take(length);
  }
  /// Fewer where there are no more.
  std::string_view take(std::uint64_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  ReadingBuffer buffer_;
  std::istream input_;
  std::optional<cereal::BinaryInputArchive> archive_;
};

}  // namespace proberen::ipc::detail
