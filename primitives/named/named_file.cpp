#include "primitives/named/named_file.hpp"

#include <algorithm>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

namespace proberen::ipc::detail {
namespace {

constexpr std::string_view kMagic = "proberen";
static_assert(kMagic.size() == sizeof(NamedHeader::magic));

}  // namespace

NamedHeader make_header(std::uint32_t kind, std::size_t size, std::string_view token) {
  NamedHeader header{};
  kMagic.copy(header.magic, sizeof header.magic);
  header.version = kNamedVersion;
  header.kind = kind;
  header.size = size;
  token.copy(header.token, sizeof header.token - 1);
  header.owner = this_process();
  return header;
}

std::optional<NamedHeader> read_header(const Descriptor& file) {
  NamedHeader header{};
  if (resumed([&] { return ::pread(file.get(), &header, sizeof header, 0); }) != sizeof header) return std::nullopt;
  if (std::memcmp(header.magic, kMagic.data(), kMagic.size()) != 0 || header.version != kNamedVersion) return std::nullopt;
  return header;
}

std::string path_of(std::string_view name) {
  const std::string shown(name.substr(0, 80));
  if (name.starts_with('/')) name.remove_prefix(1);
  const bool misnamed = name.empty() || std::ranges::any_of(name, [](char c) { return c == '/' || c == '\0'; });
  if (misnamed) throw_error(EINVAL, "'" + shown + "' is no name: one or more bytes, none of them a slash, but for a leading one");
  if (name.size() > kLongestFileName) {
    throw_error(ENAMETOOLONG, "a name of " + std::to_string(name.size()) + " bytes: it may have " + std::to_string(kLongestFileName));
  }
  std::string path(kNamedFolder);
  path += '/';
  path += kNamedPrefix;
  path += name;
  return path;
}

Resource resource_of(const Descriptor& file, std::string path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_errno("cannot look at '" + path + "'");
  return {std::move(path), status.st_dev, status.st_ino};
}

Descriptor open_file(const std::string& path) {
  // O_NONBLOCK, so that a fifo that somebody has put there blocks nobody.
  return Descriptor(above_standard(resumed([&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); })));
}

}  // namespace proberen::ipc::detail
