#include "models/runtime/lines.hpp"

#include <cxxabi.h>
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "models/runtime/heap.hpp"
#include "models/runtime/kernel_threads.hpp"

namespace proberen::runtime {

struct Lines::Data {
  Dwfl_Callbacks callbacks{};
  char* debug_path = nullptr;
  Dwfl* dwfl = nullptr;
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

std::string Lines::of_site(std::uintptr_t site) const {
  if (data_->dwfl == nullptr || site == 0) return "";
  Dwfl_Line* const line = dwfl_getsrc(data_->dwfl, site - 1);
  if (line == nullptr) return "";
  int number = 0;
  const char* const file = dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr);
  if (file == nullptr || number == 0) return "";
  return std::filesystem::path(file).lexically_normal().string() + ":" + std::to_string(number);
}

std::string Lines::of_data(std::uintptr_t address) const {
  if (const int slot = stack_slot(address); slot >= 0) return "";
  if (data_->dwfl == nullptr || in_arena(address)) return "";
  Dwfl_Module* const module = dwfl_addrmodule(data_->dwfl, address);
  if (module == nullptr) return "";
  GElf_Off offset = 0;
  GElf_Sym symbol{};
  const char* const name = dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name == nullptr || offset >= std::max<std::uint64_t>(symbol.st_size, 1)) return "";
  int status = 0;
  char* const readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string text = status == 0 ? readable : name;
  std::free(readable);
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
