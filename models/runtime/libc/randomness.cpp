// Random numbers of an explored program: the same in every execution, and each thread's its own, so that they depend on nothing but what
// the thread itself has done.

#include <sys/random.h>
#include <sys/types.h>

#include <cstdlib>
#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/memory_functions.hpp"

namespace proberen::runtime {
namespace {

/// SplitMix64, by Sebastiano Vigna.
std::uint64_t next_number() {
  effect();
  std::uint64_t z = (current->random += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void fill_with_numbers(void* bytes, std::size_t size, Site site) {
  if (size != 0) announce(bytes, size, true, site);
  auto* out = static_cast<char*>(bytes);
  while (size > 0) {
    const std::uint64_t number = next_number();
    const std::size_t part = size < sizeof(number) ? size : sizeof(number);
    std::memcpy(out, &number, part);
    out += part;
    size -= part;
  }
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int rand() noexcept {
  if (!explored()) return PROBEREN_REAL(rand)();
  const Inside inside;
  return static_cast<int>(next_number() & RAND_MAX);
}

PROBEREN_INTERPOSED void srand(unsigned seed) noexcept {
  if (!explored()) return PROBEREN_REAL(srand)(seed);
  const Inside inside;
  effect();
  current->random = seed;
}

PROBEREN_INTERPOSED long random() noexcept {
  if (!explored()) return PROBEREN_REAL(random)();
  const Inside inside;
  return static_cast<long>(next_number() & 0x7fffffff);
}

PROBEREN_INTERPOSED void srandom(unsigned seed) noexcept {
  if (!explored()) return PROBEREN_REAL(srandom)(seed);
  const Inside inside;
  effect();
  current->random = seed;
}

PROBEREN_INTERPOSED double drand48() noexcept {
  if (!explored()) return PROBEREN_REAL(drand48)();
  const Inside inside;
  return static_cast<double>(next_number() >> 16) / static_cast<double>(std::uint64_t{1} << 48);
}

PROBEREN_INTERPOSED long lrand48() noexcept {
  if (!explored()) return PROBEREN_REAL(lrand48)();
  const Inside inside;
  return static_cast<long>(next_number() & 0x7fffffff);
}

PROBEREN_INTERPOSED long mrand48() noexcept {
  if (!explored()) return PROBEREN_REAL(mrand48)();
  const Inside inside;
  return static_cast<std::int32_t>(next_number());
}

PROBEREN_INTERPOSED void srand48(long seed) noexcept {
  if (!explored()) return PROBEREN_REAL(srand48)(seed);
  const Inside inside;
  effect();
  current->random = static_cast<std::uint64_t>(seed);
}

PROBEREN_INTERPOSED ssize_t getrandom(void* bytes, std::size_t size, unsigned flags) {
  if (!explored()) return PROBEREN_REAL(getrandom)(bytes, size, flags);
  PROBEREN_ENTER();
  fill_with_numbers(bytes, size, site);
  return static_cast<ssize_t>(size);
}

PROBEREN_INTERPOSED int getentropy(void* bytes, std::size_t size) {
  if (!explored()) return PROBEREN_REAL(getentropy)(bytes, size);
  PROBEREN_ENTER();
  fill_with_numbers(bytes, size, site);
  return 0;
}

PROBEREN_INTERPOSED void arc4random_buf(void* bytes, std::size_t size) noexcept {
  if (!explored()) return PROBEREN_REAL(arc4random_buf)(bytes, size);
  PROBEREN_ENTER();
  fill_with_numbers(bytes, size, site);
}

PROBEREN_INTERPOSED std::uint32_t arc4random_uniform(std::uint32_t bound) noexcept {
  if (!explored()) return PROBEREN_REAL(arc4random_uniform)(bound);
  const Inside inside;
  return bound == 0 ? 0 : static_cast<std::uint32_t>(next_number() % bound);
}

PROBEREN_INTERPOSED std::uint32_t arc4random() noexcept {
  if (!explored()) return PROBEREN_REAL(arc4random)();
  const Inside inside;
  return static_cast<std::uint32_t>(next_number());
}

// std::random_device::_M_getval(): it asks the processor, which cannot be answered for.
PROBEREN_INTERPOSED unsigned proberen_random_device(void* self) __asm__("_ZNSt13random_device9_M_getvalEv");
unsigned proberen_random_device(void* self) {
  if (!explored()) {
    static const auto real = reinterpret_cast<unsigned (*)(void*)>(next_symbol("_ZNSt13random_device9_M_getvalEv"));
    return real(self);
  }
  const Inside inside;
  return static_cast<unsigned>(next_number());
}
