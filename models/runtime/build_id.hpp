/// Build id: what a witness is bound to. It names steps of one program, and means nothing to another.
#pragma once

#include <string>

namespace proberen::runtime {

/// The beginning of the build id of the running program (ld's --build-id), in hexadecimal; `unknown` where it has none.
[[nodiscard]] std::string build_id();

/// A witness for this program.
[[nodiscard]] std::string bind_witness(const std::string& witness);
/// The witness without what binds it. Throws std::invalid_argument, one line, where it is bound to another build.
[[nodiscard]] std::string unbind_witness(const std::string& witness);

}  // namespace proberen::runtime
