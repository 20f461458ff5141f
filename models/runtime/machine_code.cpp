#include "models/runtime/machine_code.hpp"

#include <algorithm>
#include <cstring>

namespace proberen::runtime {
namespace {

/// The address that an instruction names by its distance from its end, with an immediate operand of so many bytes between.
std::uintptr_t named_by(const unsigned char* distance_at, unsigned immediate) {
  std::int32_t distance = 0;
  std::memcpy(&distance, distance_at, sizeof(distance));
  return reinterpret_cast<std::uintptr_t>(distance_at) + sizeof(distance) + immediate +
         static_cast<std::uintptr_t>(std::intptr_t{distance});
}

/// Whether four bytes are the distance to writable data in an instruction that reads or writes it.
bool touches_static_data(const unsigned char* at, const unsigned char* low, const Module& module) {
  const unsigned char mode = at[-1], operation = at[-2];
  const bool locks = (at - low >= 3 && at[-3] == 0xf0) || (at - low >= 4 && at[-4] == 0xf0);
  const bool jumps = operation == 0xff && (mode == 0x15 || mode == 0x25);
  if ((mode & 0xc7U) != 0x05 || operation == 0x8d || jumps || locks) return false;
  for (const unsigned immediate : {0U, 1U, 2U, 4U}) {
    const std::uintptr_t address = named_by(at, immediate);
    if (std::any_of(module.writable.begin(), module.writable.end(), [=](const Range& range) { return range.contains(address); }))
      return true;
  }
  return false;
}

}  // namespace

const void* callee_of(const unsigned char* call, const Module& module) {
  const unsigned char* jump = call;
  if (*call == 0xe8 || *call == 0xe9) {  // a call, or one at the end of a function
    jump = reinterpret_cast<const unsigned char*>(named_by(call + 1, 0));
    constexpr unsigned char kBranchTarget[] = {0xf3, 0x0f, 0x1e, 0xfa};
    if (!module.text.contains(reinterpret_cast<std::uintptr_t>(jump))) return nullptr;
    if (std::memcmp(jump, kBranchTarget, sizeof(kBranchTarget)) == 0) jump += sizeof(kBranchTarget);
    if (*jump == 0xf2) ++jump;
  }
  if (jump[0] != 0xff || (jump[1] != 0x25 && jump[1] != 0x15)) return nullptr;
  const std::uintptr_t slot = named_by(jump + 2, 0);
  if (!module.whole.contains(slot)) return nullptr;
  const void* callee = nullptr;
  std::memcpy(&callee, reinterpret_cast<const void*>(slot), sizeof(callee));
  return callee;
}

bool touches_unhooked(const Range& code, const Module& module, const std::set<std::uintptr_t>& hooks) {
  const auto* const low = reinterpret_cast<const unsigned char*>(code.low);
  const auto* const high = reinterpret_cast<const unsigned char*>(code.high);
  bool touches = false;
  for (const auto* at = low; at + 4 <= high; ++at) {
    if (hooks.contains(reinterpret_cast<std::uintptr_t>(callee_of(at, module)))) return false;
    touches = touches || (at >= low + 2 && touches_static_data(at, low, module));
  }
  return touches;
}

}  // namespace proberen::runtime
