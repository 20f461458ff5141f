/// Scenario: a few threads, each with a few calls of a subject's operations.
///
/// Its text form is what people read and what replays it: calls apart by blanks, threads apart by `|`, an initial part that runs
/// before the threads start in front of `:` —
///
///   put(1) : put(2) get | try_get
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proberen/value.hpp"

namespace proberen {

struct Call {
  std::string operation;
  std::vector<Value> arguments;

  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const Call&, const Call&) = default;
  friend bool operator==(const Call&, const Call&) = default;
};

struct Scenario {
  std::vector<Call> before;                ///< run in order by the thread that made the object, before the others start
  std::vector<std::vector<Call>> threads;  ///< run side by side

  [[nodiscard]] std::size_t call_count() const;
  [[nodiscard]] std::string text() const;
  /// Throws std::invalid_argument with one line that says where the text goes wrong.
  [[nodiscard]] static Scenario parse(std::string_view text);

  friend bool operator==(const Scenario&, const Scenario&) = default;
};

}  // namespace proberen
