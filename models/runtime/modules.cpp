#include "models/runtime/modules.hpp"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include "models/runtime/arch/arch.hpp"

namespace proberen::runtime {
namespace {

bool calls_hooks(const Module& module) {
  return any_import(module, [](const Import& import) { return std::string_view(import.name).starts_with("__tsan_"); });
}

/// Whether the file's name begins with one of the names.
template <std::size_t kCount>
bool is_one_of(std::string_view file, const std::string_view (&names)[kCount]) {
  return std::any_of(std::begin(names), std::end(names), [=](std::string_view name) { return file.starts_with(name); });
}

constexpr std::string_view kSystem[] = {"libc.so", "ld-linux", "libm.so", "linux-vdso"};
constexpr std::string_view kOfCxx[] = {"libstdc++.so", "libc++.so", "libc++abi.so"};
constexpr std::string_view kOfCompiler[] = {"libstdc++.so", "libgcc_s.so",  "libatomic.so", "libc++.so",
                                            "libc++abi.so", "libunwind.so", "libpthread.so"};

/// Libraries that this one needs itself, with what they need.
constexpr std::string_view kOfRuntime[] = {"libdw.so", "libelf.so", "libz.so", "liblzma.so", "libbz2.so", "libzstd.so"};

/// Cuts what is read-only after relocation off a writable segment.
void add_writable(Module& module, Range segment, Range read_only) {
  if (read_only.low <= segment.low && segment.low < read_only.high) segment.low = std::min(read_only.high, segment.high);
  if (segment.low < segment.high) module.writable.push_back(segment);
}

int add_module(dl_phdr_info* info, std::size_t, void* argument) {
  auto& modules = *static_cast<std::vector<Module>*>(argument);
  Module module;
  const bool first = modules.empty();
  module.name = first ? "" : info->dlpi_name;
  module.whole.low = ~std::uintptr_t{0};
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  module.base = info->dlpi_addr;
  Range read_only;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t low = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_GNU_RELRO) read_only = {low & ~(page - 1), (low + header.p_memsz) & ~(page - 1)};
    if (header.p_type == PT_DYNAMIC) module.dynamic = reinterpret_cast<const void*>(low);
    if (header.p_type == PT_LOAD) {
      module.whole.low = std::min(module.whole.low, low);
      module.whole.high = std::max(module.whole.high, low + header.p_memsz);
      if ((header.p_flags & PF_X) != 0) module.text = {low, low + header.p_memsz};
    }
    if (header.p_type == PT_TLS && info->dlpi_tls_data != nullptr) {
      module.tls_size = header.p_memsz;
      module.tls_image_size = header.p_filesz;
      module.tls_image = reinterpret_cast<const void*>(low);
      module.tls_below = thread_pointer() - reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
    }
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t low = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD && (header.p_flags & PF_W) != 0) add_writable(module, {low, low + header.p_memsz}, read_only);
  }
  const std::string_view path = module.name;
  const std::string_view file = path.substr(path.rfind('/') + 1);
  const auto here = reinterpret_cast<std::uintptr_t>(&loaded_modules);
  module.own = module.whole.contains(here);
  module.system = is_one_of(file, kSystem);
  module.of_compiler = is_one_of(file, kOfCompiler);
  module.of_runtime = is_one_of(file, kOfRuntime);
  module.instrumented = first || (!module.system && !module.own && calls_hooks(module));
  module.of_program =
      module.instrumented || is_one_of(file, kOfCxx) || !(module.system || module.own || module.of_compiler || module.of_runtime);
  modules.push_back(std::move(module));
  return 0;
}

}  // namespace

bool any_import(const Module& module, const std::function<bool(const Import&)>& predicate) {
  const ElfW(Sym)* symbols = nullptr;
  const char* strings = nullptr;
  Range tables[2];
  // The loader relocates most of them.
  const auto at = [&](std::uintptr_t address) { return address < module.base ? module.base + address : address; };
  std::size_t sizes[2] = {0, 0};
  if (module.dynamic == nullptr) return false;
  for (const auto* dynamic = static_cast<const ElfW(Dyn)*>(module.dynamic); dynamic->d_tag != DT_NULL; ++dynamic) {
    const auto value = static_cast<std::uintptr_t>(dynamic->d_un.d_ptr);
    switch (dynamic->d_tag) {
      case DT_SYMTAB:
        symbols = reinterpret_cast<const ElfW(Sym)*>(at(value));
        break;
      case DT_STRTAB:
        strings = reinterpret_cast<const char*>(at(value));
        break;
      case DT_JMPREL:
        tables[0].low = at(value);
        break;
      case DT_RELA:
        tables[1].low = at(value);
        break;
      case DT_PLTRELSZ:
        sizes[0] = value;
        break;
      case DT_RELASZ:
        sizes[1] = value;
        break;
      default:
        break;
    }
  }
  if (symbols == nullptr || strings == nullptr) return false;
  for (int i = 0; i < 2; ++i) {
    if (tables[i].low == 0) continue;
    const auto* relocation = reinterpret_cast<const ElfW(Rela)*>(tables[i].low);
    for (std::size_t n = sizes[i] / sizeof(*relocation); n != 0; --n, ++relocation) {
      const ElfW(Sym)& symbol = symbols[ELF64_R_SYM(relocation->r_info)];
      if (symbol.st_name != 0 && predicate({strings + symbol.st_name, module.base + relocation->r_offset})) return true;
    }
  }
  return false;
}

bool serves_runtime(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  return is_one_of(file, kOfCompiler) || is_one_of(file, kOfRuntime);
}

std::vector<Module> loaded_modules() {
  std::vector<Module> modules;
  dl_iterate_phdr(add_module, &modules);
  return modules;
}

}  // namespace proberen::runtime
