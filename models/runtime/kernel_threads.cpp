#include "models/runtime/kernel_threads.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/real.hpp"

namespace proberen::runtime {
namespace {

struct Parked {
  std::uintptr_t thread_pointer = 0;
  std::atomic<char*> stack_top{nullptr};  ///< (1) published by the thread once the rest is known; null: not yet started
};

char* slot_low(int slot) { return reinterpret_cast<char*>(kStacks + static_cast<std::size_t>(slot) * kStackStride); }

void* park(void* argument) {
  auto& parked = *static_cast<Parked*>(argument);
  parked.thread_pointer = thread_pointer();
  // Below this frame is room for that of pause(); then the fiber's stack starts.
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  parked.stack_top.store(reinterpret_cast<char*>((here - 4096) & ~std::uintptr_t{63}), std::memory_order_release);  // (1)
  sleep_for_ever();  // touches nothing from here on: a fiber may be using this thread's identity
}

bool start(int slot, Parked& parked, pthread_t& handle) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstack(&attributes, slot_low(slot) + kStackGuard, kStackStride - kStackGuard);
  PROBEREN_REAL(pthread_sigmask)(SIG_BLOCK, &all, &before);  // signals are for the thread that explores
  const int error = PROBEREN_REAL(pthread_create)(&handle, &attributes, park, &parked);
  PROBEREN_REAL(pthread_sigmask)(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (error != 0) return false;
  while (parked.stack_top.load(std::memory_order_acquire) == nullptr) PROBEREN_REAL(sched_yield)();  // (1)
  return true;
}

}  // namespace

bool reserve_stacks() {
  void* const wanted = reinterpret_cast<void*>(kStacks);
  void* const got = ::mmap(wanted, kStackStride * kStackSlots, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  return got == wanted;
}

bool borrow(int slot, Borrowed& borrowed) {
  static Parked parked[kStackSlots];
  static Borrowed known[kStackSlots];
  Borrowed& mine = known[slot];
  if (slot == 0) {  // the caller may be another thread than the last time
    mine.thread_pointer = thread_pointer();
    mine.handle = pthread_self();
  }
  if (mine.stack_top == nullptr) {
    if (mprotect(slot_low(slot), kStackGuard, PROT_NONE) != 0) return false;
    if (slot != 0 && !start(slot, parked[slot], mine.handle)) return false;
    mine.stack_low = slot_low(slot) + kStackGuard;
    mine.stack_top = slot == 0 ? slot_low(1) : parked[slot].stack_top.load(std::memory_order_acquire);  // (1)
    if (slot != 0) mine.thread_pointer = parked[slot].thread_pointer;
  }
  borrowed = mine;
  return true;
}

void clean(const Borrowed& borrowed) {
  // A parked thread's own frames are above the top, so its last page stays as it is and is written.
  constexpr std::uintptr_t kPage = 4096;
  char* const pages_end = reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(borrowed.stack_top) & ~(kPage - 1));
  madvise(borrowed.stack_low, static_cast<std::size_t>(pages_end - borrowed.stack_low), MADV_DONTNEED);
  std::memset(pages_end, 0, static_cast<std::size_t>(borrowed.stack_top - pages_end));
}

}  // namespace proberen::runtime
