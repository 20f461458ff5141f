/// Tasks: functions that another process calls and whose result comes back.
///
/// A task is named by the function itself, as a template argument: `pool.map<square>(numbers)`. That alone registers it, in every process
/// that runs this executable. It is a function, or a lambda without captures; its parameters are values or references to const, of types
/// that cereal serialises (include the cereal headers of further types) and that have a default constructor; so is its result, or void.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "proberen/ipc/detail/function_of.hpp"
#include "proberen/ipc/detail/item_row.hpp"
#include "proberen/ipc/pool_errors.hpp"

namespace proberen::ipc {
namespace detail {

/// One task of this executable. The table is a list of such objects, filled before main.
class TaskRecord {
 public:
  /// Runs the task `count` times, with one set of arguments after another, and appends what became of each to `answer`.
  using Run = void (*)(std::string_view arguments, std::uint32_t count, std::string& answer);

  /// `type` stands for the function; several may have the same where functions are hidden in source files.
  TaskRecord(const std::type_info& type, Run function);

  /// The same in every process that runs this executable.
  [[nodiscard]] std::uint64_t id() const noexcept { return id_; }
  [[nodiscard]] Run run() const noexcept { return run_; }
  /// nullptr when there is none.
  [[nodiscard]] static const TaskRecord* find(std::uint64_t id) noexcept;

 private:
  std::uint64_t id_;
  Run run_;
  const TaskRecord* next_;
};

/// Appends the exception that is being handled, where a result is an item: as one with a mark, of its type and message.
void append_current_exception(std::string& answer);

template <class Callable>
struct TaskSignature;
template <class Returned, class... Parameters>
struct TaskSignature<std::function<Returned(Parameters...)>> {
  static_assert(((!std::is_lvalue_reference_v<Parameters> || std::is_const_v<std::remove_reference_t<Parameters>>)&&...),
                "a task takes values or references to const: what it would write to is in another process");
  using Arguments = std::tuple<std::decay_t<Parameters>...>;
  /// std::monostate stands for void.
  using Result = std::conditional_t<std::is_void_v<Returned>, std::monostate, std::decay_t<Returned>>;
};

template <auto kFunction>
struct Task {
  using Signature = TaskSignature<decltype(std::function{kFunction})>;
  using Arguments = typename Signature::Arguments;
  using Result = typename Signature::Result;

  static void run(std::string_view bytes, std::uint32_t count, std::string& answer) {
    ItemReader<Arguments> reader(bytes);
    ItemWriter<Result> writer(answer);
    for (; count > 0; --count) {
      try {
        Arguments arguments;
        reader.next([&](auto& archive) { std::apply([&](auto&... argument) { (archive(argument), ...); }, arguments); });
        call(arguments, writer);
      } catch (...) {
        append_current_exception(answer);
      }
    }
  }

  static inline const TaskRecord record{typeid(Task), &run};

 private:
  static void call(Arguments& arguments, ItemWriter<Result>& writer) {
    if constexpr (std::is_same_v<Result, std::monostate>) {
      std::apply(function_of<kFunction>(), std::move(arguments));
      writer.add([](auto& /*archive*/) {});
    } else {
      const Result result = std::apply(function_of<kFunction>(), std::move(arguments));
      writer.add([&](auto& archive) { archive(result); });
    }
  }
};

/// Appends sets of arguments to bytes.
template <class Arguments>
class ArgumentAppender {
 public:
  explicit ArgumentAppender(std::string& bytes) : writer_(bytes) {}

  /// Throws what the serialisation throws, and then has appended nothing.
  void operator()(const Arguments& arguments) {
    writer_.add([&](auto& archive) { std::apply([&](const auto&... argument) { (archive(argument), ...); }, arguments); });
  }

 private:
  ItemWriter<Arguments> writer_;
};

/// Reads what became of tasks.
template <class Result>
class AnswerReader {
 public:
  explicit AnswerReader(std::string_view answer) : reader_(answer) {}

  /// The next result; throws the TaskError that came instead, or what reading it throws.
  Result next() {
    if (reader_.skip_mark()) {
      std::string type;
      std::string message;
      reader_.next([&](auto& archive) { archive(type, message); });
      throw TaskError(std::move(type), message);
    }
    Result result{};
    reader_.next([&]([[maybe_unused]] auto& archive) {
      if constexpr (!std::is_same_v<Result, std::monostate>) archive(result);
    });
    return result;
  }

 private:
  ItemReader<Result> reader_;
};

}  // namespace detail

/// A call of a task that is made elsewhere, later: PoolOptions::initializer.
class TaskCall {
 public:
  TaskCall() = default;
  TaskCall(std::uint64_t task, std::string arguments) : task_(task), arguments_(std::move(arguments)) {}
  /// 0 stands for none.
  [[nodiscard]] std::uint64_t task() const noexcept { return task_; }
  [[nodiscard]] const std::string& arguments() const noexcept { return arguments_; }

 private:
  std::uint64_t task_ = 0;
  std::string arguments_;
};

/// The call of `kFunction` with copies of `args`.
template <auto kFunction, class... Args>
[[nodiscard]] TaskCall task_call(Args&&... args) {
  using Task = detail::Task<kFunction>;
  std::string bytes;
  detail::ArgumentAppender<typename Task::Arguments>{bytes}({std::forward<Args>(args)...});
  return {Task::record.id(), std::move(bytes)};
}

}  // namespace proberen::ipc
