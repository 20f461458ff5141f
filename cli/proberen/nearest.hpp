/// The nearest known name to one that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proberen::cli {

/// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other; upper and lower case are the same.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

/// "" when nothing is known.
[[nodiscard]] std::string nearest(std::string_view name, const std::vector<std::string>& known);

/// `no subject 'Lokc': did you mean 'Lock'?`, for `what` = "subject".
[[nodiscard]] std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string>& known);

}  // namespace proberen::cli
