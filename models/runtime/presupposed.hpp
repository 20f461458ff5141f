/// Presupposed: what a search has found out of a program and must know from its beginning (Session::presuppositions), as text in front of a
/// witness: a letter for each kind, what is known, and a semicolon.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace proberen::runtime {

/// `B<address>,<address>,…;` for the letter B; nothing where there are none.
[[nodiscard]] std::string to_text(char letter, const std::vector<std::uintptr_t>& addresses);
/// The same back, taken off the front of the text; none where something else is there.
[[nodiscard]] std::vector<std::uintptr_t> take_addresses(char letter, std::string& text);

}  // namespace proberen::runtime
