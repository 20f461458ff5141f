/// What depends on the processor: switching stacks and thread pointers, and the caller's state at a hook.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
/// Saves the running fiber's stack pointer in *save and goes on with `to`. A thread pointer of 0 is left alone.
[[gnu::visibility("hidden")]] void proberen_switch(void** save, void* to, std::uintptr_t thread_pointer);
[[gnu::visibility("hidden")]] void proberen_fiber_entry();
/// Runs on a new fiber's stack. Never returns.
[[noreturn, gnu::visibility("hidden")]] void proberen_fiber_main(void* argument);
/// Whether user code may write the thread pointer itself.
extern bool proberen_has_fsgsbase __attribute__((visibility("hidden")));
/// Whether plain reads, too, are looked at for loops without effect.
extern bool proberen_spins_on_plain_reads __attribute__((visibility("hidden")));
}

namespace proberen::runtime {

/// The words that a looking hook left on the stack: callee-saved registers, then the return address, then the caller's frame.
inline constexpr std::size_t kSavedRegisters = 6;
/// The return address among them: the hook's call in the program.
[[nodiscard]] inline std::uintptr_t site_of(const void* frame) { return static_cast<const std::uintptr_t*>(frame)[kSavedRegisters]; }

[[nodiscard]] std::uintptr_t thread_pointer();
/// Writes a new fiber's first frame below `top` and returns the stack pointer to switch to.
[[nodiscard]] void* first_frame(char* top, void* argument);
/// Stops the calling kernel thread without touching its stack or its thread-local data.
[[noreturn]] void sleep_for_ever();
/// By the context that a signal's handler gets: whether the signal has found the thread in a system call.
[[nodiscard]] bool in_system_call(const void* context);
/// Finds out what this processor and kernel can do.
void detect_processor();

}  // namespace proberen::runtime
