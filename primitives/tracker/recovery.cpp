#include "primitives/tracker/recovery.hpp"

#include <cstring>
#include <filesystem>
#include <system_error>

#include "primitives/named/named_file.hpp"

namespace proberen::ipc::detail {

std::vector<Found> recover(const std::string& token) {
  std::vector<Found> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(kNamedFolder, error)) {
    if (!entry.path().filename().native().starts_with(kNamedPrefix)) continue;
    const Descriptor file = open_file(entry.path());
    const std::optional<NamedHeader> header = file ? read_header(file) : std::nullopt;
    if (!header || token != std::string_view(header->token, ::strnlen(header->token, sizeof header->token))) continue;
    names.push_back({resource_of(file, entry.path()), header->owner.pid, hold_process(header->owner)});
  }
  return names;
}

}  // namespace proberen::ipc::detail
