// A program whose main() is explored. The wish for it (the environment variable PROBEREN_EXPLORE) is known before static constructors run,
// those of instrumented libraries too: they are initialized after this one. The C library's start function is put in front of: it gives
// main another main.

#include "models/runtime/program.hpp"

#include <link.h>
#include <sys/personality.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "models/runtime/heap.hpp"
#include "models/runtime/kernel_threads.hpp"
#include "models/runtime/libc/kept.hpp"
#include "models/runtime/libc/operators.hpp"
#include "models/runtime/libc/output.hpp"
#include "models/runtime/libc/process_end.hpp"
#include "models/runtime/lines.hpp"
#include "models/runtime/options.hpp"
#include "models/runtime/report.hpp"
#include "models/runtime/session.hpp"
#include "models/runtime/signals.hpp"
#include "models/runtime/snapshot.hpp"
#include "models/runtime/unseen.hpp"

namespace proberen::runtime {
namespace {

using Main = int (*)(int, char**, char**);

constexpr const char* kVariable = "PROBEREN_EXPLORE";
Main real_main = nullptr;
bool constructing = false;
Range libc_code;
Range loader_code;

[[noreturn]] void give_up(const std::string& text) {
  output_original(2, "proberen: " + text + "\n");
  PROBEREN_REAL(_exit)(2);
  __builtin_unreachable();
}

std::string base_name(const char* path) {
  const char* const slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

/// Addresses that the kernel chooses anew each time would make one run differ from the next: starts the program again without that. Where
/// that is not allowed the program's own addresses differ between runs, not within one.
void without_random_addresses(char** argv) {
  const int now = personality(0xffffffff);
  if (now == -1 || (now & ADDR_NO_RANDOMIZE) != 0 || personality(static_cast<unsigned long>(now) | ADDR_NO_RANDOMIZE) == -1) return;
  if ((personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0) return;
  setenv("LD_BIND_NOW", "1", 1);
  PROBEREN_REAL(execve)("/proc/self/exe", argv, environ);
}

/// The arguments, which a program may reorder or overwrite.
class Arguments {
 public:
  Arguments(int argc, char** argv) : argv_(argv), pointers_(argv, argv + argc + 1) {
    for (int i = 0; i < argc; ++i) texts_.emplace_back(argv[i]);
  }
  void restore() const {
    for (std::size_t i = 0; i < pointers_.size(); ++i) {
      argv_[i] = pointers_[i];
      if (i < texts_.size()) std::memcpy(argv_[i], texts_[i].c_str(), texts_[i].size() + 1);
    }
  }

 private:
  char** argv_;
  std::vector<char*> pointers_;
  std::vector<std::string> texts_;
};

/// `void main()` is no C++, but there are such programs: what its caller finds is nothing that it has said.
bool main_returns_nothing() {
  static const bool nothing = Lines().returns_nothing(reinterpret_cast<std::uintptr_t>(real_main));
  return nothing;
}

/// Leaves the program's state as it was.
void search(Session& session_of_main, const Arguments& arguments) {
  const Snapshot snapshot(session_of_main.modules());
  heap_keep();
  const auto before = [&] {
    kept_put_back();
    snapshot.restore();
    arguments.restore();
    output_begin_execution();
    exit_handlers_begin_execution();
  };
  session_of_main.run(before);
  const auto& failure = session_of_main.findings().failure;
  if (failure && !failure->witness.empty()) session_of_main.record_failure(before);
  kept_put_back();
  snapshot.restore();
}

int explored_main(int argc, char** argv, char** environment_of_main) {
  constructing = false;
  ProgramOptions options;
  try {
    options = parse_options(std::getenv(kVariable));
  } catch (const std::invalid_argument& error) {
    give_up(error.what());
  }
  const std::string subject = argc > 0 ? base_name(argv[0]) : "program";
  if (!output_capture()) give_up("the program's output cannot be captured");
  const auto started = std::chrono::steady_clock::now();
  int status = 2;
  try {
    const auto body = [&] {
      const int status_of_main = real_main(argc, argv, environment_of_main);
      run_exit_handlers();
      const Inside inside;
      if (status_of_main != 0 && !main_returns_nothing()) fail_by_status(status_of_main, 0);
    };
    Session own(options.engine, {body, nullptr, true}, options.identity);
    signals_take_over();
    take_over_terminate();
    if (options.leaks) own.look_for_leaks();
    own.share_among(options.jobs);
    search(own, Arguments(argc, argv));
    give_back_terminate();
    signals_give_back();
    const double duration_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    Record record = make_record(own.findings(), options, subject, duration_s, interrupted());
    for (std::string& limit : to_limits(find_unseen(own.modules()))) record.limits.push_back(std::move(limit));
    status = exit_status(record);
    if (options.record.empty())
      output_original(2, summary(record, options));
    else
      RecordWriter(options.record).write(record);
  } catch (const std::exception& error) {
    give_up(error.what());
  }
  PROBEREN_REAL(_exit)(status);
  __builtin_unreachable();
}

int find_code(dl_phdr_info* info, std::size_t, void*) {
  const char* const slash = std::strrchr(info->dlpi_name, '/');
  const char* const file = slash == nullptr ? info->dlpi_name : slash + 1;
  Range* const range = std::strncmp(file, "libc.so", 7) == 0 ? &libc_code : std::strncmp(file, "ld-linux", 8) == 0 ? &loader_code : nullptr;
  if (range == nullptr) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    *range = {info->dlpi_addr + header.p_vaddr, info->dlpi_addr + header.p_vaddr + header.p_memsz};
  }
  return 0;
}

}  // namespace

bool static_constructors_run() { return constructing; }

bool is_libc(const void* address) {
  const auto value = reinterpret_cast<std::uintptr_t>(address);
  return libc_code.contains(value) || loader_code.contains(value);
}

void find_libc() { dl_iterate_phdr(find_code, nullptr); }

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

using StartMain = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);

PROBEREN_INTERPOSED int __libc_start_main(Main main, int argc, char** argv, void (*init)(), void (*fini)(), void (*rtld_fini)(),
                                          void* stack_end) {
  const auto start = reinterpret_cast<StartMain>(next_symbol("__libc_start_main"));
  if (!constructing) return start(main, argc, argv, init, fini, rtld_fini, stack_end);
  without_random_addresses(argv);
  real_main = main;
  return start(explored_main, argc, argv, init, fini, rtld_fini, stack_end);
}

namespace {

/// What is loaded later, by a process that this library does not stand in front of, is not explored.
bool stands_in_front() { return dlsym(RTLD_DEFAULT, "__libc_start_main") == reinterpret_cast<void*>(&__libc_start_main); }

[[gnu::constructor]] void prepare_exploration() {
  if (std::getenv(kVariable) == nullptr || !stands_in_front()) return;
  if (!heap_reserve() || !reserve_stacks()) give_up("the address ranges for stacks and heap are taken");
  find_libc();
  if (const char* const function = own_malloc())
    give_up(std::string("the program defines ") + function + "() itself: give it another name where the program is explored");
  keep_operators_apart();
  input_refuse();
  constructing = true;
}

}  // namespace
