// Entry and exit of instrumented functions. A stack frame reuses the memory of earlier ones: an atomic that lived there is forgotten.
//
// Each fiber knows the stack pointers of its running functions and the atomics that have been used on its stack, by whomever. When a
// function is entered, everything below its caller's frame is dead or new.

#include <algorithm>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

void forget_below(Fiber& fiber, std::uintptr_t end) {
  fiber.lowest_atomic = ~std::uintptr_t{0};
  std::size_t kept = 0;
  for (const StackAtomic& atomic : fiber.stack_atomics) {
    if (atomic.address < end) {
      engine().memory_born(atomic.address, atomic.size);
      continue;
    }
    fiber.lowest_atomic = std::min(fiber.lowest_atomic, atomic.address);
    fiber.stack_atomics[kept++] = atomic;
  }
  fiber.stack_atomics.resize(kept);
}

void enter(std::uintptr_t stack_pointer) {
  Fiber& fiber = *current;
  auto& frames = fiber.frames;
  while (!frames.empty() && frames.back() <= stack_pointer) frames.pop_back();  // left without a word, by longjmp or an exception
  const std::uintptr_t caller = frames.empty() ? reinterpret_cast<std::uintptr_t>(fiber.borrowed.stack_top) : frames.back();
  if (__builtin_expect(fiber.lowest_atomic < caller, 0)) forget_below(fiber, caller);
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
