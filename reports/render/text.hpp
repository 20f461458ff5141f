/// Text from records made harmless, and cut to what a report has room for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace proberen::render {

/// One line of valid UTF-8: line breaks and tabs become spaces; control characters, marks that turn the direction of writing, what XML
/// forbids and bytes that are not UTF-8 become U+FFFD. At most `most_bytes`, and then it ends in `…`.
[[nodiscard]] std::string clean(std::string_view text, std::size_t most_bytes = 400);

/// For the places where a part is worse than nothing, such as a command to copy: clean(), or words that say it is too long.
[[nodiscard]] std::string whole_or_excuse(std::string_view text, std::size_t most_bytes = 4000);

/// For HTML and SVG, in text as in attributes.
[[nodiscard]] std::string escape_html(std::string_view text);

/// Columns in a terminal, each code point taken as one.
[[nodiscard]] std::size_t columns(std::string_view text);

/// Filled up with spaces, or cut with `…`, to exactly `width` columns.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);

/// Lines of at most `width` columns, broken at spaces where there are some.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width);

/// Four significant digits, thousands grouped: `0.3125`, `51.5`, `12,345,678`; `–` for what is not a finite number.
[[nodiscard]] std::string number(double value);
[[nodiscard]] std::string number(std::size_t value);

/// `1 record`, `2 records`.
[[nodiscard]] std::string plural(std::size_t count, std::string_view one, std::string_view many);

/// `a, b, c`.
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator = ", ");

/// What is kept of a list that must not grow without end: items are added while they fit, and the others are counted.
class Capped {
 public:
  explicit Capped(std::size_t most_bytes, std::size_t most_items = static_cast<std::size_t>(-1))
      : most_bytes_(most_bytes), most_items_(most_items) {}
  /// False when the item was left out. After the first that is, no more are taken: a list with holes would mislead.
  bool add(std::string_view item);
  /// The same for an item that takes some making: one that is left out anyway is not made.
  template <class Make>
  requires std::is_invocable_v<Make>
  bool add(Make make) { return left_out_ == 0 ? add(std::string_view(make())) : add(std::string_view()); }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  /// `and 12 more, left out to keep this report small`, or "".
  [[nodiscard]] std::string note() const;

 private:
  std::size_t most_bytes_;
  std::size_t most_items_;
  std::size_t items_ = 0;
  std::size_t left_out_ = 0;
  std::string text_;
};

}  // namespace proberen::render
