#include "proberen/scenario.hpp"

#include <cctype>
#include <stdexcept>

namespace proberen {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Scenario parse() {
    Scenario scenario;
    std::vector<Call> calls = parse_calls();
    if (peek() == ':') {
      ++position_;
      scenario.before = std::move(calls);
      calls = parse_calls();
    }
    scenario.threads.push_back(std::move(calls));
    while (peek() == '|') {
      ++position_;
      scenario.threads.push_back(parse_calls());
    }
    if (peek() != '\0') fail("unexpected '" + std::string(1, peek()) + "'");
    return scenario;
  }

 private:
  std::vector<Call> parse_calls() {
    std::vector<Call> calls;
    while (is_name(peek())) calls.push_back(parse_call());
    return calls;
  }

  Call parse_call() {
    Call call;
    while (position_ < text_.size() && is_name(text_[position_])) call.operation += text_[position_++];
    if (position_ == text_.size() || text_[position_] != '(') return call;
    ++position_;
    if (peek() == ')') {
      ++position_;
      return call;
    }
    for (;;) {
      call.arguments.push_back(parse_value());
      const char next = peek();
      ++position_;
      if (next == ')') return call;
      if (next != ',') fail("expected ',' or ')'");
    }
  }

  Value parse_value() {
    peek();
    const std::size_t begin = position_;
    if (begin < text_.size() && text_[begin] == '"') {
      ++position_;
      while (position_ < text_.size() && text_[position_] != '"') position_ += text_[position_] == '\\' ? 2 : 1;
      ++position_;
    } else {
      while (position_ < text_.size() && (is_name(text_[position_]) || text_[position_] == '-')) ++position_;
    }
    if (position_ > text_.size()) position_ = text_.size();
    std::optional<Value> value = Value::parse(text_.substr(begin, position_ - begin));
    if (!value) fail("expected a value");
    return *value;
  }

  /// The next character that is not blank; '\0' at the end.
  char peek() {
    while (position_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[position_])) != 0) ++position_;
    return position_ < text_.size() ? text_[position_] : '\0';
  }

  static bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("scenario '" + std::string(text_) + "': " + what + " at character " + std::to_string(position_ + 1));
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

std::string text_of(const std::vector<Call>& calls) {
  std::string text;
  for (const Call& call : calls) text += (text.empty() ? "" : " ") + call.text();
  return text;
}

}  // namespace

std::string Call::text() const {
  if (arguments.empty()) return operation;
  std::string text = operation + '(';
  for (std::size_t i = 0; i < arguments.size(); ++i) text += (i == 0 ? "" : ", ") + arguments[i].text();
  return text + ')';
}

std::size_t Scenario::call_count() const {
  std::size_t count = before.size();
  for (const auto& calls : threads) count += calls.size();
  return count;
}

std::string Scenario::text() const {
  std::string text = before.empty() ? "" : text_of(before) + " : ";
  for (std::size_t i = 0; i < threads.size(); ++i) text += (i == 0 ? "" : " | ") + text_of(threads[i]);
  return text;
}

Scenario Scenario::parse(std::string_view text) { return Parser(text).parse(); }

}  // namespace proberen
