#include <cxxabi.h>

#include <cstdlib>
#include <memory>

#include "proberen/ipc/task.hpp"

namespace proberen::ipc::detail {
namespace {

// Constant-initialized, so that it is there for every record, whatever the order of the sources.
constinit const TaskRecord* first_task = nullptr;

/// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char character : text) value = (value ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  return value;
}

std::string current_exception_type() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "unknown";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> demangled(abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  return demangled ? demangled.get() : type->name();
}

}  // namespace

TaskRecord::TaskRecord(const std::type_info& type, Run function) : id_(hash(type.name())), run_(function), next_(first_task) {
  // Functions hidden in different source files may share a name. They take numbers in the order of initialization, which is the same in
  // every run of one executable.
  while (id_ == 0 || find(id_) != nullptr) ++id_;
  first_task = this;
}

const TaskRecord* TaskRecord::find(std::uint64_t id) noexcept {
  const TaskRecord* task = first_task;
  while (task != nullptr && task->id_ != id) task = task->next_;
  return task;
}

void append_current_exception(std::string& answer) {
  const std::string type = current_exception_type();
  std::string message;
  try {
    throw;
  } catch (const std::exception& exception) {
    message = exception.what();
  } catch (...) {
    message = "something that is not a std::exception";
  }
  answer.push_back(kItemMark);
  ItemWriter<std::string>(answer).add([&](auto& archive) { archive(type, message); });
}

}  // namespace proberen::ipc::detail
