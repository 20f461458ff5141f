#include "models/runtime/call.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>

namespace proberen::runtime {

std::string_view waiting_for(std::string_view what, const void* object) {
  char* const start = current->what;
  char* out = start;
  const std::size_t length = what.size() < 72 ? what.size() : 72;
  std::memcpy(out, what.data(), length);
  out += length;
  std::memcpy(out, " 0x", 3);
  out = std::to_chars(out + 3, std::end(current->what), reinterpret_cast<std::uintptr_t>(object), 16).ptr;
  return {start, static_cast<std::size_t>(out - start)};
}

void note_shared_on_stack(Fiber& fiber, std::uintptr_t address, std::size_t size, bool atomic) {
  for (SharedOnStack& known : fiber.shared_on_stack) {
    if (known.address != address || (known.size != size && !atomic)) continue;
    known.atomic = known.atomic || atomic;
    known.own_again = false;
    return;
  }
  fiber.shared_on_stack.push_back({address, size, atomic, false});
  fiber.lowest_shared = std::min(fiber.lowest_shared, address);
}

void note_own_again(Fiber& fiber, std::uintptr_t address, std::size_t size) {
  for (SharedOnStack& shared : fiber.shared_on_stack) {
    if (address < shared.address + shared.size && shared.address < address + size) shared.own_again = true;
  }
}

void object_written(const void* address, std::size_t size, Site site) {
  effect();
  current->last_access = {reinterpret_cast<std::uintptr_t>(address), size, false};
  engine().plain_write(reinterpret_cast<std::uintptr_t>(address), size, site);
}

void object_used(const void* address, std::size_t size, Site site) {
  current->last_access = {reinterpret_cast<std::uintptr_t>(address), size, false};
  engine().plain_read(reinterpret_cast<std::uintptr_t>(address), size, site);
}

}  // namespace proberen::runtime
