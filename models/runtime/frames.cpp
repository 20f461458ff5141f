// Entry and exit of instrumented functions. A stack frame reuses the memory of earlier ones: what was shared there is forgotten.
//
// Each fiber knows the stack pointers of its running functions and what has been shared on its stack. When a function is entered,
// everything below its caller's frame is dead or new.

#include <algorithm>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

void forget_below(Fiber& fiber, std::uintptr_t end) {
  fiber.lowest_shared = ~std::uintptr_t{0};
  std::size_t kept = 0;
  for (const SharedOnStack& shared : fiber.shared_on_stack) {
    if (shared.address < end) {
      if (shared.atomic) engine().memory_born(shared.address, shared.size);
      continue;
    }
    fiber.lowest_shared = std::min(fiber.lowest_shared, shared.address);
    fiber.shared_on_stack[kept++] = shared;
  }
  fiber.shared_on_stack.resize(kept);
}

void enter(std::uintptr_t stack_pointer) {
  Fiber& fiber = *current;
  auto& frames = fiber.frames;
  while (!frames.empty() && frames.back() <= stack_pointer) frames.pop_back();  // left without a word, by longjmp or an exception
  const std::uintptr_t caller = frames.empty() ? reinterpret_cast<std::uintptr_t>(fiber.borrowed.stack_top) : frames.back();
  if (__builtin_expect(fiber.lowest_shared < caller, 0)) forget_below(fiber, caller);
  frames.push_back(stack_pointer);
}

}  // namespace
}  // namespace proberen::runtime

PROBEREN_INTERPOSED void __tsan_func_entry(void*) {
  if (!proberen::runtime::explored()) return;
  const proberen::runtime::Inside inside;
  proberen::runtime::enter(reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) + 16);
}

PROBEREN_INTERPOSED void __tsan_func_exit() {
  if (!proberen::runtime::explored()) return;
  auto& frames = proberen::runtime::current->frames;
  if (!frames.empty()) frames.pop_back();
}
