#include "models/runtime/libc/operators.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

#include "models/runtime/mode.hpp"
#include "models/runtime/modules.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/real.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* pointer);
}

namespace proberen::runtime {
namespace {

constexpr int kOperators = 20;
/// What the program calls, by the operators' places in table(): its own, or the library's.
void* of_program[kOperators];

bool for_program() { return proberen_mode == kExplored || (proberen_mode == kNative && static_constructors_run()); }

// Arguments that a function does not have are registers that it does not look at.
template <bool kAligned, bool kThrows>
void* allocate_own(std::size_t size, std::size_t alignment) {
  void* const memory = kAligned ? __libc_memalign(alignment, size) : __libc_malloc(size);
  if (kThrows && memory == nullptr) throw std::bad_alloc();
  return memory;
}
void release_own(void* pointer) { __libc_free(pointer); }

template <int kOperator, bool kAligned, bool kThrows>
void* allocate(std::size_t size, std::size_t second, std::size_t third) {
  using Allocate = void* (*)(std::size_t, std::size_t, std::size_t);
  if (for_program()) return reinterpret_cast<Allocate>(of_program[kOperator])(size, second, third);
  return allocate_own<kAligned, kThrows>(size, second);
}

template <int kOperator>
void release(void* pointer, std::size_t second, std::size_t third) {
  using Release = void (*)(void*, std::size_t, std::size_t);
  if (for_program()) return reinterpret_cast<Release>(of_program[kOperator])(pointer, second, third);
  release_own(pointer);
}

struct Operator {
  const char* name;
  void* of_library;  ///< what a library calls that serves the program, too
  void* of_runtime;
};
template <int kOperator, bool kAligned, bool kThrows>
Operator allocates(const char* name) {
  return {name, reinterpret_cast<void*>(&allocate<kOperator, kAligned, kThrows>),
          reinterpret_cast<void*>(&allocate_own<kAligned, kThrows>)};
}
template <int kOperator>
Operator releases(const char* name) {
  return {name, reinterpret_cast<void*>(&release<kOperator>), reinterpret_cast<void*>(&release_own)};
}

/// Made when it is first asked for, which may be before the objects of this library are.
const Operator (&table())[kOperators] {
  static const Operator entries[kOperators] = {
      allocates<0, false, true>("_Znwm"),
      allocates<1, false, true>("_Znam"),
      allocates<2, false, false>("_ZnwmRKSt9nothrow_t"),
      allocates<3, false, false>("_ZnamRKSt9nothrow_t"),
      allocates<4, true, true>("_ZnwmSt11align_val_t"),
      allocates<5, true, true>("_ZnamSt11align_val_t"),
      allocates<6, true, false>("_ZnwmSt11align_val_tRKSt9nothrow_t"),
      allocates<7, true, false>("_ZnamSt11align_val_tRKSt9nothrow_t"),
      releases<8>("_ZdlPv"),
      releases<9>("_ZdaPv"),
      releases<10>("_ZdlPvm"),
      releases<11>("_ZdaPvm"),
      releases<12>("_ZdlPvRKSt9nothrow_t"),
      releases<13>("_ZdaPvRKSt9nothrow_t"),
      releases<14>("_ZdlPvSt11align_val_t"),
      releases<15>("_ZdaPvSt11align_val_t"),
      releases<16>("_ZdlPvmSt11align_val_t"),
      releases<17>("_ZdaPvmSt11align_val_t"),
      releases<18>("_ZdlPvSt11align_val_tRKSt9nothrow_t"),
      releases<19>("_ZdaPvSt11align_val_tRKSt9nothrow_t"),
  };
  return entries;
}

void write_slot(std::uintptr_t slot, void* function) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  mprotect(reinterpret_cast<void*>(slot & ~(page - 1)), page, PROT_READ | PROT_WRITE);
  std::memcpy(reinterpret_cast<void*>(slot), &function, sizeof(function));
}

/// Whether a symbol is a function that the program has, not one of the libraries that the runtime lives on.
bool is_function_of_program(const void* address, const void* own_base) {
  Dl_info info{};
  const ElfW(Sym)* symbol = nullptr;
  if (address == nullptr || dladdr1(address, &info, const_cast<void**>(reinterpret_cast<const void**>(&symbol)), RTLD_DL_SYMENT) == 0)
    return false;
  return info.dli_fbase != own_base && !serves_runtime(info.dli_fname) && symbol != nullptr && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC;
}

const Operator* operator_named(const char* name) {
  for (const Operator& entry : table()) {
    if (std::strcmp(name, entry.name) == 0) return &entry;
  }
  return nullptr;
}

/// This library, and the loader's handle of it.
struct Own {
  const void* base;
  void* handle;
};

/// What the library asks for by a C++ name and gets from the program: an operator, or an instance of a template of the C++ library, which
/// would call the program's operators. No memory is allocated here: it would be the program's, and be freed elsewhere afterwards.
void rebind(const Import& import, const Own& own, bool of_runtime) {
  if (import.name[0] != '_' || import.name[1] != 'Z' || !is_function_of_program(dlsym(RTLD_DEFAULT, import.name), own.base)) return;
  const Operator* const found = operator_named(import.name);
  void* function = dlsym(own.handle, import.name);  // its own instance, or the C++ library's
  if (found != nullptr) function = of_runtime ? found->of_runtime : found->of_library;
  if (function != nullptr) write_slot(import.slot, function);
}

int rebind_library(dl_phdr_info* info, std::size_t, void* argument) {
  const Own& own = *static_cast<const Own*>(argument);
  Module module;
  module.base = info->dlpi_addr;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_DYNAMIC) module.dynamic = reinterpret_cast<const void*>(info->dlpi_addr + header.p_vaddr);
  }
  const bool of_runtime = info->dlpi_addr == reinterpret_cast<std::uintptr_t>(own.base);
  if (!of_runtime && !serves_runtime(info->dlpi_name)) return 0;
  static_cast<void>(any_import(module, [&](const Import& import) {
    rebind(import, own, of_runtime);
    return false;
  }));
  return 0;
}

}  // namespace

void keep_operators_apart() {
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&keep_operators_apart), &here) == 0) return;
  bool any = false;
  for (int i = 0; i < kOperators; ++i) {
    of_program[i] = dlsym(RTLD_DEFAULT, table()[i].name);
    any = any || is_function_of_program(of_program[i], here.dli_fbase);
  }
  if (!any) return;
  Own own{here.dli_fbase, dlopen(here.dli_fname, RTLD_NOW | RTLD_NOLOAD)};
  if (own.handle != nullptr) dl_iterate_phdr(rebind_library, &own);
}

const char* own_malloc() {
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&own_malloc), &here) == 0) return nullptr;
  for (const char* name : {"malloc", "calloc", "realloc", "free", "memalign", "aligned_alloc", "posix_memalign"}) {
    Dl_info info{};
    const void* const found = dlsym(RTLD_DEFAULT, name);
    if (found != nullptr && dladdr(found, &info) != 0 && info.dli_fbase != here.dli_fbase) return name;
  }
  return nullptr;
}

}  // namespace proberen::runtime
