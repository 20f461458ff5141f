// memcpy and its relatives: what they read and write is announced like any other access. clang calls the __tsan_ names; GCC leaves the C
// library's, which are put in front of.

#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"

namespace proberen::runtime {
namespace {

void announce(const void* pointer, std::size_t size, bool write, Site site) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  heap_check(address, size, write, site);
  if (__builtin_expect(races_explored, 0) && racy_access(address, size, write, site)) return;
  current->last_access = {address, size, false};
  if (write) {
    written(address);
    engine().plain_write(address, size, site);
  } else {
    engine().plain_read(address, size, site);
  }
}

using Copy = void* (*)(void*, const void*, std::size_t);
using Set = void* (*)(void*, int, std::size_t);

// The loader may want these before anything can be looked up.

void* copy_bytes(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<volatile char*>(to);
  const auto* in = static_cast<const char*>(from);
  if (static_cast<char*>(to) <= in) {
    for (std::size_t i = 0; i < size; ++i) out[i] = in[i];
  } else {
    for (std::size_t i = size; i > 0; --i) out[i - 1] = in[i - 1];
  }
  return to;
}

// One template argument for each name, so that each has its own pointer.
struct Memcpy {};
struct Memmove {};

template <class Which>
void* copy(void* to, const void* from, std::size_t size, const char* name) {
  static Copy function = nullptr;
  static bool looking = false;
  if (__builtin_expect(function == nullptr, 0)) {
    if (looking) return copy_bytes(to, from, size);
    looking = true;
    function = reinterpret_cast<Copy>(next_symbol(name));
    looking = false;
  }
  return function(to, from, size);
}

void* fill(void* to, int value, std::size_t size) {
  static Set function = nullptr;
  static bool looking = false;
  if (__builtin_expect(function == nullptr, 0)) {
    if (looking) {
      auto* out = static_cast<volatile char*>(to);
      for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(value);
      return to;
    }
    looking = true;
    function = reinterpret_cast<Set>(next_symbol("memset"));
    looking = false;
  }
  return function(to, value, size);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's and the compilers' interface

#define PROBEREN_ANNOUNCE_COPY()                         \
  if (proberen_mode == kExplored && size != 0) {         \
    PROBEREN_ENTER();                                    \
    announce(from, size, false, site);                   \
    announce(to, size, true, site);                      \
  }
#define PROBEREN_ANNOUNCE_FILL()                         \
  if (proberen_mode == kExplored && size != 0) {         \
    PROBEREN_ENTER();                                    \
    announce(to, size, true, site);                      \
  }

PROBEREN_INTERPOSED void* memcpy(void* to, const void* from, std::size_t size) noexcept {
  PROBEREN_ANNOUNCE_COPY();
  return copy<Memcpy>(to, from, size, "memcpy");
}

PROBEREN_INTERPOSED void* memmove(void* to, const void* from, std::size_t size) noexcept {
  PROBEREN_ANNOUNCE_COPY();
  return copy<Memmove>(to, from, size, "memmove");
}

PROBEREN_INTERPOSED void* memset(void* to, int value, std::size_t size) noexcept {
  PROBEREN_ANNOUNCE_FILL();
  return fill(to, value, size);
}

PROBEREN_INTERPOSED void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
  PROBEREN_ANNOUNCE_COPY();
  return copy<Memcpy>(to, from, size, "memcpy");
}

PROBEREN_INTERPOSED void* __tsan_memmove(void* to, const void* from, std::size_t size) {
  PROBEREN_ANNOUNCE_COPY();
  return copy<Memmove>(to, from, size, "memmove");
}

PROBEREN_INTERPOSED void* __tsan_memset(void* to, int value, std::size_t size) {
  PROBEREN_ANNOUNCE_FILL();
  return fill(to, value, size);
}
