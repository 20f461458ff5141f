#include "models/runtime/unseen.hpp"

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "models/runtime/lines.hpp"
#include "models/runtime/machine_code.hpp"
#include "proberen/explore/types.hpp"

extern "C" proberen::explore::Value __tsan_atomic128_load(const volatile proberen::explore::Value* pointer, int order);

namespace proberen::runtime {
namespace {

constexpr std::size_t kNamed = 5;  ///< so many are told by name

bool contain(const std::vector<Range>& ranges, std::uintptr_t address) {
  return std::any_of(ranges.begin(), ranges.end(), [=](const Range& range) { return range.contains(address); });
}

/// What was compiled with the instrumentation.
struct Instrumented {
  std::vector<Range> code;
  std::vector<std::uintptr_t> statements;  ///< where the line table has something begin: the first byte of an instruction
  bool locals_left_out = false;
};

/// Clang before 21 takes a part of a local variable for one that no other thread can reach where only the whole was given away (LLVM issue
/// 132739).
bool leaves_out_locals(const char* producer) {
  constexpr const char* kClang = "clang version ";
  const char* const clang = std::strstr(producer, kClang);
  return clang != nullptr && std::atoi(clang + std::strlen(kClang)) < 21;
}

void add_statements(Dwarf_Die* unit, Dwarf_Addr bias, std::vector<std::uintptr_t>& statements) {
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  if (dwarf_getsrclines(unit, &lines, &count) != 0) return;
  for (std::size_t i = 0; i < count; ++i) {
    Dwarf_Addr address = 0;
    if (dwarf_lineaddr(dwarf_onesrcline(lines, i), &address) == 0) statements.push_back(address + bias);
  }
}

Instrumented find_instrumented(Dwfl_Module* module) {
  Instrumented found;
  Dwarf_Addr bias = 0;
  for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr;) {
    Dwarf_Attribute attribute;
    const char* const producer = dwarf_formstring(dwarf_attr(unit, DW_AT_producer, &attribute));
    if (producer == nullptr || std::strstr(producer, "-fsanitize=thread") == nullptr) continue;
    found.locals_left_out = found.locals_left_out || leaves_out_locals(producer);
    Dwarf_Addr base = 0, low = 0, high = 0;
    for (std::ptrdiff_t offset = 0; (offset = dwarf_ranges(unit, offset, &base, &low, &high)) > 0;)
      found.code.push_back({low + bias, high + bias});
    add_statements(unit, bias, found.statements);
  }
  return found;
}

/// What the compiler makes itself: wrappers of thread-local variables and their initialization, and clang's call of std::terminate.
bool is_made_by_compiler(std::string_view name) {
  return name.starts_with("_ZTW") || name.starts_with("_ZTH") || name == "__clang_call_terminate";
}

/// Functions of a module, by their addresses.
using Functions = std::map<std::uintptr_t, std::string>;

/// Those that were not compiled so, and those that were and touch static data without a hook.
struct Unhooked {
  Functions beside;
  Functions inside;
};

Unhooked find_unhooked(Dwfl_Module* information, const Module& module, const std::vector<Range>& code) {
  std::set<std::uintptr_t> hooks;
  static_cast<void>(any_import(module, [&](const Import& import) {
    if (std::string_view(import.name).starts_with("__tsan_")) hooks.insert(*reinterpret_cast<const std::uintptr_t*>(import.slot));
    return false;
  }));
  Unhooked functions;
  const int count = dwfl_module_getsymtab(information);
  for (int i = 1; i < count; ++i) {
    GElf_Sym symbol{};
    GElf_Addr address = 0;
    const char* const name = dwfl_module_getsym_info(information, i, &symbol, &address, nullptr, nullptr, nullptr);
    if (name == nullptr || GELF_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0) continue;
    if (is_made_by_compiler(name)) continue;
    if (!contain(code, address)) {
      functions.beside.emplace(address, name);
    } else if (touches_unhooked({address, address + symbol.st_size}, module, hooks)) {
      functions.inside.emplace(address, name);
    }
  }
  return functions;
}

/// Whether four bytes belong to a call, a jump, or what takes an address.
bool names_code(const unsigned char* distance) {
  const unsigned char first = distance[-2], second = distance[-1];
  return second == 0xe8 || second == 0xe9 || (first == 0x0f && (second & 0xf0U) == 0x80) || (first == 0x8d && (second & 0xc7U) == 0x05);
}

/// Instructions' four bytes that are the distance to a function from their end.
void find_calls(const Range& code, const Functions& functions, std::set<std::string>& called) {
  if (functions.empty()) return;
  const std::uintptr_t lowest = functions.begin()->first;
  const std::uintptr_t highest = functions.rbegin()->first;
  for (std::uintptr_t at = code.low + 2; at + 4 <= code.high; ++at) {
    std::int32_t distance = 0;
    std::memcpy(&distance, reinterpret_cast<const void*>(at), sizeof(distance));
    const std::uintptr_t target = at + 4 + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(distance));
    if (target < lowest || target > highest) continue;
    const auto found = functions.find(target);
    if (found != functions.end() && names_code(reinterpret_cast<const unsigned char*>(at))) called.insert(found->second);
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

/// The length of a move that only fills a register, as for the operands of inline assembly; 0: it is something else.
std::ptrdiff_t length_of_move(const unsigned char* code, const unsigned char* end) {
  if (end - code < 8) return 0;
  const std::ptrdiff_t rex = (*code & 0xf0U) == 0x40 ? 1 : 0;
  const bool wide = rex != 0 && (*code & 8U) != 0;
  if ((code[rex] & 0xf8U) == 0xb8) return rex + (wide ? 9 : 5);
  const unsigned mode = code[rex + 1] >> 6U, base = code[rex + 1] & 7U;
  if ((code[rex] != 0x8b && code[rex] != 0x8d) || base == 4 || mode == 3) return 0;
  return rex + 2 + (mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0);
}

/// The same where an instruction is known to begin, and a byte cannot be another one's last: all that locks, xchg with memory included.
bool begins_atomic_instruction(const unsigned char* code, const unsigned char* end) {
  for (std::ptrdiff_t length = 0; code < end && (length = length_of_move(code, end)) != 0;) code += length;
  if (end - code < 4) return false;
  if (*code == 0xf0) return true;
  if (*code == 0x66) ++code;
  if ((*code & 0xf0U) == 0x40) ++code;  // REX
  return (code[0] == 0x86 || code[0] == 0x87) && (code[1] & 0xc0U) != 0xc0;
}

/// A load of 16 bytes that clang has left behind its hook, where nobody uses the value: a cmpxchg16b after the call.
bool is_left_behind_hook(const unsigned char* instruction, const unsigned char* low, const Module& module) {
  constexpr std::ptrdiff_t kFarthest = 24;
  for (const unsigned char* call = instruction - 5; call >= low && instruction - call <= kFarthest; --call) {
    if (callee_of(call, module) == reinterpret_cast<const void*>(&__tsan_atomic128_load)) return true;
  }
  return false;
}

void note_assembly(const unsigned char* at, const Lines& lines, std::vector<std::string>& places) {
  std::string place = lines.of_site(reinterpret_cast<std::uintptr_t>(at) + 1);
  if (!place.empty() && std::find(places.begin(), places.end(), place) == places.end()) places.push_back(std::move(place));
}

void find_assembly(const Range& range, const std::vector<std::uintptr_t>& statements, const Lines& lines, const Module& module,
                   std::vector<std::string>& places) {
  const auto* const low = reinterpret_cast<const unsigned char*>(range.low);
  const auto* const end = reinterpret_cast<const unsigned char*>(range.high);
  for (const auto* at = low; at < end; ++at) {
    if (is_atomic_instruction(at, end) && !is_left_behind_hook(at, low, module)) note_assembly(at, lines, places);
  }
  for (const std::uintptr_t address : statements) {
    const auto* const at = reinterpret_cast<const unsigned char*>(address);
    if (range.contains(address) && begins_atomic_instruction(at, end)) note_assembly(at, lines, places);
  }
}

/// Functions of the C library that read or write through pointers, and that the runtime is not in front of. Sorted.
constexpr std::string_view kTouching[] = {
    "asprintf",    "basename",   "bsearch",     "confstr",    "crypt_r",    "dirname",     "dprintf",    "drand48_r",  "fgetpos",
    "fgets",       "fprintf",    "fread",       "fscanf",     "fstatvfs",   "getaddrinfo", "getdelim",   "getgroups",  "getline",
    "getloadavg",  "getlogin_r", "getnameinfo", "getpwnam_r", "getpwuid_r", "getsockname", "getsockopt", "hsearch",    "inet_aton",
    "lfind",       "lrand48_r",  "lsearch",     "mbrtowc",    "mbsrtowcs",  "mbstowcs",    "memccpy",    "memfrob",    "memmem",
    "memrchr",     "perror",     "printf",      "ptsname_r",  "qsort",      "qsort_r",     "random_r",   "rawmemchr",  "realpath",
    "regcomp",     "regexec",    "scanf",       "sendfile",   "snprintf",   "sprintf",     "srandom_r",  "sscanf",     "statvfs",
    "strcasecmp",  "strcasestr", "strcoll",     "strcoll_l",  "strcspn",    "strfry",      "strftime",   "strlcat",    "strlcpy",
    "strncasecmp", "strpbrk",    "strptime",    "strsep",     "strspn",     "strtok",      "strtok_r",   "strverscmp", "strxfrm",
    "swprintf",    "tsearch",    "ttyname_r",   "vasprintf",  "vdprintf",   "vfprintf",    "vfscanf",    "vprintf",    "vscanf",
    "vsnprintf",   "vsprintf",   "vsscanf",     "vswprintf",  "wcrtomb",    "wcscat",      "wcschr",     "wcscmp",     "wcscpy",
    "wcslen",      "wcsncmp",    "wcsncpy",     "wcsrtombs",  "wcstombs",   "wmemcmp",     "wmemcpy",    "wmemmove",   "wmemset"};
static_assert(std::is_sorted(std::begin(kTouching), std::end(kTouching)));

/// The function's own name, without what _FORTIFY_SOURCE and the standards make of it; "" where it is none of them.
std::string_view touching(std::string_view name) {
  constexpr std::string_view kOfC23 = "__isoc23_";  // of numbers: by these names the runtime is in front of none
  if (name.starts_with(kOfC23)) return name.substr(kOfC23.size());
  for (const std::string_view start : {std::string_view("__isoc99_"), std::string_view("__")}) {
    if (!name.starts_with(start)) continue;
    name.remove_prefix(start.size());
    break;
  }
  if (name.ends_with("_chk")) name.remove_suffix(4);
  return std::binary_search(std::begin(kTouching), std::end(kTouching), name) ? name : std::string_view();
}

/// Functions of libraries that are not instrumented, and annotations.
void find_imports(const Module& module, const std::vector<Module>& modules, Unseen& unseen, std::set<std::string>& called,
                  std::set<std::string>& library) {
  static_cast<void>(any_import(module, [&](const Import& import) {
    const std::string_view name = import.name;
    if (name == "__tsan_acquire" || name == "AnnotateHappensAfter") unseen.annotated = true;
    if (const std::string_view found = touching(name); !found.empty()) library.emplace(found);
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
  std::set<std::string> called, unhooked, library;
  const Lines lines;
  for (const Module& module : modules) {
    if (!module.instrumented) continue;
    find_imports(module, modules, unseen, called, library);
    Dwfl_Module* const information = lines.module_at(module.text.low);
    const Instrumented found = information == nullptr ? Instrumented() : find_instrumented(information);
    if (found.code.empty()) {
      unseen.known = false;
      continue;
    }
    unseen.locals_left_out = unseen.locals_left_out || found.locals_left_out;
    const Unhooked functions = find_unhooked(information, module, found.code);
    for (const Range& range : found.code) {
      find_calls(range, functions.beside, called);
      find_calls(range, functions.inside, unhooked);
      find_assembly(range, found.statements, lines, module, unseen.assembly);
    }
  }
  for (const std::string& name : called) unseen.functions.push_back(readable(name));
  for (const std::string& name : unhooked) unseen.unhooked.push_back(readable(name));
  unseen.library.assign(library.begin(), library.end());
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
  if (const std::size_t count = unseen.unhooked.size(); count != 0) {
    limits.push_back(std::to_string(count) + (count == 1 ? " function that is called touches" : " functions that are called touch") +
                     " static data without a hook, as with no_sanitize, and what " + (count == 1 ? "it does" : "they do") +
                     " is not seen: " + list_of(unseen.unhooked));
  }
  if (!unseen.library.empty())
    limits.push_back("what the C library itself reads and writes of the program's memory is not seen in: " + list_of(unseen.library));
  if (!unseen.assembly.empty()) {
    limits.push_back(
        "atomic instructions and fences of inline assembly, or that the compiler leaves without a hook, are not seen, and order nothing "
        "here: " +
        list_of(unseen.assembly));
  }
  if (unseen.annotated) limits.push_back("annotations for ThreadSanitizer are not heeded: they order nothing here");
  if (unseen.locals_left_out) {
    limits.push_back(
        "clang before 21 leaves out plain accesses to members and elements of local variables, also where other threads have their "
        "address: "
        "races on them may not be seen, which GCC keeps");
  }
  if (!unseen.known)
    limits.push_back("without debug information it is not known whether all of the program was compiled with proberen-cc or proberen-c++");
  return limits;
}

}  // namespace proberen::runtime
