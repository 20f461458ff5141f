#include "models/runtime/site.hpp"

#include <unwind.h>

#include <array>

#include "models/runtime/session.hpp"

namespace proberen::runtime {

bool in_program(std::uintptr_t address) {
  for (const Module& module : session->modules()) {
    if (module.instrumented && module.text.contains(address)) return true;
  }
  return false;
}

namespace {

/// How far above one return address on the stack the next one is. That is a property of the code, so it is found once for each.
struct Step {
  std::uintptr_t returns_to = 0;
  std::uintptr_t distance = 0;  ///< from the end of the frame to the end of its caller's; 0: not known
};
std::array<Step, 1024> steps;

struct Walk {
  std::uintptr_t returns_to;
  std::uintptr_t found_end = 0;  ///< the end of the frame that returns there
  std::uintptr_t next_end = 0;   ///< that of its caller
};

_Unwind_Reason_Code look(_Unwind_Context* context, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  const std::uintptr_t frame_end = _Unwind_GetCFA(context);
  if (walk.found_end != 0) {
    walk.next_end = frame_end;
    return _URC_END_OF_STACK;
  }
  // libgcc gives the address in the caller together with the caller's stack pointer, which is the end of the frame that returns there.
  if (_Unwind_GetIP(context) == walk.returns_to) walk.found_end = frame_end;
  return _URC_NO_REASON;
}

const Step& step_of(std::uintptr_t returns_to) {
  Step& step = steps[(returns_to >> 2) % steps.size()];
  if (step.returns_to != returns_to) {
    Walk walk{returns_to};
    _Unwind_Backtrace(look, &walk);
    step.returns_to = returns_to;
    step.distance = walk.next_end > walk.found_end && walk.found_end != 0 ? walk.next_end - walk.found_end : 0;
  }
  return step;
}

_Unwind_Reason_Code find_program(_Unwind_Context* context, void* argument) {
  int interrupted = 0;  // there, and not behind a call: a site is behind what has been executed
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &interrupted);
  if (!in_program(address)) return _URC_NO_REASON;
  *static_cast<explore::Site*>(argument) = interrupted != 0 ? address + 1 : address;
  return _URC_END_OF_STACK;
}

}  // namespace

explore::Site first_program_site() {
  explore::Site site = 0;
  _Unwind_Backtrace(find_program, &site);
  return site;
}

explore::Site user_site(std::uintptr_t returns_to, std::uintptr_t frame_end) {
  const explore::Site first = returns_to;
  for (int depth = 0; depth < 16; ++depth) {
    if (in_program(returns_to)) return returns_to;
    const std::uintptr_t distance = step_of(returns_to).distance;
    if (distance == 0) break;
    frame_end += distance;
    if (stack_slot(frame_end - 8) < 0) break;
    returns_to = *reinterpret_cast<const std::uintptr_t*>(frame_end - 8);
  }
  return first;
}

}  // namespace proberen::runtime
