#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/random.h>

#include "primitives/process/system_call.hpp"
#include "primitives/tracker/protocol.hpp"

namespace proberen::ipc::detail {
namespace {

constexpr std::size_t kLongestToken = 32;

}  // namespace

void ensure_token() {
  if (std::getenv(tracker::kTokenVariable) != nullptr) return;
  std::array<unsigned char, kLongestToken / 2> random{};
  // Up to 256 bytes never come in part (getrandom(2)).
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) return;
  std::string token;
  for (const unsigned char byte : random) {
    constexpr char kDigits[] = "0123456789abcdef";
    token += kDigits[byte / 16];
    token += kDigits[byte % 16];
  }
  ::setenv(tracker::kTokenVariable, token.c_str(), 0);
}

std::string family_token() {
  const char* const text = std::getenv(tracker::kTokenVariable);
  const std::string token = text == nullptr ? "" : text;
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (token.empty() || token.size() > kLongestToken || !std::ranges::all_of(token, allowed)) {
    throw_error(EINVAL, std::string(tracker::kTokenVariable) + " is '" + token + "', not up to 32 letters and digits: unset it");
  }
  return token;
}

}  // namespace proberen::ipc::detail
