// The C library's functions on strings: what they read and write is announced before the real one runs, and how much that is, is found out
// byte by byte: a string that has no end in its block is told before anything runs over it.
//
// Comparisons and searches read as far as their result depends on, though the real ones may look further.

#include "models/runtime/libc/touched.hpp"

namespace proberen::runtime {
namespace {

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
