/// Touched: what a call of a function of the C library reads and writes of the program's memory, told piece by piece.
#pragma once

#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/libc/memory_functions.hpp"

namespace proberen::runtime {

inline constexpr std::size_t kNoLimit = ~std::size_t{0};

/// What one call touches.
class Touched {
 public:
  explicit Touched(Site site) : site_(site) {}

  void reads(const void* from, std::size_t size) const {
    if (size != 0) announce(from, size, false, site_);
  }
  void writes(const void* to, std::size_t size) const {
    if (size != 0) announce(to, size, true, site_);
  }
  /// The string, or so much of it: its length without the end.
  std::size_t string(const char* text, std::size_t most = kNoLimit) const {
    std::size_t length = 0;
    while (length < most && at(text, length) != 0) ++length;
    reads(text, length < most ? length + 1 : length);
    return length;
  }
  /// Up to the first `wanted`, or the end of the string, or so many bytes.
  void until(const void* bytes, int wanted, bool ends, std::size_t most = kNoLimit) const {
    std::size_t size = 0;
    while (size < most) {
      const unsigned char byte = at(bytes, size++);
      if (byte == static_cast<unsigned char>(wanted) || (ends && byte == 0)) break;
    }
    reads(bytes, size);
  }
  /// Both, up to the first difference, or the end of the strings, or so many bytes.
  void both(const void* left, const void* right, bool ends, std::size_t most = kNoLimit) const {
    std::size_t size = 0;
    while (size < most) {
      const unsigned char byte = at(left, size);
      if (at(right, size++) != byte || (ends && byte == 0)) break;
    }
    reads(left, size);
    reads(right, size);
  }
  /// The text up to where the part has been found, or its end.
  void until_part(const char* text, const char* part) const {
    const std::size_t length = string(part);
    std::size_t size = 0;
    while (!ends_with(text, size, part, length) && at(text, size) != 0) ++size;
    reads(text, ends_with(text, size, part, length) ? size : size + 1);
  }

 private:
  unsigned char at(const void* bytes, std::size_t index) const {
    const auto* const byte = static_cast<const unsigned char*>(bytes) + index;
    heap_check(own_address(reinterpret_cast<std::uintptr_t>(byte)), 1, false, site_);
    return *byte;
  }
  static bool ends_with(const char* text, std::size_t size, const char* part, std::size_t length) {
    return size >= length && __builtin_memcmp(text + size - length, part, length) == 0;
  }

  Site site_;
};

}  // namespace proberen::runtime

// Not by its own name: C++ declares some of these several times. The real one is looked up by nothing that calls one of these.
#define PROBEREN_TOUCHES(result, name, parameters, arguments, announcement)                 \
  PROBEREN_INTERPOSED result proberen_##name parameters __asm__(#name);                     \
  PROBEREN_INTERPOSED result proberen_##name parameters {                                   \
    static result(*real) parameters = nullptr;                                              \
    if (proberen_mode == kExplored) {                                                       \
      const Inside inside;                                                                  \
      const Touched touched(PROBEREN_SITE());                                               \
      announcement;                                                                         \
    }                                                                                       \
    if (real == nullptr) real = reinterpret_cast<result(*) parameters>(next_symbol(#name)); \
    return real arguments;                                                                  \
  }
/// The same where only the result, `value`, says how much that was.
#define PROBEREN_HAS_TOUCHED(result, name, parameters, arguments, announcement)             \
  PROBEREN_INTERPOSED result proberen_##name parameters __asm__(#name);                     \
  PROBEREN_INTERPOSED result proberen_##name parameters {                                   \
    static result(*real) parameters = nullptr;                                              \
    if (real == nullptr) real = reinterpret_cast<result(*) parameters>(next_symbol(#name)); \
    result value = real arguments;                                                          \
    if (proberen_mode == kExplored) {                                                       \
      const int error = errno;                                                              \
      const Inside inside;                                                                  \
      const Touched touched(PROBEREN_SITE());                                               \
      announcement;                                                                         \
      errno = error;                                                                        \
    }                                                                                       \
    return value;                                                                           \
  }
