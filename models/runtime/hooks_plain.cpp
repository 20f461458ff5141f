// The hooks of plain accesses: every load and store of instrumented code that is not atomic.

#include "models/runtime/call.hpp"
#include "models/runtime/heap.hpp"

namespace proberen::runtime {
namespace {

/// `kHides`: the write comes, and no other read of the same bytes that has not been told of.
template <bool kWrite, bool kHides = false>
[[gnu::always_inline]] inline void access(const void* pointer, std::size_t size, void* returns_to) {
  if (!explored() || size == 0) return;
  const Inside inside;
  const std::uintptr_t address = own_address(reinterpret_cast<std::uintptr_t>(pointer));
  const auto site = reinterpret_cast<Site>(returns_to);
  heap_check(address, size, kWrite, site);
  if (__builtin_expect(races_explored, 0) && racy_access(address, size, kWrite, site)) {
    if constexpr (kHides) racy_hide(address, size);
    return;
  }
  current->last_access = {address, size, false};
  if constexpr (kWrite) {
    note_written(reinterpret_cast<std::uintptr_t>(pointer), size);
    engine().plain_write(address, size, site);
  } else {
    note_read(address);
    engine().plain_read(address, size, site);
  }
}

/// A read where races are explored: the program may wait for a plain variable.
[[gnu::always_inline]] inline void spinning_read(const void* pointer, std::size_t size) {
  const Inside inside;
  const void* const frame = proberen_frame;
  const std::uintptr_t address = own_address(reinterpret_cast<std::uintptr_t>(pointer));
  const Site site = site_of(frame);
  heap_check(address, size, false, site);
  spin_check(frame, address);
  if (racy_access(address, size, false, site)) return;
  current->last_access = {address, size, false};
  engine().plain_read(address, size, site);
}

}  // namespace
}  // namespace proberen::runtime

using proberen::runtime::access;
using proberen::runtime::spinning_read;

#define PROBEREN_PLAIN(size)                                                                                                              \
  PROBEREN_HIDDEN void proberen_plain___tsan_read##size(void* address) { access<false>(address, size, __builtin_return_address(0)); }     \
  PROBEREN_HIDDEN void proberen_native_proberen_spinning___tsan_read##size(void*) {}                                                      \
  PROBEREN_HIDDEN void proberen_explored_proberen_spinning___tsan_read##size(void* address) { spinning_read(address, size); }             \
  PROBEREN_INTERPOSED void __tsan_write##size(void* address) { access<true, true>(address, size, __builtin_return_address(0)); }          \
  PROBEREN_INTERPOSED void __tsan_volatile_read##size(void* address) { access<false>(address, size, __builtin_return_address(0)); }       \
  PROBEREN_INTERPOSED void __tsan_volatile_write##size(void* address) { access<true, true>(address, size, __builtin_return_address(0)); } \
  PROBEREN_INTERPOSED void __tsan_read_write##size(void* address) {                                                                       \
    access<false>(address, size, __builtin_return_address(0));                                                                            \
    access<true>(address, size, __builtin_return_address(0));                                                                             \
  }

#define PROBEREN_UNALIGNED(size)                                                                                                           \
  PROBEREN_INTERPOSED void __tsan_unaligned_read##size(void* address) { access<false>(address, size, __builtin_return_address(0)); }       \
  PROBEREN_INTERPOSED void __tsan_unaligned_write##size(void* address) { access<true, true>(address, size, __builtin_return_address(0)); } \
  PROBEREN_INTERPOSED void __tsan_unaligned_volatile_read##size(void* address) {                                                           \
    access<false>(address, size, __builtin_return_address(0));                                                                             \
  }                                                                                                                                        \
  PROBEREN_INTERPOSED void __tsan_unaligned_volatile_write##size(void* address) {                                                          \
    access<true, true>(address, size, __builtin_return_address(0));                                                                        \
  }                                                                                                                                        \
  PROBEREN_INTERPOSED void __tsan_unaligned_read_write##size(void* address) {                                                              \
    access<false>(address, size, __builtin_return_address(0));                                                                             \
    access<true>(address, size, __builtin_return_address(0));                                                                              \
  }

PROBEREN_PLAIN(1)
PROBEREN_PLAIN(2)
PROBEREN_PLAIN(4)
PROBEREN_PLAIN(8)
PROBEREN_PLAIN(16)
PROBEREN_UNALIGNED(2)
PROBEREN_UNALIGNED(4)
PROBEREN_UNALIGNED(8)
PROBEREN_UNALIGNED(16)

PROBEREN_INTERPOSED void __tsan_read_range(void* address, std::size_t size) { access<false>(address, size, __builtin_return_address(0)); }
PROBEREN_INTERPOSED void __tsan_write_range(void* address, std::size_t size) {
  access<true, true>(address, size, __builtin_return_address(0));
}
PROBEREN_INTERPOSED void __tsan_vptr_read(void** vptr) { access<false>(vptr, sizeof(void*), __builtin_return_address(0)); }
// A constructor writes the pointer that is there already, once for each base: as ThreadSanitizer does, only a change is a write.
PROBEREN_INTERPOSED void __tsan_vptr_update(void** vptr, void* value) {
  if (*vptr != value) access<true>(vptr, sizeof(void*), __builtin_return_address(0));
}
PROBEREN_INTERPOSED void __tsan_init() {}
