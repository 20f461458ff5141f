// Functions of the C library that leave results in the program's memory, or take their arguments from it: what they touch is announced as
// any access is.

#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>

#include <cstdlib>
#include <cstring>

#include "models/runtime/libc/touched.hpp"

namespace proberen::runtime {
namespace {

template <class T>
void writes(const Touched& touched, T* to) {
  if (to != nullptr) touched.writes(to, sizeof(T));
}
template <class T>
void changes(const Touched& touched, T* what) {
  touched.reads(what, sizeof(T));
  touched.writes(what, sizeof(T));
}
void writes_text(const Touched& touched, const char* to) { touched.writes(to, std::strlen(to) + 1); }

void converts_time(const Touched& touched, const time_t* time, tm* to) {
  touched.reads(time, sizeof(*time));
  writes(touched, to);
}
/// A word of a set of signals.
unsigned long* word_of(const sigset_t* set, int signal) {
  return const_cast<unsigned long*>(set->__val) +
         static_cast<unsigned>(signal - 1) / (8 * sizeof(unsigned long)) % (sizeof(*set) / sizeof(long));
}
/// As far as a number goes, and what ends it.
void number(const Touched& touched, const char* text, const char* end, char** leaves_end) {
  touched.reads(text, static_cast<std::size_t>(end - text) + 1);
  writes(touched, leaves_end);
}
/// Looks itself for where the number ends.
void integer(const Touched& touched, const char* text) {
  char* end = nullptr;
  std::strtoull(text, &end, 10);
  number(touched, text, end, nullptr);
}
void fraction(const Touched& touched, const char* text) {
  char* end = nullptr;
  std::strtod(text, &end);
  number(touched, text, end, nullptr);
}
std::size_t address_size(int family) { return family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr); }

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

// clang-format off
PROBEREN_TOUCHES(double, frexp, (double x, int* exponent), (x, exponent), writes(touched, exponent))
PROBEREN_TOUCHES(float, frexpf, (float x, int* exponent), (x, exponent), writes(touched, exponent))
PROBEREN_TOUCHES(long double, frexpl, (long double x, int* exponent), (x, exponent), writes(touched, exponent))
PROBEREN_TOUCHES(double, modf, (double x, double* whole), (x, whole), writes(touched, whole))
PROBEREN_TOUCHES(float, modff, (float x, float* whole), (x, whole), writes(touched, whole))
PROBEREN_TOUCHES(long double, modfl, (long double x, long double* whole), (x, whole), writes(touched, whole))
PROBEREN_TOUCHES(double, remquo, (double x, double y, int* quotient), (x, y, quotient), writes(touched, quotient))
PROBEREN_TOUCHES(float, remquof, (float x, float y, int* quotient), (x, y, quotient), writes(touched, quotient))
PROBEREN_TOUCHES(long double, remquol, (long double x, long double y, int* quotient), (x, y, quotient), writes(touched, quotient))
PROBEREN_TOUCHES(void, sincos, (double x, double* sine, double* cosine), (x, sine, cosine), (writes(touched, sine), writes(touched, cosine)))
PROBEREN_TOUCHES(void, sincosf, (float x, float* sine, float* cosine), (x, sine, cosine), (writes(touched, sine), writes(touched, cosine)))
PROBEREN_TOUCHES(double, lgamma_r, (double x, int* sign), (x, sign), writes(touched, sign))

PROBEREN_TOUCHES(int, rand_r, (unsigned* seed), (seed), changes(touched, seed))
PROBEREN_TOUCHES(double, erand48, (unsigned short* seed), (seed), (touched.reads(seed, 6), touched.writes(seed, 6)))
PROBEREN_TOUCHES(long, nrand48, (unsigned short* seed), (seed), (touched.reads(seed, 6), touched.writes(seed, 6)))
PROBEREN_TOUCHES(long, jrand48, (unsigned short* seed), (seed), (touched.reads(seed, 6), touched.writes(seed, 6)))

PROBEREN_TOUCHES(tm*, gmtime_r, (const time_t* time, tm* to), (time, to), converts_time(touched, time, to))
PROBEREN_TOUCHES(tm*, localtime_r, (const time_t* time, tm* to), (time, to), converts_time(touched, time, to))
PROBEREN_TOUCHES(time_t, mktime, (tm* time), (time), changes(touched, time))
PROBEREN_TOUCHES(time_t, timegm, (tm* time), (time), changes(touched, time))
PROBEREN_HAS_TOUCHED(char*, asctime_r, (const tm* time, char* text), (time, text), (touched.reads(time, sizeof(tm)), value != nullptr ? writes_text(touched, text) : void()))
PROBEREN_HAS_TOUCHED(char*, ctime_r, (const time_t* time, char* text), (time, text), (touched.reads(time, sizeof(time_t)), value != nullptr ? writes_text(touched, text) : void()))
PROBEREN_TOUCHES(int, clock_getres, (clockid_t clock, timespec* to), (clock, to), writes(touched, to))
PROBEREN_TOUCHES(clock_t, times, (struct tms* to), (to), writes(touched, to))

PROBEREN_TOUCHES(int, stat, (const char* path, struct stat* to), (path, to), (touched.string(path), writes(touched, to)))
PROBEREN_TOUCHES(int, lstat, (const char* path, struct stat* to), (path, to), (touched.string(path), writes(touched, to)))
PROBEREN_TOUCHES(int, fstat, (int fd, struct stat* to), (fd, to), writes(touched, to))
PROBEREN_TOUCHES(int, uname, (utsname* to), (to), writes(touched, to))
PROBEREN_TOUCHES(int, sysinfo, (struct sysinfo* to), (to), writes(touched, to))
PROBEREN_TOUCHES(int, getrusage, (int who, rusage* to), (who, to), writes(touched, to))
PROBEREN_TOUCHES(int, getrlimit, (int what, rlimit* to), (what, to), writes(touched, to))
PROBEREN_HAS_TOUCHED(int, gethostname, (char* name, std::size_t size), (name, size), value == 0 ? touched.writes(name, strnlen(name, size - 1) + 1) : void())
PROBEREN_HAS_TOUCHED(ssize_t, readlink, (const char* path, char* to, std::size_t size), (path, to, size), (touched.string(path), value > 0 ? touched.writes(to, static_cast<std::size_t>(value)) : void()))
PROBEREN_HAS_TOUCHED(char*, getcwd, (char* to, std::size_t size), (to, size), value == to && to != nullptr ? writes_text(touched, to) : void())

PROBEREN_TOUCHES(int, sigemptyset, (sigset_t* set), (set), writes(touched, set))
PROBEREN_TOUCHES(int, sigfillset, (sigset_t* set), (set), writes(touched, set))
PROBEREN_TOUCHES(int, sigaddset, (sigset_t* set, int signal), (set, signal), changes(touched, word_of(set, signal)))
PROBEREN_TOUCHES(int, sigdelset, (sigset_t* set, int signal), (set, signal), changes(touched, word_of(set, signal)))
PROBEREN_TOUCHES(int, sigismember, (const sigset_t* set, int signal), (set, signal), touched.reads(word_of(set, signal), sizeof(long)))

PROBEREN_TOUCHES(int, pthread_attr_init, (pthread_attr_t* attributes), (attributes), writes(touched, attributes))
PROBEREN_TOUCHES(int, pthread_mutexattr_init, (pthread_mutexattr_t* attributes), (attributes), writes(touched, attributes))
PROBEREN_TOUCHES(int, pthread_condattr_init, (pthread_condattr_t* attributes), (attributes), writes(touched, attributes))
PROBEREN_TOUCHES(int, pthread_rwlockattr_init, (pthread_rwlockattr_t* attributes), (attributes), writes(touched, attributes))
PROBEREN_TOUCHES(int, pthread_barrierattr_init, (pthread_barrierattr_t* attributes), (attributes), writes(touched, attributes))
PROBEREN_HAS_TOUCHED(int, pthread_getname_np, (pthread_t handle, char* name, std::size_t size), (handle, name, size), value == 0 ? writes_text(touched, name) : void())

PROBEREN_HAS_TOUCHED(int, __xpg_strerror_r, (int number, char* to, std::size_t size), (number, to, size), size != 0 ? touched.writes(to, strnlen(to, size - 1) + 1) : void())
PROBEREN_HAS_TOUCHED(char*, strerror_r, (int number, char* to, std::size_t size), (number, to, size), value == to && size != 0 ? writes_text(touched, to) : void())
PROBEREN_TOUCHES(void, explicit_bzero, (void* to, std::size_t size), (to, size), touched.writes(to, size))
PROBEREN_TOUCHES(void, swab, (const void* from, void* to, ssize_t size), (from, to, size), size > 1 ? (touched.reads(from, static_cast<std::size_t>(size & ~1L)), touched.writes(to, static_cast<std::size_t>(size & ~1L))) : void())
PROBEREN_HAS_TOUCHED(int, inet_pton, (int family, const char* text, void* to), (family, text, to), (touched.string(text), value == 1 ? touched.writes(to, address_size(family)) : void()))
PROBEREN_HAS_TOUCHED(const char*, inet_ntop, (int family, const void* address, char* text, socklen_t size), (family, address, text, size), value != nullptr ? (touched.reads(address, address_size(family)), writes_text(touched, text)) : void())
// clang-format on

/// The end is looked at in any case.
#define PROBEREN_NUMBER(result, name, parameters, ...)                                   \
  PROBEREN_INTERPOSED result proberen_##name parameters __asm__(#name);                  \
  PROBEREN_INTERPOSED result proberen_##name parameters {                                \
    static const auto real = reinterpret_cast<result(*) parameters>(next_symbol(#name)); \
    char* last = nullptr;                                                                \
    const result value = real(text, &last __VA_OPT__(, ) __VA_ARGS__);                   \
    if (proberen_mode == kExplored) {                                                    \
      const int error = errno;                                                           \
      const Inside inside;                                                               \
      number(Touched(PROBEREN_SITE()), text, last, end);                                 \
      errno = error;                                                                     \
    }                                                                                    \
    if (end != nullptr) *end = last;                                                     \
    return value;                                                                        \
  }
PROBEREN_NUMBER(long, strtol, (const char* text, char** end, int base), base)
PROBEREN_NUMBER(long long, strtoll, (const char* text, char** end, int base), base)
PROBEREN_NUMBER(unsigned long, strtoul, (const char* text, char** end, int base), base)
PROBEREN_NUMBER(unsigned long long, strtoull, (const char* text, char** end, int base), base)
PROBEREN_NUMBER(double, strtod, (const char* text, char** end))
PROBEREN_NUMBER(float, strtof, (const char* text, char** end))
PROBEREN_NUMBER(long double, strtold, (const char* text, char** end))
PROBEREN_TOUCHES(int, atoi, (const char* text), (text), integer(touched, text))
PROBEREN_TOUCHES(long, atol, (const char* text), (text), integer(touched, text))
PROBEREN_TOUCHES(long long, atoll, (const char* text), (text), integer(touched, text))
PROBEREN_TOUCHES(double, atof, (const char* text), (text), fraction(touched, text))
