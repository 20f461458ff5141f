/// Tasks: functions that another process calls and whose result comes back.
///
/// A task is named by the function itself, as a template argument: `pool.map<square>(numbers)`. That alone registers it, in every process
/// that runs this executable. It is a function, or a lambda without captures; its parameters are values or references to const, of types
/// that cereal serialises (include the cereal headers of further types) and that have a default constructor; so is its result, or void.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include <cereal/archives/binary.hpp>

#include "proberen/ipc/detail/function_of.hpp"
#include "proberen/ipc/entry.hpp"
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

/// What became of a task stands in front of its result, or of the error's type and message.
inline constexpr char kReturned = 'r';
inline constexpr char kRaised = 't';

/// Appends the exception that is being handled.
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
    ReadingBuffer read(bytes);
    std::istream input(&read);
    cereal::BinaryInputArchive reader(input);
    AppendingBuffer append(answer);
    std::ostream output(&append);
    cereal::BinaryOutputArchive writer(output);
    for (; count > 0; --count) {
      const std::size_t begin = answer.size();
      try {
        Arguments arguments;
        std::apply([&](auto&... argument) { (reader(argument), ...); }, arguments);
        call(arguments, writer, answer);
      } catch (...) {
        answer.resize(begin);
        append_current_exception(answer);
      }
    }
  }

  static inline const TaskRecord record{typeid(Task), &run};

 private:
  static void call(Arguments& arguments, cereal::BinaryOutputArchive& writer, std::string& answer) {
    if constexpr (std::is_same_v<Result, std::monostate>) {
      std::apply(function_of<kFunction>(), std::move(arguments));
      answer.push_back(kReturned);
    } else {
      const Result result = std::apply(function_of<kFunction>(), std::move(arguments));
      answer.push_back(kReturned);
      writer(result);
    }
  }
};

/// Appends sets of arguments to bytes.
template <class Arguments>
class ArgumentAppender {
 public:
  explicit ArgumentAppender(std::string& bytes) : bytes_(bytes), append_(bytes), output_(&append_), writer_(output_) {}

  /// Throws what the serialisation throws, and then has appended nothing.
  void operator()(const Arguments& arguments) {
    const std::size_t begin = bytes_.size();
    try {
      std::apply([&](const auto&... argument) { (writer_(argument), ...); }, arguments);
    } catch (...) {
      bytes_.resize(begin);
      throw;
    }
  }

 private:
  std::string& bytes_;
  AppendingBuffer append_;
  std::ostream output_;
  cereal::BinaryOutputArchive writer_;
};

/// Reads what became of tasks.
template <class Result>
class AnswerReader {
 public:
  explicit AnswerReader(std::string_view answer) : read_(answer), input_(&read_), reader_(input_) {}

  /// The next result; throws the TaskError that came instead, or what reading it throws.
  Result next() {
    char kind = kRaised;
    reader_(kind);
    if (kind == kRaised) {
      std::string type;
      std::string message;
      reader_(type, message);
      throw TaskError(std::move(type), message);
    }
    Result result{};
    if constexpr (!std::is_same_v<Result, std::monostate>) reader_(result);
    return result;
  }

 private:
  ReadingBuffer read_;
  std::istream input_;
  cereal::BinaryInputArchive reader_;
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
