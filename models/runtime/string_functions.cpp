// The C library's functions on strings: what they read and write is announced before the real one runs, and how much that is, is found out
// byte by byte: a string that has no end in its block is told before anything runs over it.
//
// Comparisons and searches read as far as their result depends on, though the real ones may look further.

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"
#include "models/runtime/memory_functions.hpp"

namespace proberen::runtime {
namespace {

constexpr std::size_t kNoLimit = ~std::size_t{0};

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

void copies(const Touched& touched, const char* to, const char* from) { touched.writes(to, touched.string(from) + 1); }
/// The rest is filled with zeros.
void copies_padded(const Touched& touched, const char* to, const char* from, std::size_t size) {
  touched.string(from, size);
  touched.writes(to, size);
}
void appends(const Touched& touched, const char* to, const char* from, std::size_t most = kNoLimit) {
  const std::size_t before = touched.string(to);
  touched.writes(to + before, touched.string(from, most) + 1);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

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

// clang-format off
PROBEREN_TOUCHES(std::size_t, strlen, (const char* s), (s), touched.string(s))
PROBEREN_TOUCHES(std::size_t, strnlen, (const char* s, std::size_t n), (s, n), touched.string(s, n))
PROBEREN_TOUCHES(char*, strchr, (const char* s, int c), (s, c), touched.until(s, c, true))
PROBEREN_TOUCHES(char*, strchrnul, (const char* s, int c), (s, c), touched.until(s, c, true))
PROBEREN_TOUCHES(char*, strrchr, (const char* s, int c), (s, c), touched.string(s))
PROBEREN_TOUCHES(char*, strstr, (const char* s, const char* part), (s, part), touched.until_part(s, part))
PROBEREN_TOUCHES(int, strcmp, (const char* a, const char* b), (a, b), touched.both(a, b, true))
PROBEREN_TOUCHES(int, strncmp, (const char* a, const char* b, std::size_t n), (a, b, n), touched.both(a, b, true, n))
PROBEREN_TOUCHES(int, memcmp, (const void* a, const void* b, std::size_t n), (a, b, n), touched.both(a, b, false, n))
PROBEREN_TOUCHES(int, bcmp, (const void* a, const void* b, std::size_t n), (a, b, n), touched.both(a, b, false, n))
PROBEREN_TOUCHES(void*, memchr, (const void* s, int c, std::size_t n), (s, c, n), touched.until(s, c, false, n))

PROBEREN_TOUCHES(char*, strcpy, (char* to, const char* s), (to, s), copies(touched, to, s))
PROBEREN_TOUCHES(char*, stpcpy, (char* to, const char* s), (to, s), copies(touched, to, s))
PROBEREN_TOUCHES(char*, strncpy, (char* to, const char* s, std::size_t n), (to, s, n), copies_padded(touched, to, s, n))
PROBEREN_TOUCHES(char*, stpncpy, (char* to, const char* s, std::size_t n), (to, s, n), copies_padded(touched, to, s, n))
PROBEREN_TOUCHES(char*, strcat, (char* to, const char* s), (to, s), appends(touched, to, s))
PROBEREN_TOUCHES(char*, strncat, (char* to, const char* s, std::size_t n), (to, s, n), appends(touched, to, s, n))
PROBEREN_TOUCHES(void*, mempcpy, (void* to, const void* s, std::size_t n), (to, s, n), (touched.reads(s, n), touched.writes(to, n)))
PROBEREN_TOUCHES(void, bcopy, (const void* s, void* to, std::size_t n), (s, to, n), (touched.reads(s, n), touched.writes(to, n)))
PROBEREN_TOUCHES(void, bzero, (void* to, std::size_t n), (to, n), touched.writes(to, n))

// With _FORTIFY_SOURCE; `room` is what the compiler knows to be there.
PROBEREN_TOUCHES(char*, __strcpy_chk, (char* to, const char* s, std::size_t room), (to, s, room), copies(touched, to, s))
PROBEREN_TOUCHES(char*, __stpcpy_chk, (char* to, const char* s, std::size_t room), (to, s, room), copies(touched, to, s))
PROBEREN_TOUCHES(char*, __strncpy_chk, (char* to, const char* s, std::size_t n, std::size_t room), (to, s, n, room), copies_padded(touched, to, s, n))
PROBEREN_TOUCHES(char*, __stpncpy_chk, (char* to, const char* s, std::size_t n, std::size_t room), (to, s, n, room), copies_padded(touched, to, s, n))
PROBEREN_TOUCHES(char*, __strcat_chk, (char* to, const char* s, std::size_t room), (to, s, room), appends(touched, to, s))
PROBEREN_TOUCHES(char*, __strncat_chk, (char* to, const char* s, std::size_t n, std::size_t room), (to, s, n, room), appends(touched, to, s, n))
PROBEREN_TOUCHES(void*, __mempcpy_chk, (void* to, const void* s, std::size_t n, std::size_t room), (to, s, n, room), (touched.reads(s, n), touched.writes(to, n)))

PROBEREN_TOUCHES(int, puts, (const char* s), (s), touched.string(s))
PROBEREN_TOUCHES(int, fputs, (const char* s, FILE* file), (s, file), touched.string(s))
PROBEREN_TOUCHES(std::size_t, fwrite, (const void* s, std::size_t size, std::size_t n, FILE* file), (s, size, n, file), touched.reads(s, size * n))
// clang-format on
