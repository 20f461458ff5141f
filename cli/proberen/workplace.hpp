/// The folder in which children write their records; gone at the end.
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace proberen::cli {

class Workplace {
 public:
  /// Throws std::system_error.
  Workplace() {
    std::string name = (std::filesystem::temp_directory_path() / "proberen-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "cannot make " + name);
    folder_ = name;
  }
  ~Workplace() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  [[nodiscard]] std::string file(std::size_t number) const { return (folder_ / (std::to_string(number) + ".jsonl")).string(); }

 private:
  std::filesystem::path folder_;
};

}  // namespace proberen::cli
