#include "models/runtime/presupposed.hpp"

#include <cstdio>
#include <cstdlib>

namespace proberen::runtime {

std::string to_text(char letter, const std::vector<std::uintptr_t>& addresses) {
  std::string text;
  for (const std::uintptr_t address : addresses) {
    char one[24];
    std::snprintf(one, sizeof(one), "%c%lx", text.empty() ? letter : ',', static_cast<unsigned long>(address));
    text += one;
  }
  return text.empty() ? "" : text + ";";
}

std::vector<std::uintptr_t> take_addresses(char letter, std::string& text) {
  std::vector<std::uintptr_t> addresses;
  const std::size_t end = text.find(';');
  if (text.empty() || text[0] != letter || end == std::string::npos) return addresses;
  for (const char* at = text.c_str(); at == text.c_str() || *at == ',';) {
    char* next = nullptr;
    addresses.push_back(std::strtoull(at + 1, &next, 16));
    at = next;
  }
  text.erase(0, end + 1);
  return addresses;
}

}  // namespace proberen::runtime
