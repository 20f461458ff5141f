#include "proberen/value.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace proberen {
namespace {

bool is_plain_word(std::string_view text) {
  if (text.empty() || text == "none" || text == "true" || text == "false") return false;
  if (std::isalpha(static_cast<unsigned char>(text.front())) == 0 && text.front() != '_') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text + '"';
}

std::optional<Value> parse_quoted(std::string_view text) {
  std::string word;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1 == text.size() ? std::optional<Value>(word) : std::nullopt;
    if (text[i] == '\\') {
      if (++i == text.size()) return std::nullopt;
      word += text[i] == 'n' ? '\n' : text[i];
    } else {
      word += text[i];
    }
  }
  return std::nullopt;
}

}  // namespace

std::string Value::text() const {
  if (const bool* truth = as_truth()) return *truth ? "true" : "false";
  if (const std::int64_t* number = as_number()) return std::to_string(*number);
  if (const std::string* word = as_word()) return is_plain_word(*word) ? *word : quoted(*word);
  return "none";
}

std::optional<Value> Value::parse(std::string_view text) {
  if (text == "none") return Value();
  if (text == "true") return Value(true);
  if (text == "false") return Value(false);
  if (is_plain_word(text)) return Value(std::string(text));
  if (text.starts_with('"')) return parse_quoted(text);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Value(number);
}

}  // namespace proberen
