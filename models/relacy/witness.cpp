#include "models/relacy/witness.hpp"

#include <sstream>
#include <stdexcept>
#include <string_view>

namespace proberen::relacy {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

[[noreturn]] void refuse(const std::string& text) {
  throw std::invalid_argument("'" + text.substr(0, 40) + "' is no witness of an exploration: R<number> or F<number>-<choices>");
}

}  // namespace

std::string to_text(const Witness& witness) {
  std::istringstream words(witness.state);
  std::string execution;
  std::size_t choices = 0;
  words >> execution;
  if (witness.strategy == Strategy::kRandom) return 'R' + execution;
  words >> choices;
  std::string text = 'F' + execution + '-';
  for (std::size_t number = 0; words >> number;) text += number < kDigits.size() ? kDigits[number] : '?';
  return text;
}

Witness parse_witness(const std::string& text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const std::string execution = text.size() > 1 ? text.substr(1, dash - 1) : "";
  if (execution.empty() || execution.size() > 18 || execution.find_first_not_of("0123456789") != std::string::npos) refuse(text);
  if (text[0] == 'R' && dash == text.size()) return {Strategy::kRandom, execution + " "};
  if (text[0] != 'F' || dash == text.size() || (text.size() - dash - 1) % 3 != 0) refuse(text);
  const std::string_view choices = std::string_view(text).substr(dash + 1);
  std::string state = execution + ' ' + std::to_string(choices.size() / 3) + ' ';
  for (std::size_t i = 0; i < choices.size(); i += 3) {
    const std::size_t count = kDigits.find(choices[i]);
    const std::size_t index = kDigits.find(choices[i + 1]);
    const std::size_t kind = kDigits.find(choices[i + 2]);
    if (count == kDigits.npos || index >= count || kind > 9) refuse(text);
    state += std::to_string(count) + ' ' + std::to_string(index) + ' ' + std::to_string(kind) + ' ';
  }
  return {Strategy::kFull, state};
}

}  // namespace proberen::relacy
