#include "models/runtime/unseen.hpp"

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string_view>

#include "models/runtime/lines.hpp"

namespace proberen::runtime {
namespace {

constexpr std::size_t kNamed = 5;  ///< so many are told by name

/// The code of the units that were compiled with the instrumentation.
std::vector<Range> instrumented_code(Dwfl_Module* module) {
  std::vector<Range> code;
  Dwarf_Addr bias = 0;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr;) {
    Dwarf_Attribute attribute;
    const char* const producer = dwarf_formstring(dwarf_attr(unit, DW_AT_producer, &attribute));
    if (producer == nullptr || std::strstr(producer, "-fsanitize=thread") == nullptr) continue;
    Dwarf_Addr base = 0, low = 0, high = 0;
    for (std::ptrdiff_t offset = 0; (offset = dwarf_ranges(unit, offset, &base, &low, &high)) > 0;)
      code.push_back({low + bias, high + bias});
  }
  return code;
}

bool contain(const std::vector<Range>& ranges, std::uintptr_t address) {
  return std::any_of(ranges.begin(), ranges.end(), [=](const Range& range) { return range.contains(address); });
}

/// What the compiler makes itself: wrappers of thread-local variables and their initialization, and clang's call of std::terminate.
bool is_made_by_compiler(std::string_view name) {
  return name.starts_with("_ZTW") || name.starts_with("_ZTH") || name == "__clang_call_terminate";
}

/// The functions of the module that lie elsewhere, by their addresses.
std::map<std::uintptr_t, std::string> functions_beside(Dwfl_Module* module, const std::vector<Range>& code) {
  std::map<std::uintptr_t, std::string> functions;
  const int count = dwfl_module_getsymtab(module);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol{};
    GElf_Addr address = 0;
    const char* const name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name == nullptr || GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
    if (!contain(code, address) && !is_made_by_compiler(name)) functions.emplace(address, name);
  }
  return functions;
}

/// Four bytes that are the distance to a function from their end: a call, a jump, or a function's address.
void find_calls(const Range& code, const std::map<std::uintptr_t, std::string>& functions, std::set<std::string>& called) {
  if (functions.empty()) return;
  const std::uintptr_t lowest = functions.begin()->first;
  const std::uintptr_t highest = functions.rbegin()->first;
  for (std::uintptr_t at = code.low; at + 4 <= code.high; ++at) {
    std::int32_t distance = 0;
    std::memcpy(&distance, reinterpret_cast<const void*>(at), sizeof(distance));
    const std::uintptr_t target = at + 4 + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(distance));
    if (target < lowest || target > highest) continue;
    if (const auto found = functions.find(target); found != functions.end()) called.insert(found->second);
  }
}

/// mfence, lock cmpxchg, lock xadd, lock cmpxchg16b, and the locked addition of nothing to the stack that is a fence. No compiler writes
/// them where it calls hooks for atomic accesses.
bool is_atomic_instruction(const unsigned char* code, const unsigned char* end) {
  const auto left = end - code;
  if (left >= 3 && code[0] == 0x0f && code[1] == 0xae && code[2] == 0xf0) return true;
  if (left < 6 || code[0] != 0xf0) return false;
  ++code;
  if (*code == 0x66) ++code;
  if ((*code & 0xf0U) == 0x40) ++code;  // REX
  if (code[0] == 0x83 && end - code >= 4) return code[1] == 0x0c && code[2] == 0x24 && code[3] == 0;
  return code[0] == 0x0f && (code[1] == 0xb0 || code[1] == 0xb1 || code[1] == 0xc0 || code[1] == 0xc1 || code[1] == 0xc7);
}

void find_assembly(const Range& code, const Lines& lines, std::vector<std::string>& places) {
  const auto* const end = reinterpret_cast<const unsigned char*>(code.high);
  for (const auto* at = reinterpret_cast<const unsigned char*>(code.low); at < end; ++at) {
    if (!is_atomic_instruction(at, end)) continue;
    std::string place = lines.of_site(reinterpret_cast<std::uintptr_t>(at) + 1);
    if (!place.empty() && std::find(places.begin(), places.end(), place) == places.end()) places.push_back(std::move(place));
  }
}

/// Functions of libraries that are not instrumented, and annotations.
void find_imports(const Module& module, const std::vector<Module>& modules, Unseen& unseen, std::set<std::string>& called) {
  static_cast<void>(any_import(module, [&](const Import& import) {
    const std::string_view name = import.name;
    if (name == "__tsan_acquire" || name == "AnnotateHappensAfter") unseen.annotated = true;
    const auto target = *reinterpret_cast<const std::uintptr_t*>(import.slot);
    for (const Module& other : modules) {
      const bool expected = other.instrumented || other.system || other.own || other.of_compiler;
      if (!expected && other.text.contains(target)) called.insert(import.name);
    }
    return false;
  }));
}

}  // namespace

Unseen find_unseen(const std::vector<Module>& modules) {
  Unseen unseen;
  std::set<std::string> called;
  const Lines lines;
  for (const Module& module : modules) {
    if (!module.instrumented) continue;
    find_imports(module, modules, unseen, called);
    Dwfl_Module* const information = lines.module_at(module.text.low);
    const std::vector<Range> code = information == nullptr ? std::vector<Range>() : instrumented_code(information);
    if (code.empty()) {
      unseen.known = false;
      continue;
    }
    const auto functions = functions_beside(information, code);
    for (const Range& range : code) {
      find_calls(range, functions, called);
      find_assembly(range, lines, unseen.assembly);
    }
  }
  for (const std::string& name : called) unseen.functions.push_back(readable(name));
  return unseen;
}

namespace {

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kNamed; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kNamed ? text + ", …" : text;
}

}  // namespace

std::vector<std::string> to_limits(const Unseen& unseen) {
  std::vector<std::string> limits;
  if (const std::size_t count = unseen.functions.size(); count != 0) {
    limits.push_back(std::to_string(count) + (count == 1 ? " function that is" : " functions that are") + " called " +
                     (count == 1 ? "was" : "were") + " not compiled with proberen-cc or proberen-c++, and what " +
                     (count == 1 ? "it does" : "they do") + " is not seen: " + list_of(unseen.functions));
  }
  if (!unseen.assembly.empty()) {
    limits.push_back(
        "atomic instructions and fences of inline assembly, or that the compiler leaves without a hook, are not seen, and order nothing "
        "here: " +
        list_of(unseen.assembly));
  }
  if (unseen.annotated) limits.push_back("annotations for ThreadSanitizer are not heeded: they order nothing here");
  if (!unseen.known)
    limits.push_back("without debug information it is not known whether all of the program was compiled with proberen-cc or proberen-c++");
  return limits;
}

}  // namespace proberen::runtime
