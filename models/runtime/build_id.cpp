#include "models/runtime/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <stdexcept>

namespace proberen::runtime {
namespace {

constexpr std::size_t kBytes = 6;  ///< enough to tell builds apart, short enough to type

void read_notes(const char* at, const char* end, std::string& id) {
  while (at + sizeof(ElfW(Nhdr)) <= end) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const char* const name = at + sizeof note;
    const char* const content = name + ((note.n_namesz + 3U) & ~3U);
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      static const char* const digits = "0123456789abcdef";
      for (std::size_t i = 0; i < note.n_descsz && i < kBytes; ++i) {
        const auto byte = static_cast<unsigned char>(content[i]);
        id += {digits[byte / 16], digits[byte % 16]};
      }
      return;
    }
    at = content + ((note.n_descsz + 3U) & ~3U);
  }
}

/// The first object is the program itself.
int look(dl_phdr_info* info, std::size_t, void* id) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const auto* const notes = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
    read_notes(notes, notes + header.p_memsz, *static_cast<std::string*>(id));
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string id;
  dl_iterate_phdr(look, &id);
  return id.empty() ? "unknown" : id;
}

std::string bind_witness(const std::string& witness) { return build_id() + "/" + witness; }

std::string unbind_witness(const std::string& witness) {
  const std::size_t slash = witness.find('/');
  if (slash == std::string::npos) throw std::invalid_argument("not a witness: it does not say which build it belongs to");
  const std::string mine = build_id();
  if (witness.compare(0, slash, mine) != 0) {
    throw std::invalid_argument("the witness belongs to build " + witness.substr(0, slash) + ", this program is build " + mine +
                                ": explore it anew");
  }
  return witness.substr(slash + 1);
}

}  // namespace proberen::runtime
