/// Mappings: what an explored program maps itself, by mmap(). Like the heap it is at addresses that depend on the thread and on what it has
/// mapped before, none is used twice in an execution, and at the end of the execution everything is unmapped.
///
/// Memory that is shared, but of no file, is what private memory is: there is one process. Limits: files cannot be shared, mremap() is not
/// modelled, and what a program maps at an address of its own choosing (MAP_FIXED) outlives the execution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace proberen::runtime {

inline constexpr std::uintptr_t kMappings = 0x0e00'0000'0000;
inline constexpr std::size_t kMappingsPart = std::size_t{16} << 30;  ///< of one thread

void mappings_begin_execution();
/// Calls it with each page that is in use, as a copy.
void for_each_mapped_page(const std::function<void(const char* page, std::size_t size)>& look);

}  // namespace proberen::runtime
