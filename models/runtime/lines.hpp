/// Lines: from addresses of this process to what people call them, by its debug information. Slow: for failures only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace proberen::runtime {

class Lines {
 public:
  Lines();
  ~Lines();
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  /// `file:line` of the call that returns to `site`; "" when not known.
  [[nodiscard]] std::string of_site(std::uintptr_t site) const;
  /// `counter`, `table+8`, or "" for what has no name.
  [[nodiscard]] std::string of_data(std::uintptr_t address) const;
  /// The text with every `0x…` that is the address of something named replaced by its name.
  [[nodiscard]] std::string name_addresses(const std::string& text) const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

}  // namespace proberen::runtime
