#include "primitives/process/execute.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/process/close_others.hpp"
#include "primitives/process/system_call.hpp"

/// The C library's clone(2), by its other name: ThreadSanitizer's takes every child for one with memory of its own.
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...) noexcept;  // NOLINT: its name is the C library's

namespace proberen::ipc::detail {
namespace {

/// A set of signals as the kernel has it.
using SignalSet = std::uint64_t;
constexpr SignalSet kAllSignals = ~SignalSet{0};

/// Blocks all signals of this thread, those included that the C library keeps for itself: a handler would run in the child on the creator's
/// memory.
class KernelSignalsBlocked {
 public:
  KernelSignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kAllSignals, &before_, sizeof before_); }
  KernelSignalsBlocked(const KernelSignalsBlocked&) = delete;
  KernelSignalsBlocked& operator=(const KernelSignalsBlocked&) = delete;
  ~KernelSignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof before_); }

 private:
  SignalSet before_ = 0;
};

/// What the child reads, and what it writes.
struct Order {
  std::vector<const char*> files;
  std::vector<char*> arguments;
  char** environment;
  const std::vector<PassedDescriptor>& descriptors;
  bool close_others;
  std::vector<int> kept;
  const Setup& setup;
  SetupFailure failure;
};

/// System calls by number, where the C library's functions are the sanitizers': these note what a process does, in the memory that the
/// child shares.
int reset_signals() noexcept {
  // Zeros are the kernel's struct sigaction with SIG_DFL and nothing else, and more than its size.
  constexpr std::array<unsigned long, 16> kByDefault{};
  for (int number = 1; number <= 64; ++number) ::syscall(SYS_rt_sigaction, number, kByDefault.data(), nullptr, sizeof(SignalSet));
  constexpr SignalSet kNone = 0;
  return static_cast<int>(::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kNone, nullptr, sizeof kNone));
}

int pass(const PassedDescriptor& descriptor) noexcept {
  if (descriptor.source == descriptor.number) return static_cast<int>(::syscall(SYS_fcntl, descriptor.number, F_SETFD, 0));
  return static_cast<int>(resumed([&] { return ::syscall(SYS_dup3, descriptor.source, descriptor.number, 0); }));
}

SetupFailure prepare(const Order& order) noexcept {
  for (const PassedDescriptor& descriptor : order.descriptors) {
    if (pass(descriptor) < 0) return {SetupFailure::Step::kDescriptors, errno};
  }
  if (order.close_others) close_others(order.kept);
  if (const SetupFailure failure = order.setup.confine()) return failure;
  // Last, as from here on a signal may end the child.
  reset_signals();
  return {};
}

/// As execvp(3): that one of the files may not be executed is told, unless another one may be.
bool is_worth_another(int error) noexcept {
  constexpr std::array kErrors{EACCES, ENOENT, ENOTDIR, ESTALE, ENODEV, ETIMEDOUT};
  return std::find(kErrors.begin(), kErrors.end(), error) != kErrors.end();
}

/// The child. It never returns from here when all is well: a sanitizer's account of the calls that this thread is in would grow.
__attribute__((no_sanitize("address", "thread"))) int run(void* argument) {
  Order& order = *static_cast<Order*>(argument);
  order.failure = prepare(order);
  if (order.failure) return 127;
  int error = ENOENT;
  for (const char* const file : order.files) {
    ::syscall(SYS_execve, file, order.arguments.data(), order.environment);
    const int refused = errno;
    if (refused == EACCES || error != EACCES || !is_worth_another(refused)) error = refused;
    if (!is_worth_another(refused)) break;
  }
  order.failure = {SetupFailure::Step::kExecute, error};
  return 127;
}

}  // namespace

Executed execute(const Execution& execution, Setup& setup, SetupFailure& failure) {
  constexpr std::size_t kStackBytes = std::size_t{64} * 1024;
  Order order{.files = {},
              .arguments = {},
              .environment = setup.environment(),
              .descriptors = execution.descriptors,
              .close_others = execution.close_others,
              .kept = {},
              .setup = setup,
              .failure = {}};
  for (const std::string& file : execution.files) order.files.push_back(file.c_str());
  for (const std::string& argument : execution.arguments) order.arguments.push_back(const_cast<char*>(argument.c_str()));
  order.arguments.push_back(nullptr);
  for (const PassedDescriptor& descriptor : execution.descriptors) order.kept.push_back(descriptor.number);
  std::sort(order.kept.begin(), order.kept.end());
  const auto stack = std::make_unique_for_overwrite<std::max_align_t[]>(kStackBytes / sizeof(std::max_align_t));
  Executed executed;
  int pidfd = -1;
  {
    const KernelSignalsBlocked blocked;
    constexpr int kFlags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
    executed.pid = ::__clone(&run, stack.get() + kStackBytes / sizeof(std::max_align_t), kFlags, &order, &pidfd);
    if (executed.pid < 0) order.failure = {SetupFailure::Step::kExecute, errno};
  }
  failure = order.failure;
  if (executed.pid < 0) return {};
  executed.pidfd.reset(pidfd);
  if (!failure && pidfd <= STDERR_FILENO) {
    Descriptor copy(copy_above(pidfd, STDERR_FILENO));
    if (copy) {
      executed.pidfd = std::move(copy);
    } else {
      // Another thread has taken the number that was free.
      failure = {SetupFailure::Step::kExecute, errno};
      send_signal(pidfd, SIGKILL);
    }
  }
  if (!failure) return executed;
  siginfo_t info{};
  resumed([&] { return ::waitid(P_PIDFD, static_cast<id_t>(executed.pidfd.get()), &info, WEXITED); });
  return {};
}

std::vector<Descriptor> lift_sources(std::span<PassedDescriptor> descriptors) {
  int highest = STDERR_FILENO;
  for (const PassedDescriptor& descriptor : descriptors) highest = std::max(highest, descriptor.number);
  std::vector<Descriptor> lifted;
  for (PassedDescriptor& descriptor : descriptors) {
    if (descriptor.source > highest) continue;
    lifted.emplace_back(copy_above(descriptor.source, highest));
    if (!lifted.back()) throw_errno("cannot pass a descriptor to a process");
    descriptor.source = lifted.back().get();
  }
  return lifted;
}

}  // namespace proberen::ipc::detail
