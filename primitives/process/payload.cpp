#include "primitives/process/payload.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/process/last_words.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// Comes first in the bytes; the name, the birth, the options and the arguments follow.
struct Header {
  /// Tells a library that has been replaced on disk since the creator loaded it.
  std::uint64_t types;
  std::uint32_t name_size;
  std::uint32_t birth_size;
  std::uint64_t options_size;
};

/// The bytes, taken apart.
struct Parts {
  Header header;
  std::string_view name;
  std::string_view birth;
  std::string_view options;
  std::string_view arguments;
};

Parts take_apart(std::string_view bytes) {
  Parts parts{};
  if (bytes.size() < sizeof parts.header) throw std::runtime_error("what the creator sent is incomplete");
  std::memcpy(&parts.header, bytes.data(), sizeof parts.header);
  bytes.remove_prefix(sizeof parts.header);
  parts.name = bytes.substr(0, parts.header.name_size);
  bytes.remove_prefix(parts.name.size());
  parts.birth = bytes.substr(0, parts.header.birth_size);
  bytes.remove_prefix(parts.birth.size());
  parts.options = bytes.substr(0, parts.header.options_size);
  parts.arguments = bytes.substr(parts.options.size());
  return parts;
}

/// `name` is a text, of which nothing is looked at before it is needed.
template <class Name, class Call>
int guarded(Name name, Call call) noexcept {
  const char* problem = "something that is not a std::exception";
  std::string text;
  try {
    return call();
  } catch (const std::exception& exception) {
    text = exception.what();
    problem = text.c_str();
  } catch (...) {
  }
  say_last_words(problem);
  const std::string_view entry(name);
  std::fprintf(stderr, "proberen: entry '%.*s' threw: %s\n", static_cast<int>(entry.size()), entry.data(), problem);
  return 1;
}

}  // namespace

Payload encode(const Entry& entry, const void* arguments, const Birth& birth, std::string_view options) {
  Payload payload;
  const std::string who = birth.bytes();
  const Header header{entry.arguments.hash_code(), static_cast<std::uint32_t>(std::strlen(entry.name)),
                      static_cast<std::uint32_t>(who.size()), options.size()};
  payload.bytes.append(reinterpret_cast<const char*>(&header), sizeof header).append(entry.name).append(who).append(options);
  entry.save(arguments, payload.bytes, payload.descriptors);
  return payload;
}

Descriptor write_memory_file(std::string_view bytes) {
  Descriptor file(above_standard(::memfd_create("proberen-arguments", MFD_CLOEXEC)));
  if (!file || !may_have_file_of(bytes.size())) throw_errno("cannot create a file for " + std::to_string(bytes.size()) + " bytes");
  while (!bytes.empty()) {
    const ssize_t written = resumed([&] { return ::write(file.get(), bytes.data(), bytes.size()); });
    if (written < 0) throw_errno("cannot write the arguments");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

std::string read_memory_file(const Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_errno("cannot read the arguments");
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t size = resumed([&] { return ::pread(file.get(), &bytes[done], bytes.size() - done, static_cast<off_t>(done)); });
    if (size <= 0) throw_errno("cannot read the arguments");
    done += static_cast<std::size_t>(size);
  }
  return bytes;
}

Birth birth_of(std::string_view bytes) { return Birth::from_bytes(take_apart(bytes).birth); }
std::string_view options_of(std::string_view bytes) { return take_apart(bytes).options; }

int run_payload(std::string_view bytes, std::vector<Descriptor>& descriptors, Descriptor parent) noexcept {
  return guarded("(unknown)", [&] {
    const Parts parts = take_apart(bytes);
    return guarded(parts.name, [&] {
      Life(Birth::from_bytes(parts.birth)).begin(std::move(parent));
      const Entry* const entry = find_entry(parts.name);
      if (entry == nullptr || entry->arguments.hash_code() != parts.header.types) {
        throw std::runtime_error("the child does not know this entry: is it in a library that is loaded late, or has changed?");
      }
      return entry->load_and_call(parts.arguments, descriptors);
    });
  });
}

int run_entry(const Entry& entry, void* arguments, Life& life) noexcept {
  return guarded(entry.name, [&] {
    life.begin();
    return entry.call(arguments);
  });
}

void end_child(int exit_code) noexcept {
  join_threads();
  std::cout.flush();
  std::clog.flush();
  std::fflush(nullptr);
  ::_exit(exit_code);
}

}  // namespace proberen::ipc::detail
