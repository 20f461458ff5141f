// memcpy and its relatives: what they read and write is announced like any other access. clang calls the __tsan_ names; GCC leaves the C
// library's, which are put in front of, and with _FORTIFY_SOURCE the checking ones.

#include "models/runtime/libc/memory_functions.hpp"

#include <cstring>

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"

namespace proberen::runtime {

void announce(const void* pointer, std::size_t size, bool write, Site site) {
  const std::uintptr_t address = own_address(reinterpret_cast<std::uintptr_t>(pointer));
  heap_check(address, size, write, site);
  if (__builtin_expect(races_explored, 0) && racy_access(address, size, write, site)) return;
  current->last_access = {address, size, false};
  if (write) {
    note_written(reinterpret_cast<std::uintptr_t>(pointer), size);
    engine().plain_write(address, size, site);
  } else {
    note_read(address);
    engine().plain_read(address, size, site);
  }
}

namespace {

using Copy = void* (*)(void*, const void*, std::size_t);
using Set = void* (*)(void*, int, std::size_t);

// The real ones. The loader may want them before anything can be looked up, and the runtime itself copies much: there must be nothing to
// decide once they are known.

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

void* fill_bytes(void* to, int value, std::size_t size) {
  auto* out = static_cast<volatile char*>(to);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(value);
  return to;
}

void* first_memcpy(void* to, const void* from, std::size_t size);
void* first_memmove(void* to, const void* from, std::size_t size);
void* first_memset(void* to, int value, std::size_t size);

constinit Copy real_memcpy = first_memcpy;
constinit Copy real_memmove = first_memmove;
constinit Set real_memset = first_memset;

/// Looks the function up, with a slow one in its place meanwhile.
template <class Function>
void look_up(Function& function, Function slow, const char* name) {
  function = slow;
  function = reinterpret_cast<Function>(next_symbol(name));
}

void* first_memcpy(void* to, const void* from, std::size_t size) {
  look_up(real_memcpy, copy_bytes, "memcpy");
  return real_memcpy(to, from, size);
}

void* first_memmove(void* to, const void* from, std::size_t size) {
  look_up(real_memmove, copy_bytes, "memmove");
  return real_memmove(to, from, size);
}

void* first_memset(void* to, int value, std::size_t size) {
  look_up(real_memset, fill_bytes, "memset");
  return real_memset(to, value, size);
}

[[gnu::noinline]] void* explored_copy(Copy real, void* to, const void* from, std::size_t size, const CallSite call) {
  {
    const Inside inside;
    const Site site = call.find();
    announce(from, size, false, site);
    announce(to, size, true, site);
  }
  return real(to, from, size);
}

[[gnu::noinline]] void* explored_fill(Set real, void* to, int value, std::size_t size, const CallSite call) {
  {
    const Inside inside;
    const Site site = call.find();
    announce(to, size, true, site);
  }
  return real(to, value, size);
}

}  // namespace
}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's and the compilers' interface

#define PROBEREN_COPY(name, real)                                                                                  \
  PROBEREN_INTERPOSED void* name(void* to, const void* from, std::size_t size) {                                   \
    if (proberen_mode == kExplored && size != 0) return explored_copy(real, to, from, size, PROBEREN_CALL_SITE()); \
    return real(to, from, size);                                                                                   \
  }
#define PROBEREN_FILL(name, real)                                                                                   \
  PROBEREN_INTERPOSED void* name(void* to, int value, std::size_t size) {                                           \
    if (proberen_mode == kExplored && size != 0) return explored_fill(real, to, value, size, PROBEREN_CALL_SITE()); \
    return real(to, value, size);                                                                                   \
  }

// What _FORTIFY_SOURCE makes of them: `room` is what the compiler knows to be there.
extern "C" [[noreturn]] void __chk_fail();
#define PROBEREN_COPY_CHECKED(name, real)                                                                          \
  PROBEREN_INTERPOSED void* name(void* to, const void* from, std::size_t size, std::size_t room) {                 \
    if (size > room) __chk_fail();                                                                                 \
    if (proberen_mode == kExplored && size != 0) return explored_copy(real, to, from, size, PROBEREN_CALL_SITE()); \
    return real(to, from, size);                                                                                   \
  }

PROBEREN_COPY(memcpy, real_memcpy)
PROBEREN_COPY(memmove, real_memmove)
PROBEREN_FILL(memset, real_memset)
PROBEREN_COPY(__tsan_memcpy, real_memcpy)
PROBEREN_COPY(__tsan_memmove, real_memmove)
PROBEREN_FILL(__tsan_memset, real_memset)
PROBEREN_COPY_CHECKED(__memcpy_chk, real_memcpy)
PROBEREN_COPY_CHECKED(__memmove_chk, real_memmove)

PROBEREN_INTERPOSED void* __memset_chk(void* to, int value, std::size_t size, std::size_t room) {
  if (size > room) __chk_fail();
  if (proberen_mode == kExplored && size != 0) return explored_fill(real_memset, to, value, size, PROBEREN_CALL_SITE());
  return real_memset(to, value, size);
}
