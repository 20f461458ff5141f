#include "models/scenarios/telling.hpp"

#include <cctype>
#include <charconv>
#include <optional>

#include "proberen/explore.hpp"

namespace proberen::scenarios {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string name_of(explore::ThreadId thread, std::string_view before) {
  return thread == 0 ? "main" : std::string(before) + std::to_string(thread - 1);
}

/// A number at the front of the text, which is cut off.
template <class Number>
std::optional<Number> take_number(std::string_view& text, int base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::string Telling::text(std::string_view rest) const {
  std::string result;
  while (!rest.empty()) {
    const bool in_word = !result.empty() && std::isalnum(static_cast<unsigned char>(result.back())) != 0;
    for (const std::string_view word : {std::string_view("thread "), std::string_view("T")}) {
      if (in_word || !rest.starts_with(word) || rest.size() == word.size() || !is_digit(rest[word.size()])) continue;
      rest.remove_prefix(word.size());
      result += name_of(take_number<int>(rest, 10).value_or(0), word);
      break;
    }
    if (!in_word && rest.starts_with("0x")) {
      std::string_view digits = rest.substr(2);
      const auto address = take_number<std::uintptr_t>(digits, 16);
      if (address && *address - object_ < size_) {
        result += *address == object_ ? "object" : "object+" + std::to_string(*address - object_);
        rest = digits;
      }
    }
    if (rest.empty()) break;
    result += rest.front();
    rest.remove_prefix(1);
  }
  return result;
}

Failure Telling::of(const explore::Failure& found) const {
  const explore::Told told = explore::tell(found);
  Failure failure;
  failure.kind = told.kind;
  failure.message = text(told.message);
  failure.location = told.location;
  failure.witness = found.witness;
  for (const auto& place : told.places) {
    failure.details.push_back(name_of(place.thread, "thread ") + ": " + text(place.text) +
                              (place.location.empty() ? "" : " at " + place.location));
  }
  std::uint64_t position = 0;
  for (const auto& step : told.steps) {
    Event event;
    event.thread = step.thread - 1;
    event.text = text(step.text);
    event.location = step.location;
    event.begin = event.end = ++position;
    failure.interleaving.push_back(std::move(event));
  }
  return failure;
}

}  // namespace proberen::scenarios
