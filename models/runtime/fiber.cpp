#include "models/runtime/fiber.hpp"

#include <cerrno>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/libc/kept.hpp"
#include "models/runtime/session.hpp"
#include "models/runtime/sync/cancel.hpp"

extern "C" {
constinit thread_local int proberen_mode __attribute__((tls_model("initial-exec"))) = proberen::runtime::kNative;
constinit thread_local void* proberen_frame __attribute__((tls_model("initial-exec"))) = nullptr;
}

namespace proberen::runtime {
namespace {

void run(Fiber& fiber) {
  const Start& start = fiber.start;
  switch (start.kind) {
    case Start::kBody:
      session->run_body();
      break;
    case Start::kPosix:
      fiber.result = reinterpret_cast<void* (*)(void*)>(start.function)(start.argument);
      break;
    case Start::kC11: {
      const int result = reinterpret_cast<int (*)(void*)>(start.function)(start.argument);
      fiber.result = reinterpret_cast<void*>(static_cast<std::intptr_t>(result));
      break;
    }
  }
}

}  // namespace

void Fiber::reset(ThreadId new_id, const Start& new_start) {
  id = new_id;
  start = new_start;
  result = nullptr;
  detached = joined = returned = from_before_main = false;
  ended = 0;
  effects = reads = writes = 0;
  spin.forget();
  pending.clear();
  hidden.size = 0;
  frames.clear();
  shared_on_stack.clear();
  lowest_shared = ~std::uintptr_t{0};
  destructors.clear();
  for (int i = 0; i < values_used; ++i) values[static_cast<std::size_t>(i)] = nullptr;
  values_used = 0;
  robust_held = 0;
  clock_ns = 0;
  futex = 0;
  futex_bits = 0;
  blocked = 0;
  handler_stack = {nullptr, SS_DISABLE, 0};
  random = static_cast<std::uint64_t>(new_id) << 32;
  stack_pointer = first_frame(borrowed.stack_top, this);
}

}  // namespace proberen::runtime

// An exception that nobody catches finds no caller beyond this one, so std::terminate is called where it was thrown.
void proberen_fiber_main(void* argument) {
  using namespace proberen::runtime;
  auto& fiber = *static_cast<Fiber*>(argument);
  errno = 0;
  kept_begin_thread();
  // pthread_exit() unwinds the stack as far as this place, and comes back by the second return of the setjmp.
  ExitPlace place;
  if (PROBEREN_SET_EXIT_PLACE(place) == 0) {
    proberen_mode = kExplored;
    run(fiber);
    fiber.returned = true;
  }
  proberen_mode = kInside;
  place.forget();
  session->end_of_fiber();
}
