#include "stress/places.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>

namespace proberen::stress {
namespace {

constexpr std::string_view kHexadecimal = "0123456789abcdef";

/// One line of what a command prints.
std::string first_line_of(const std::string& command) {
  std::string line;
  FILE* const output = ::popen(command.c_str(), "r");
  if (output == nullptr) return line;
  for (int character = std::fgetc(output); character != EOF && character != '\n'; character = std::fgetc(output)) {
    line += static_cast<char>(character);
  }
  ::pclose(output);
  return line;
}

std::string place_in(const std::string& module, const std::string& offset) {
  static std::map<std::string, std::string> known;
  std::string& place = known[module + offset];
  if (!place.empty()) return place;
  place = module + "+0x" + offset;
  if (module.find('\'') != module.npos) return place;
  const std::string line = first_line_of("addr2line -e '" + module + "' 0x" + offset + " 2>/dev/null");
  if (!line.empty() && line.find('?') == line.npos) place = line.substr(0, line.find(' '));
  return place;
}

/// The word at `end`, an absolute path.
std::size_t begin_of_path(std::string_view text, std::size_t end) {
  const std::size_t blank = text.find_last_of(" (", end);
  return blank == text.npos ? 0 : blank + 1;
}

void find_places(std::string& text) {
  for (std::size_t plus = text.find("+0x"); plus != text.npos; plus = text.find("+0x", plus + 1)) {
    const std::size_t begin = begin_of_path(text, plus);
    const std::size_t digits_end = std::min(text.find_first_not_of(kHexadecimal, plus + 3), text.size());
    if (text[begin] != '/' || digits_end == plus + 3) continue;
    const std::string place = place_in(text.substr(begin, plus - begin), text.substr(plus + 3, digits_end - plus - 3));
    text.replace(begin, digits_end - begin, place);
    plus = begin + place.size() - 1;
  }
  // What matters of a path is its end.
  for (std::size_t begin = text.find(" /"); begin != text.npos; begin = text.find(" /", begin + 1)) {
    const std::size_t end = std::min(text.find(' ', begin + 1), text.size());
    const std::size_t slash = text.rfind('/', end - 1);
    text.erase(begin + 1, slash - begin);
  }
  if (text.starts_with('/')) text.erase(0, text.find_last_of('/') + 1);
}

}  // namespace

void find_places(Failure& failure) {
  find_places(failure.message);
  find_places(failure.location);
  for (std::string& line : failure.details) find_places(line);
}

}  // namespace proberen::stress
