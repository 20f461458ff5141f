/// Records made by hand, with every kind of field, for the tests of the record and of what is made from records.
#pragma once

#include <vector>

#include "proberen/record.hpp"

namespace proberen::samples {

/// Every field filled in, though no one record would have them all.
[[nodiscard]] Record everything();
/// A queue that passes all four methods, with its benchmark.
[[nodiscard]] std::vector<Record> good_queue();
/// A fuzz failure with a history of which no order explains the last call.
[[nodiscard]] Record broken_queue();
/// A deadlock that exploration found, with its steps.
[[nodiscard]] Record deadlock();
/// A twin that a method claims to catch.
[[nodiscard]] Record twin(const std::string& method, bool caught);
/// Skipped, with a reason.
[[nodiscard]] Record skipped();
[[nodiscard]] Record inconclusive();
/// All of the above with one failure of each sort and one twin missed.
[[nodiscard]] std::vector<Record> mixed();

}  // namespace proberen::samples
