/// More than any report has room for: 10,000 records, every text long and full of what formats must escape.
#pragma once

#include <vector>

#include "proberen/record.hpp"

namespace proberen::render {

/// Failures with long histories, twins that are missed, series with many samples, limits and environments that all differ.
[[nodiscard]] const std::vector<Record>& many_records();

/// Nothing set that a record can do without; a failure, a series and a goal that say nothing.
[[nodiscard]] std::vector<Record> bare_records();

/// Numbers that are none, in each place where a record has a number.
[[nodiscard]] std::vector<Record> records_without_numbers();

}  // namespace proberen::render
