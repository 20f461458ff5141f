#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/random.h>

#include "primitives/process/system_call.hpp"
#include "primitives/tracker/protocol.hpp"

namespace proberen::ipc::detail {
namespace {

constexpr std::size_t kLongestToken = 32;

bool is_token(std::string_view text) {
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= kLongestToken && std::ranges::all_of(text, allowed);
}

/// Empty when the kernel gives no random bytes.
std::string draw_token() {
  std::array<unsigned char, kLongestToken / 2> random{};
  // Up to 256 bytes never come in part (getrandom(2)).
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return {};
  std::string token;
  for (const unsigned char byte : random) {
    constexpr char kDigits[] = "0123456789abcdef";
    token += kDigits[byte / 16];
    token += kDigits[byte % 16];
  }
  return token;
}

/// The token that this process began with, which counts where the environment names none (any more). Written by main() alone, before there
/// are other threads. Leaked, so that it outlives every object that owns a name.
std::string& first_token() {
  static std::string* const token = new std::string;
  return *token;
}

}  // namespace

void ensure_token() {
  std::string& first = first_token();
  const char* const inherited = std::getenv(tracker::kTokenVariable);
  if (first.empty()) first = inherited != nullptr && is_token(inherited) ? inherited : draw_token();
  if (inherited == nullptr && !first.empty()) ::setenv(tracker::kTokenVariable, first.c_str(), 0);
}

std::string family_token() {
  const char* const text = std::getenv(tracker::kTokenVariable);
  // Whoever cleared the environment may have other threads by now, so it is not put there again.
  const std::string token = text == nullptr ? first_token() : text;
  if (text == nullptr && token.empty()) throw_error(EIO, "the kernel gave no random bytes to name the resource tracker");
  if (!is_token(token)) {
    throw_error(EINVAL, std::string(tracker::kTokenVariable) + " is '" + token + "', not up to 32 letters and digits: unset it");
  }
  return token;
}

}  // namespace proberen::ipc::detail
