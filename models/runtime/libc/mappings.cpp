#include "models/runtime/libc/mappings.hpp"

#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <vector>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/unsupported.hpp"

namespace proberen::runtime {
namespace {

constexpr std::size_t kPage = 4096;

/// How much of each thread's part has been given out.
std::array<std::size_t, explore::kMaxThreads> used;
std::size_t parts_used = 0;  ///< of the array
bool reserved = false;

std::uintptr_t bottom_of(std::size_t thread) { return kMappings + thread * kMappingsPart; }
std::size_t whole_pages(std::size_t size) { return (size + kPage - 1) & ~(kPage - 1); }
bool is_ours(std::uintptr_t address, std::size_t size) {
  constexpr std::size_t kAll = kMappingsPart * explore::kMaxThreads;
  return address - kMappings < kAll && size <= kAll - (address - kMappings);
}

/// Nothing is there any more, and the kernel puts nothing there by itself.
bool clear(std::uintptr_t address, std::size_t size) {
  void* const wanted = reinterpret_cast<void*>(address);
  const int replacing = reserved ? MAP_FIXED : MAP_FIXED_NOREPLACE;
  return PROBEREN_REAL(mmap)(wanted, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | replacing, -1, 0) == wanted;
}

void* map(std::size_t size, int protection, int flags, int fd, off_t offset) {
  const auto thread = static_cast<std::size_t>(current->id);
  const std::size_t taken = whole_pages(size) + kPage;  // a gap behind each
  if (!reserved) reserved = clear(kMappings, kMappingsPart * explore::kMaxThreads);
  if (!reserved || taken > kMappingsPart - used[thread]) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  effect();
  void* const got =
      PROBEREN_REAL(mmap)(reinterpret_cast<void*>(bottom_of(thread) + used[thread]), size, protection, flags | MAP_FIXED, fd, offset);
  if (got != MAP_FAILED) used[thread] += taken;
  parts_used = std::max(parts_used, thread + 1);
  return got;
}

int unmap(std::uintptr_t address, std::size_t size, Site site) {
  if (size == 0 || address % kPage != 0) {
    errno = EINVAL;
    return -1;
  }
  if (!is_ours(address, size)) unsupported("munmap of memory that the execution has not mapped", site);
  effect();
  current->last_access = {address, size, true};
  engine().memory_dies(address, size, site);
  return clear(address, whole_pages(size)) ? 0 : -1;
}

}  // namespace

void mappings_begin_execution() {
  for (std::size_t thread = 0; thread < parts_used; ++thread) {
    if (used[thread] != 0) clear(bottom_of(thread), used[thread]);
    used[thread] = 0;
  }
  parts_used = 0;
}

void for_each_mapped_page(const std::function<void(const char* page, std::size_t size)>& look) {
  alignas(std::uintptr_t) std::array<char, kPage> copy;
  for (std::size_t thread = 0; thread < parts_used; ++thread) {
    std::vector<unsigned char> present(used[thread] / kPage);
    ::mincore(reinterpret_cast<void*>(bottom_of(thread)), used[thread], present.data());
    for (std::size_t page = 0; page < present.size(); ++page) {
      if ((present[page] & 1U) == 0) continue;
      const iovec from{reinterpret_cast<void*>(bottom_of(thread) + page * kPage), kPage}, to{copy.data(), kPage};
      if (::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(kPage)) look(copy.data(), kPage);
    }
  }
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED void* mmap(void* wanted, std::size_t size, int protection, int flags, int fd, off_t offset) noexcept {
  if (!explored()) return PROBEREN_REAL(mmap)(wanted, size, protection, flags, fd, offset);
  PROBEREN_ENTER();
  if ((flags & MAP_TYPE) != MAP_PRIVATE && (flags & MAP_ANONYMOUS) == 0) unsupported("mmap of shared memory", site);
  if ((flags & MAP_32BIT) != 0) unsupported("mmap with MAP_32BIT", site);
  if (size > kMappingsPart - kPage) unsupported("mmap of more than a thread has room for", site);
  if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) != 0) return PROBEREN_REAL(mmap)(wanted, size, protection, flags, fd, offset);
  return map(size, protection, flags, fd, offset);
}

PROBEREN_INTERPOSED void* mmap64(void* wanted, std::size_t size, int protection, int flags, int fd, off64_t offset) noexcept {
  return mmap(wanted, size, protection, flags, fd, offset);
}

PROBEREN_INTERPOSED int munmap(void* address, std::size_t size) noexcept {
  if (!explored()) return PROBEREN_REAL(munmap)(address, size);
  PROBEREN_ENTER();
  return unmap(reinterpret_cast<std::uintptr_t>(address), size, site);
}

PROBEREN_INTERPOSED void* mremap(void* address, std::size_t size, std::size_t wanted, int flags, ...) noexcept {
  va_list list;
  va_start(list, flags);
  void* const place = va_arg(list, void*);
  va_end(list);
  if (!explored()) return PROBEREN_REAL(mremap)(address, size, wanted, flags, place);
  PROBEREN_ENTER();
  unsupported("mremap", site);
}
