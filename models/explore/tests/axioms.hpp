/// The memory model once more, straight from the axioms: all consistent executions of a small program are counted by trying every source of
/// every read and every modification order. An oracle for the search; it shares no code with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proberen/explore/types.hpp"

namespace proberen::explore {

enum class Op : std::uint8_t { kLoad, kStore, kAdd, kCas, kFence, kLock, kUnlock, kAwait, kWait, kTake };

struct Instruction {
  Op op = Op::kLoad;
  // kAwait assumes what it reads, kWait waits for it; kTake waits for more than nothing and takes one.
  int location = 0;  ///< kLock and kUnlock: a location of locks alone
  Order order = Order::kRelaxed;
  Order on_failure = Order::kRelaxed;  ///< of kCas
  int expected = 0;                    ///< of kCas, kAwait and kWait
  int value = 0;                       ///< stored, added, swapped in
};

using Program = std::vector<std::vector<Instruction>>;

/// Complete executions, those in which no lock and no await waits for ever.
[[nodiscard]] std::uint64_t count_executions(const Program& program, MemoryModel model);

[[nodiscard]] std::string to_text(const Program& program);

}  // namespace proberen::explore
