#include "models/runtime/lines.hpp"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unordered_map>

#include "models/runtime/heap.hpp"
#include "models/runtime/kernel_threads.hpp"

namespace proberen::runtime {

struct Lines::Data {
  Dwfl_Callbacks callbacks{};
  char* debug_path = nullptr;
  Dwfl* dwfl = nullptr;
  // What has been asked for: an execution has many steps at few places.
  std::unordered_map<std::uintptr_t, std::string> sites;
  std::unordered_map<std::uintptr_t, std::string> names;
};

Lines::Lines() : data_(std::make_unique<Data>()) {
  data_->callbacks.find_elf = dwfl_linux_proc_find_elf;
  data_->callbacks.find_debuginfo = dwfl_standard_find_debuginfo;
  data_->callbacks.debuginfo_path = &data_->debug_path;
  data_->dwfl = dwfl_begin(&data_->callbacks);
  if (data_->dwfl == nullptr) return;
  if (dwfl_linux_proc_report(data_->dwfl, getpid()) != 0 || dwfl_report_end(data_->dwfl, nullptr, nullptr) != 0) {
    dwfl_end(data_->dwfl);
    data_->dwfl = nullptr;
  }
}

Lines::~Lines() {
  if (data_->dwfl != nullptr) dwfl_end(data_->dwfl);
}

namespace {

/// `file:line`; what is relative is so to where the compiler ran.
std::string normal(Dwarf_Die* unit, const char* file, int line) {
  if (file == nullptr || line == 0) return "";
  std::filesystem::path path(file);
  Dwarf_Attribute attribute;
  const char* const folder = dwarf_formstring(dwarf_attr(unit, DW_AT_comp_dir, &attribute));
  if (path.is_relative() && folder != nullptr) path = folder / path;
  return path.lexically_normal().string() + ":" + std::to_string(line);
}

/// Headers of the compiler and the system: people want to see the line of their own that led there.
bool is_system(const std::string& place) { return place.starts_with("/usr/include/") || place.starts_with("/usr/lib/"); }

/// The compilation unit of an address. clang writes no index of addresses, so all units are asked.
Dwarf_Die* unit_of(Dwfl_Module* module, Dwarf_Addr address, Dwarf_Addr& bias) {
  if (Dwarf_Die* const found = dwfl_module_addrdie(module, address, &bias)) return found;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr;) {
    if (dwarf_haspc(unit, address - bias) == 1) return unit;
  }
  return nullptr;
}

/// The innermost call that was inlined at the address and stands in a file of the user's; "" if there is none.
std::string inlined_call(Dwarf_Die* unit, Dwarf_Addr address, Dwarf_Addr bias) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes(unit, address - bias, &scopes);
  if (count <= 0) return "";
  // dwarf_getscopes gives abstract scopes beyond the first inlined one; the concrete ones are the ancestors of the innermost.
  Dwarf_Die* ancestors = nullptr;
  const int depth = dwarf_getscopes_die(&scopes[0], &ancestors);
  std::string found;
  Dwarf_Files* files = nullptr;
  std::size_t file_count = 0;
  if (dwarf_getsrcfiles(unit, &files, &file_count) == 0) {
    for (int i = 0; i < depth && found.empty(); ++i) {
      if (dwarf_tag(&ancestors[i]) != DW_TAG_inlined_subroutine) continue;
      Dwarf_Attribute attribute;
      Dwarf_Word file = 0, line = 0;
      if (dwarf_formudata(dwarf_attr(&ancestors[i], DW_AT_call_file, &attribute), &file) != 0) continue;
      if (dwarf_formudata(dwarf_attr(&ancestors[i], DW_AT_call_line, &attribute), &line) != 0) continue;
      const std::string place = normal(unit, dwarf_filesrc(files, file, nullptr, nullptr), static_cast<int>(line));
      if (!place.empty() && !is_system(place)) found = place;
    }
  }
  std::free(ancestors);
  std::free(scopes);
  return found;
}

}  // namespace

std::string readable(const std::string& symbol) {
  int status = 0;
  char* const demangled = symbol.starts_with("_Z") ? abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status) : nullptr;
  std::string text = demangled != nullptr ? demangled : symbol;
  std::free(demangled);
  return text;
}

std::string Lines::of_function(std::uintptr_t address) const {
  Dwfl_Module* const module = module_at(address);
  const char* const name = module == nullptr ? nullptr : dwfl_module_addrname(module, address);
  return name == nullptr ? "" : name;
}

Dwfl_Module* Lines::module_at(std::uintptr_t address) const {
  return data_->dwfl == nullptr ? nullptr : dwfl_addrmodule(data_->dwfl, address);
}

std::string Lines::of_site(std::uintptr_t site) const {
  const auto [place, is_new] = data_->sites.try_emplace(site);
  if (is_new) place->second = look_up_site(site);
  return place->second;
}

std::string Lines::of_data(std::uintptr_t address) const {
  const auto [name, is_new] = data_->names.try_emplace(address);
  if (is_new) name->second = look_up_data(address);
  return name->second;
}

bool Lines::returns_nothing(std::uintptr_t function) const {
  Dwfl_Module* const module = module_at(function);
  Dwarf_Addr bias = 0;
  Dwarf_Die* const unit = module == nullptr ? nullptr : unit_of(module, function, bias);
  Dwarf_Die* scopes = nullptr;
  const int count = unit == nullptr ? 0 : dwarf_getscopes(unit, function - bias, &scopes);
  bool nothing = false;
  for (int i = 0; i < count; ++i) {
    if (dwarf_tag(&scopes[i]) != DW_TAG_subprogram) continue;
    Dwarf_Attribute attribute;
    nothing = dwarf_attr_integrate(&scopes[i], DW_AT_type, &attribute) == nullptr;
    break;
  }
  std::free(scopes);
  return nothing;
}

std::string Lines::look_up_site(std::uintptr_t site) const {
  const Dwarf_Addr address = site - 1;
  Dwfl_Module* const module = site == 0 ? nullptr : module_at(address);
  if (module == nullptr) return "";
  Dwarf_Addr bias = 0;
  Dwarf_Die* const unit = unit_of(module, address, bias);
  if (unit == nullptr) return "";
  Dwarf_Line* const line = dwarf_getsrc_die(unit, address - bias);
  if (line == nullptr) return "";
  int number = 0;
  dwarf_lineno(line, &number);
  const std::string place = normal(unit, dwarf_linesrc(line, nullptr, nullptr), number);
  if (!is_system(place)) return place;
  const std::string call = inlined_call(unit, address, bias);
  return call.empty() ? place : call;
}

std::string Lines::of_way(std::uintptr_t site, const std::vector<std::uintptr_t>& callers) const {
  const std::string first = of_site(site);
  if (!first.empty() && !is_system(first)) return first;
  for (const std::uintptr_t caller : callers) {
    const std::string place = of_site(caller);
    if (!place.empty() && !is_system(place)) return place;
  }
  return first;
}

std::string Lines::look_up_data(std::uintptr_t address) const {
  if (const int slot = stack_slot(address); slot >= 0) return "";
  Dwfl_Module* const module = in_arena(address) ? nullptr : module_at(address);
  if (module == nullptr) return "";
  GElf_Off offset = 0;
  GElf_Sym symbol{};
  const char* const name = dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name == nullptr || offset >= std::max<std::uint64_t>(symbol.st_size, 1)) return "";
  const std::string text = readable(name);
  return offset == 0 ? text : text + "+" + std::to_string(offset);
}

std::string Lines::name_addresses(const std::string& text) const {
  std::string result;
  std::size_t done = 0;
  for (std::size_t at = text.find("0x"); at != std::string::npos; at = text.find("0x", done)) {
    char* end = nullptr;
    const std::uintptr_t address = std::strtoull(text.c_str() + at, &end, 16);
    const auto after = static_cast<std::size_t>(end - text.c_str());
    const std::string name = of_data(address);
    result += text.substr(done, at - done);
    result += name.empty() ? text.substr(at, after - at) : name;
    done = after;
  }
  return result + text.substr(done);
}

}  // namespace proberen::runtime
