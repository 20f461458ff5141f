#include <sys/auxv.h>
#include <ucontext.h>

#include <cerrno>

#include "models/runtime/arch/arch.hpp"

bool proberen_has_fsgsbase = false;
bool proberen_spins_on_plain_reads = false;

namespace proberen::runtime {

std::uintptr_t thread_pointer() {
  std::uintptr_t self = 0;
  asm("movq %%fs:0, %0" : "=r"(self));  // the thread control block starts with its own address
  return self;
}

void* first_frame(char* top, void* argument) {
  // What proberen_switch pops: r15 r14 r13 r12 rbx rbp, then the address to return to. The entry then finds its stack aligned for a call.
  auto* frame = reinterpret_cast<std::uintptr_t*>(top) - 9;
  for (int i = 0; i < 9; ++i) frame[i] = 0;
  frame[3] = reinterpret_cast<std::uintptr_t>(argument);
  frame[6] = reinterpret_cast<std::uintptr_t>(&proberen_fiber_entry);
  return frame;
}

void sleep_for_ever() {
  constexpr long kPause = 34;
  for (;;) {
    long result = kPause;
    asm volatile("syscall" : "+a"(result) : : "rcx", "r11", "memory");
  }
}

// The call is made again after the handler, or it has failed with EINTR.
bool in_system_call(const void* context) {
  const auto& registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  const auto* const next = reinterpret_cast<const unsigned char*>(registers[REG_RIP]);
  const auto is_call = [](const unsigned char* at) { return at[0] == 0x0f && at[1] == 0x05; };
  return is_call(next) || (registers[REG_RAX] == -EINTR && is_call(next - 2));
}

void detect_processor() {
  constexpr unsigned long kHwcap2Fsgsbase = 1UL << 1;
  proberen_has_fsgsbase = (getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
}

}  // namespace proberen::runtime
