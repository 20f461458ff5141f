// How a program ends itself: exit() and its relatives, abort(), assert(), std::terminate().
//
// exit() ends the execution once no other thread can go on; what other threads would have done in vain before it is what a later exit()
// would have seen. A return from main, and exit(), first run what atexit() and the constructors of global and local static objects have
// registered.

#include <cxxabi.h>
#include <signal.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/output.hpp"
#include "models/runtime/libc/own_signals.hpp"
#include "models/runtime/libc/process_end.hpp"
#include "models/runtime/lines.hpp"
#include "models/runtime/program.hpp"

namespace proberen::runtime {
namespace {

std::string demangled(const char* name) {
  int status = 0;
  char* const text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 ? text : name;
  std::free(text);
  return result;
}

std::string in_flight() {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  if (type == nullptr) return "std::terminate was called without an exception";
  const std::string name = demangled(type->name());
  try {
    throw;
  } catch (const std::exception& error) {
    return "uncaught " + name + ": " + error.what();
  } catch (...) {
    return "uncaught " + name;
  }
}

/// What the C++ library runs between a throw that nobody catches and abort().
bool is_of_throwing(std::string_view function) {
  static constexpr std::string_view kStarts[] = {"_ZSt9terminatev", "_ZN10__cxxabiv1", "_ZN9__gnu_cxx27__verbose_terminate_handler",
                                                 "__cxa_",          "_Unwind_",        "__gxx_personality"};
  return std::any_of(std::begin(kStarts), std::end(kStarts), [=](std::string_view start) { return function.starts_with(start); });
}

/// From abort() outwards: whether std::terminate() is on the way, and from where in the program.
struct Terminated {
  const Lines lines{};
  bool found = false;
  Site site = 0;
};
_Unwind_Reason_Code look_for_terminate(_Unwind_Context* context, void* argument) {
  auto& terminated = *static_cast<Terminated*>(argument);
  const Site address = _Unwind_GetIP(context);
  const std::string function = terminated.lines.of_function(address - 1);
  if (function == "_ZSt9terminatev") terminated.found = true;
  if (!terminated.found || is_of_throwing(function) || !in_program(address)) return _URC_NO_REASON;
  terminated.site = address;
  return _URC_END_OF_STACK;
}

std::optional<Site> find_terminate() {
  Terminated terminated;
  _Unwind_Backtrace(look_for_terminate, &terminated);
  return terminated.found ? std::optional(terminated.site) : std::nullopt;
}

/// The C++ library may be another one than the runtime's, part of the program: what it knows of the exception is what it has printed.
std::string told_by_library() {
  static constexpr std::string_view kType = "terminate called after throwing an instance of '", kWhat = "  what():  ";
  const std::string text = output_text(2);
  const auto line_from = [&](std::size_t at, char end) { return text.substr(at, text.find(end, at) - at); };
  const std::size_t type = text.rfind(kType);
  if (type == std::string::npos) return "std::terminate has called abort()";
  const std::size_t what = text.find(kWhat, type);
  return "uncaught " + line_from(type + kType.size(), '\'') +
         (what == std::string::npos ? "" : ": " + line_from(what + kWhat.size(), '\n'));
}

struct ExitHandler {
  void (*function)(void*);
  void* argument;
};
std::vector<ExitHandler> exit_handlers;
std::vector<ExitHandler> of_constructors;  ///< registered before main, so that they belong to every execution

/// What belongs to a library outlives executions.
bool ends_with_execution(void (*function)(void*)) {
  const auto address = reinterpret_cast<std::uintptr_t>(function);
  for (const Module& module : session->modules()) {
    if (module.whole.contains(address)) return module.instrumented;
  }
  return false;
}

std::terminate_handler handler_before = nullptr;

[[noreturn]] void on_terminate() {
  if (!explored()) {
    if (handler_before != nullptr) handler_before();
    std::abort();
  }
  const Inside inside;
  fail(FailureKind::kUncaughtException, in_flight(), first_program_site(), "std::terminate");
}

[[noreturn]] void assertion_failed(const char* text, const char* file, unsigned line, const char* function, Site site) {
  std::string message = "assertion failed: " + std::string(text) + " (" + file + ":" + std::to_string(line);
  if (function != nullptr) message += std::string(", ") + function;
  fail(FailureKind::kAssertion, message + ")", site, "assert");
}

[[noreturn]] void end_with_status(int status, Site site) {
  fail_by_status(status, site);
  effect();
  engine().finish_execution(site);
}

}  // namespace

void exit_handlers_begin_execution() { exit_handlers = of_constructors; }

void run_exit_handlers() {
  while (!exit_handlers.empty()) {
    const ExitHandler handler = exit_handlers.back();
    exit_handlers.pop_back();
    current->from_before_main = exit_handlers.size() < of_constructors.size();
    if (ends_with_execution(handler.function)) handler.function(handler.argument);
  }
  current->from_before_main = false;
}

void fail_by_status(int status, Site site) {
  if (status == 0) return;
  fail(FailureKind::kOutcome, "the program ends with exit status " + std::to_string(status & 0xff), site, "exit");
}

void take_over_terminate() { handler_before = std::set_terminate(on_terminate); }
void give_back_terminate() { std::set_terminate(handler_before); }

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

#define PROBEREN_EXIT(name)                                                 \
  PROBEREN_INTERPOSED void name(int status) noexcept(noexcept(::name(0))) { \
    if (!explored()) {                                                      \
      PROBEREN_REAL(name)(status);                                          \
      __builtin_unreachable();                                              \
    }                                                                       \
    PROBEREN_ENTER();                                                       \
    end_with_status(status, site);                                          \
  }

PROBEREN_INTERPOSED void exit(int status) noexcept(noexcept(::exit(0))) {
  if (!explored()) {
    PROBEREN_REAL(exit)(status);
    __builtin_unreachable();
  }
  run_exit_handlers();
  _exit(status);
}
PROBEREN_EXIT(_exit)
PROBEREN_EXIT(_Exit)
PROBEREN_EXIT(quick_exit)

PROBEREN_INTERPOSED void abort() noexcept {
  if (!explored()) {
    PROBEREN_REAL(abort)();
    __builtin_unreachable();
  }
  PROBEREN_ENTER();
  if (is_handled(SIGABRT)) take_signal(SIGABRT, site);
  if (const auto thrown_at = find_terminate()) fail(FailureKind::kUncaughtException, told_by_library(), *thrown_at, "std::terminate");
  fail(FailureKind::kAssertion, "abort() was called", site, "abort");
}

PROBEREN_INTERPOSED void __assert_fail(const char* text, const char* file, unsigned line, const char* function) noexcept {
  if (!explored()) {
    static const auto real = reinterpret_cast<void (*)(const char*, const char*, unsigned, const char*)>(next_symbol("__assert_fail"));
    real(text, file, line, function);
    __builtin_unreachable();
  }
  PROBEREN_ENTER();
  assertion_failed(text, file, line, function, site);
}

extern "C" int __cxa_atexit(void (*function)(void*), void* argument, void* module) noexcept;
/// This library, as its own static objects name it, which are none of the program's.
extern "C" void* __dso_handle __attribute__((visibility("hidden")));

PROBEREN_INTERPOSED int __cxa_atexit(void (*function)(void*), void* argument, void* module) noexcept {
  if (explored()) {
    const Inside inside;
    exit_handlers.push_back({function, argument});
    return 0;
  }
  if (static_constructors_run() && module != &__dso_handle) of_constructors.push_back({function, argument});
  return PROBEREN_REAL(__cxa_atexit)(function, argument, module);
}
