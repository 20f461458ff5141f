/// The text form of Relacy's schedules. Random: `R<number of the execution>`. Full search: `F<execution>-` and for each choice that was
/// made three characters: out of how many, which, and of what kind.
#pragma once

#include <string>

#include "models/relacy/execution.hpp"

namespace proberen::relacy {

struct Witness {
  Strategy strategy = Strategy::kRandom;
  std::string state;  ///< in the form that Relacy writes and reads
};

[[nodiscard]] std::string to_text(const Witness& witness);
/// Throws std::invalid_argument.
[[nodiscard]] Witness parse_witness(const std::string& text);

}  // namespace proberen::relacy
