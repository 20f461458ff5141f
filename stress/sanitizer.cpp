#include "stress/sanitizer.hpp"

#include <algorithm>
#include <optional>
#include <set>

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

std::string short_place(std::string_view path, std::string_view line) {
  return std::string(path.substr(path.find_last_of('/') + 1)) + ':' + std::string(line);
}

bool is_number(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

/// The text up to `end`, which is taken off the front together with it; all of it where there is no `end`.
std::string_view cut(std::string_view& text, std::string_view end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view front = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return front;
}

/// `FILE:LINE` at the end of a frame, `    #1 0x55 in name FILE:LINE[:COLUMN]`, unless it is the sanitizer's or a library's own.
std::string place_in_frame(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(' ');
  if (hash == line.npos || line[hash] != '#' || line.find(" in ") == line.npos) return "";
  std::string_view rest = line.substr(std::min(line.find_last_of(' ') + 1, line.size()));
  const std::string_view path = cut(rest, ":");
  const std::string_view number = cut(rest, ":");
  const bool library =
      path.find("/libsanitizer/") != path.npos || path.find("/usr/include/") != path.npos || path.find("/c++/") != path.npos;
  return library || !is_number(number) ? "" : short_place(path, number);
}

/// `FILE:LINE:COLUMN: runtime error: WORDS`, of UndefinedBehaviorSanitizer.
std::optional<Failure> runtime_error_in(std::string_view line) {
  constexpr std::string_view kMark = ": runtime error: ";
  const std::size_t mark = line.find(kMark);
  if (mark == line.npos) return std::nullopt;
  std::string_view place = line.substr(0, mark);
  const std::string_view path = cut(place, ":");
  Failure failure;
  failure.kind = "undefined-behaviour";
  failure.location = short_place(path, cut(place, ":"));
  failure.message = line.substr(mark + kMark.size());
  failure.details = {std::string(line)};
  return failure;
}

/// `==PID==ERROR: TOOL: WORDS`, of AddressSanitizer and LeakSanitizer; addresses, which differ from run to run, are left out.
std::optional<Failure> error_in(std::string_view line) {
  constexpr std::string_view kMark = "==ERROR: ";
  const std::size_t mark = line.find(kMark);
  if (mark == line.npos) return std::nullopt;
  std::string_view words = line.substr(mark + kMark.size());
  for (const std::string_view end : {" on address", " on unknown address", " at address", " address 0x"})
    words = words.substr(0, words.find(end));
  Failure failure;
  failure.kind = kind_of(std::string(words));
  failure.message = words;
  return failure;
}

}  // namespace

std::vector<Failure> failures_in(std::string_view text) {
  std::vector<Failure> failures;
  std::set<std::string> told;
  bool open = false;  // the last failure's stack is being read
  while (!text.empty()) {
    const std::string_view line = cut(text, "\n");
    if (std::optional<Failure> failure = runtime_error_in(line)) {
      open = false;
      if (told.insert(failure->location + failure->message).second) failures.push_back(std::move(*failure));
    } else if ((failure = error_in(line))) {
      failures.push_back(std::move(*failure));
      open = true;
    }
    if (!open) continue;
    Failure& last = failures.back();
    if (last.details.size() < kMostDetails) last.details.emplace_back(line);
    if (last.location.empty()) last.location = place_in_frame(line);
  }
  return failures;
}

}  // namespace proberen::stress
