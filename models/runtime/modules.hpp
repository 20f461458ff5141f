/// Modules: the executable and its shared libraries, and what the runtime wants to know of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace proberen::runtime {

struct Range {
  std::uintptr_t low = 0;
  std::uintptr_t high = 0;
  [[nodiscard]] bool contains(std::uintptr_t address) const { return address - low < high - low; }
};

struct Module {
  std::string name;         ///< "" for the executable
  std::uintptr_t base = 0;  ///< what the loader has added to its addresses
  const void* dynamic = nullptr;
  Range whole;                  ///< everything that is mapped of it
  Range text;                   ///< its code
  std::vector<Range> writable;  ///< its data, without what the loader has made read-only
  bool instrumented = false;    ///< it calls the hooks, or is the executable
  bool system = false;          ///< the C library or the loader: its state is not the program's
  bool own = false;             ///< this library
  bool of_runtime = false;      ///< what this library needs itself, and few programs
  bool of_compiler = false;     ///< one of the compiler's own libraries, of which everybody knows that they are not instrumented
  bool of_program = false;      ///< what it keeps is the program's; so is what the C++ library keeps
  // Its thread-local data, where it has a place in every thread's static block.
  std::size_t tls_size = 0;
  std::size_t tls_image_size = 0;
  const void* tls_image = nullptr;
  std::size_t tls_below = 0;  ///< it starts so far below the thread pointer
};

/// A name that a module asks the loader for, and where the loader has written the address.
struct Import {
  const char* name;
  std::uintptr_t slot;
};
/// Whether one of the module's imports satisfies the predicate: no more of them are looked at then.
[[nodiscard]] bool any_import(const Module& module, const std::function<bool(const Import&)>& predicate);

/// Whether the file is one of the compilers' libraries, or one that this library needs itself.
[[nodiscard]] bool serves_runtime(std::string_view path);

/// What is loaded now, the executable first. Only from a thread whose thread-local blocks exist.
[[nodiscard]] std::vector<Module> loaded_modules();

}  // namespace proberen::runtime
