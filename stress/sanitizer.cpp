#include "stress/sanitizer.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

namespace proberen::stress {
namespace {

constexpr std::size_t kMostDetails = 40;

std::string kind_of(const std::string& words) {
  if (words.find("use-after") != words.npos) return "use-after-free";
  if (words.find("double-free") != words.npos || words.find("bad-free") != words.npos) return "double-free";
  if (words.find("overflow") != words.npos || words.find("underflow") != words.npos) return "out-of-bounds";
  if (words.find("leak") != words.npos) return "leak";
  if (words.find("SEGV") != words.npos || words.find("BUS") != words.npos) return "crash";
  return "other";
}

std::string short_place(const std::string& path, const std::string& line) { return path.substr(path.find_last_of('/') + 1) + ':' + line; }

/// The first place in a stack that is not the sanitizer's or the standard library's own.
std::string place_in_stack(const std::string& line) {
  static const std::regex frame(R"(^\s+#\d+ 0x[0-9a-f]+ in .* ([^ ]+\.(?:cpp|hpp|h|cc|c)):(\d+))");
  std::smatch match;
  if (!std::regex_search(line, match, frame)) return "";
  const std::string path = match[1];
  if (path.find("/libsanitizer/") != path.npos || path.find("/usr/include/") != path.npos || path.find("/c++/") != path.npos) return "";
  return short_place(path, match[2]);
}

}  // namespace

std::vector<Failure> failures_in(std::string_view text) {
  static const std::regex runtime_error(R"(([^\s:]+):(\d+):\d+: runtime error: (.*))");
  static const std::regex error(R"(==\d+==ERROR: (AddressSanitizer|LeakSanitizer): (.*))");
  std::vector<Failure> failures;
  std::set<std::string> told;
  Failure* open = nullptr;  // whose stack is being read
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, runtime_error)) {
      open = nullptr;
      Failure failure;
      failure.kind = "undefined-behaviour";
      failure.location = short_place(match[1], match[2]);
      failure.message = match[3];
      failure.details = {line};
      if (told.insert(failure.location + failure.message).second) failures.push_back(std::move(failure));
    } else if (std::regex_search(line, match, error)) {
      Failure failure;
      failure.kind = kind_of(match[2]);
      // Addresses differ from run to run.
      failure.message =
          std::string(match[1]) + ": " + std::regex_replace(std::string(match[2]), std::regex(" (on|at)? ?(unknown )?address.*"), "");
      failures.push_back(std::move(failure));
      open = &failures.back();
    }
    if (open == nullptr) continue;
    if (open->details.size() < kMostDetails) open->details.push_back(line);
    if (open->location.empty()) open->location = place_in_stack(line);
  }
  return failures;
}

}  // namespace proberen::stress
