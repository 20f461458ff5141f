/// Value: what goes in and out of an operation of a subject, whatever its C++ types are.
///
/// A value is nothing, a truth value, an integer or a word. It has a text form, used in scenarios, histories, records and witnesses:
/// `none`, `true`, `false`, `-3`, `timeout`, `"two words"`.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace proberen {

class Value {
 public:
  Value() = default;
  Value(bool truth) : content_(truth) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T number) : content_(static_cast<std::int64_t>(number)) {}
  Value(std::string word) : content_(std::move(word)) {}
  Value(const char* word) : content_(std::string(word)) {}

  [[nodiscard]] bool is_none() const { return std::holds_alternative<std::monostate>(content_); }
  [[nodiscard]] const bool* as_truth() const { return std::get_if<bool>(&content_); }
  [[nodiscard]] const std::int64_t* as_number() const { return std::get_if<std::int64_t>(&content_); }
  [[nodiscard]] const std::string* as_word() const { return std::get_if<std::string>(&content_); }

  /// The text form; `parse` reads it back.
  [[nodiscard]] std::string text() const;
  /// Nothing when `text` is not a value.
  [[nodiscard]] static std::optional<Value> parse(std::string_view text);

  friend auto operator<=>(const Value&, const Value&) = default;
  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string> content_;
};

/// How a C++ type becomes a Value and back. Specialise `to_value`/`from_value` (found by argument-dependent lookup) for types of your own;
/// an enumeration is its number unless it has a `to_value`.
template <class T>
Value as_value(const T& object) {
  if constexpr (requires {
                  { to_value(object) } -> std::convertible_to<Value>;
                }) {
    return to_value(object);
  } else if constexpr (std::is_enum_v<T>) {
    return Value(static_cast<std::int64_t>(object));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return Value(std::string(std::string_view(object)));
  } else {
    static_assert(std::convertible_to<const T&, Value>, "an operation's result needs a to_value(const T&) returning proberen::Value");
    return Value(object);
  }
}

template <class T>
Value as_value(const std::optional<T>& object) {
  return object ? as_value(*object) : Value();
}

/// The C++ argument that a Value stands for. The generator of the argument makes values of the right kind, so a mismatch is a mistake in
/// the declaration of the subject: throws std::bad_variant_access.
template <class T>
T from_value(const Value& value) {
  if constexpr (std::same_as<T, bool>) {
    return value.as_truth() ? *value.as_truth() : throw std::bad_variant_access();
  } else if constexpr (std::integral<T> || std::is_enum_v<T>) {
    return value.as_number() ? static_cast<T>(*value.as_number()) : throw std::bad_variant_access();
  } else {
    static_assert(std::constructible_from<T, std::string>, "an operation's argument is a bool, an integer, an enumeration or a string");
    return value.as_word() ? T(*value.as_word()) : throw std::bad_variant_access();
  }
}

}  // namespace proberen
