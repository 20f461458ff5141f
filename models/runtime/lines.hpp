/// Lines: from addresses of this process to what people call them, by its debug information. Slow: for the end of a search.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct Dwfl_Module;

namespace proberen::runtime {

/// A function's name as people write it.
[[nodiscard]] std::string readable(const std::string& symbol);

class Lines {
 public:
  Lines();
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// `file:line` of the call that returns to `site`; "" when not known.
  [[nodiscard]] std::string of_site(std::uintptr_t site) const;
  /// The first of several, from the innermost call outwards, that is not in a header of the system or the compiler.
  [[nodiscard]] std::string of_way(std::uintptr_t site, const std::vector<std::uintptr_t>& callers) const;
  /// `counter`, `table+8`, or "" for what has no name.
  [[nodiscard]] std::string of_data(std::uintptr_t address) const;
  /// Whether the function that begins at the address is known to return nothing.
  [[nodiscard]] bool returns_nothing(std::uintptr_t function) const;
  /// The name, as linkers know it, of the function that `address` is in; "" for none.
  [[nodiscard]] std::string of_function(std::uintptr_t address) const;
  /// What libdw knows of the module of an address; null for nothing.
  [[nodiscard]] Dwfl_Module* module_at(std::uintptr_t address) const;
  /// The text with every `0x…` that is the address of something named replaced by its name.
  [[nodiscard]] std::string name_addresses(const std::string& text) const;

 private:
  struct Data;
  [[nodiscard]] std::string look_up_site(std::uintptr_t site) const;
  [[nodiscard]] std::string look_up_data(std::uintptr_t address) const;
  std::unique_ptr<Data> data_;
};

}  // namespace proberen::runtime
