#include "models/runtime/libc/own_signals.hpp"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "models/runtime/call.hpp"
#include "models/runtime/libc/unsupported.hpp"
#include "models/runtime/program.hpp"
#include "models/runtime/sync/threads.hpp"

namespace proberen::runtime {
namespace {

using Action = struct sigaction;

constexpr int kSignals = 64;
std::array<Action, kSignals + 1> first_actions;
std::array<Action, kSignals + 1> actions;
bool changed = false;

bool is_signal(int signal) { return signal >= 1 && signal <= kSignals; }
/// The kernel's form of a set: a word.
std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }
std::uint64_t word_of(const sigset_t& set) { return set.__val[0]; }
sigset_t set_of(std::uint64_t word) {
  sigset_t set{};
  set.__val[0] = word;
  return set;
}
constexpr std::uint64_t kNeverBlocked = (std::uint64_t{1} << (SIGKILL - 1)) | (std::uint64_t{1} << (SIGSTOP - 1));

enum class Default : std::uint8_t { kEnds, kNothing, kStops };
Default default_of(int signal) {
  if (signal == SIGCHLD || signal == SIGURG || signal == SIGWINCH || signal == SIGCONT) return Default::kNothing;
  if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) return Default::kStops;
  return Default::kEnds;
}

void take_by_default(int signal, Site site) {
  const std::string name = name_of_signal(signal);
  if (default_of(signal) == Default::kNothing) return;
  if (default_of(signal) == Default::kStops) unsupported((name + ", which stops the process,").c_str(), site);
  fail(FailureKind::kCrash, "the program ends by " + name + ", which it has sent itself", site, "sends " + name);
}

void run_handler(int signal, const Action& action) {
  const std::uint64_t before = current->blocked;
  current->blocked |= word_of(action.sa_mask) | ((action.sa_flags & SA_NODEFER) != 0 ? 0 : bit(signal));
  current->blocked &= ~kNeverBlocked;
  if ((action.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) actions[static_cast<std::size_t>(signal)].sa_handler = SIG_DFL;
  siginfo_t info{};
  info.si_signo = signal;
  info.si_code = SI_TKILL;
  info.si_pid = process_of_program();
  {
    const Outside outside;
    if ((action.sa_flags & SA_SIGINFO) != 0) {
      ucontext_t context{};
      action.sa_sigaction(signal, &info, &context);
    } else {
      action.sa_handler(signal);
    }
  }
  current->blocked = before;
}

int refuse(int error) {
  errno = error;
  return -1;
}

int change_action(int signal, const Action* wanted, Action* before) {
  if (!is_signal(signal) || (wanted != nullptr && (bit(signal) & kNeverBlocked) != 0)) return refuse(EINVAL);
  effect();
  Action& action = actions[static_cast<std::size_t>(signal)];
  const Action now = action;
  if (wanted != nullptr) action = *wanted;
  if (before != nullptr) *before = now;
  changed = true;
  return 0;
}

sighandler_t change_handler(int signal, sighandler_t handler, int flags) {
  Action wanted{}, before{};
  wanted.sa_handler = handler;
  wanted.sa_flags = flags;
  return change_action(signal, &wanted, &before) == 0 ? before.sa_handler : SIG_ERR;
}

/// The error, or 0.
int change_blocked(int how, const sigset_t* wanted, sigset_t* before) {
  const std::uint64_t now = current->blocked;
  if (wanted != nullptr) {
    const std::uint64_t word = word_of(*wanted);
    if (how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK) return EINVAL;
    current->blocked = (how == SIG_BLOCK ? now | word : how == SIG_UNBLOCK ? now & ~word : word) & ~kNeverBlocked;
    effect();
  }
  if (before != nullptr) *before = set_of(now);
  return 0;
}

/// To itself: the thread, or the process.
int send(int signal, Site site) {
  if (signal < 0 || signal > kSignals) return EINVAL;
  if (signal != 0) take_signal(signal, site);
  return 0;
}

}  // namespace

void own_signals_keep() {
  for (int signal = 1; signal <= kSignals; ++signal)
    PROBEREN_REAL(sigaction)(signal, nullptr, &first_actions[static_cast<std::size_t>(signal)]);
  actions = first_actions;
}

void own_signals_begin_execution() {
  if (changed) actions = first_actions;
  changed = false;
}

bool is_handled(int signal) {
  const Action& action = actions[static_cast<std::size_t>(signal)];
  return action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN;
}

void take_signal(int signal, Site site) {
  effect();
  if ((current->blocked & bit(signal)) != 0)
    unsupported(("a signal (" + name_of_signal(signal) + ") that its sender blocks").c_str(), site);
  const Action action = actions[static_cast<std::size_t>(signal)];
  if (action.sa_handler == SIG_IGN) return;
  changed = true;
  action.sa_handler == SIG_DFL ? take_by_default(signal, site) : run_handler(signal, action);
}

std::string name_of_signal(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int sigaction(int signal, const struct sigaction* wanted, struct sigaction* before) noexcept {
  if (!explored()) return PROBEREN_REAL(sigaction)(signal, wanted, before);
  const Inside inside;
  return change_action(signal, wanted, before);
}

#define PROBEREN_SIGNAL(name, flags)                                                    \
  extern "C" sighandler_t name(int signal, sighandler_t handler) noexcept;              \
  PROBEREN_INTERPOSED sighandler_t name(int signal, sighandler_t handler) noexcept {    \
    if (!explored()) {                                                                  \
      static const auto real = reinterpret_cast<decltype(&::name)>(next_symbol(#name)); \
      return real(signal, handler);                                                     \
    }                                                                                   \
    const Inside inside;                                                                \
    return change_handler(signal, handler, flags);                                      \
  }

PROBEREN_SIGNAL(signal, SA_RESTART)
PROBEREN_SIGNAL(__sysv_signal, static_cast<int>(SA_RESETHAND) | SA_NODEFER)

PROBEREN_INTERPOSED int sigprocmask(int how, const sigset_t* wanted, sigset_t* before) noexcept {
  if (!explored()) return PROBEREN_REAL(sigprocmask)(how, wanted, before);
  const Inside inside;
  const int error = change_blocked(how, wanted, before);
  return error == 0 ? 0 : refuse(error);
}

PROBEREN_INTERPOSED int pthread_sigmask(int how, const sigset_t* wanted, sigset_t* before) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_sigmask)(how, wanted, before);
  const Inside inside;
  return change_blocked(how, wanted, before);
}

PROBEREN_INTERPOSED int sigpending(sigset_t* pending) noexcept {
  if (!explored()) return PROBEREN_REAL(sigpending)(pending);
  *pending = set_of(0);
  return 0;
}

// A stack for handlers: they run on the stack of their thread here.
PROBEREN_INTERPOSED int sigaltstack(const stack_t* wanted, stack_t* before) noexcept {
  if (!explored()) return PROBEREN_REAL(sigaltstack)(wanted, before);
  const stack_t now = current->handler_stack;
  if (wanted != nullptr) current->handler_stack = *wanted;
  if (before != nullptr) *before = now;
  return 0;
}

PROBEREN_INTERPOSED int raise(int signal) noexcept {
  if (!explored()) return PROBEREN_REAL(raise)(signal);
  PROBEREN_ENTER();
  const int error = send(signal, site);
  return error == 0 ? 0 : refuse(error);
}

PROBEREN_INTERPOSED int kill(pid_t process, int signal) noexcept {
  if (!explored()) return PROBEREN_REAL(kill)(process, signal);
  PROBEREN_ENTER();
  if (process != process_of_program()) unsupported("kill of another process", site);
  const int error = send(signal, site);
  return error == 0 ? 0 : refuse(error);
}

PROBEREN_INTERPOSED int tgkill(pid_t process, pid_t thread, int signal) noexcept {
  if (!explored()) return PROBEREN_REAL(tgkill)(process, thread, signal);
  PROBEREN_ENTER();
  if (process != process_of_program() || thread != process + current->id) unsupported("tgkill of another thread", site);
  const int error = send(signal, site);
  return error == 0 ? 0 : refuse(error);
}

PROBEREN_INTERPOSED int pthread_kill(pthread_t handle, int signal) noexcept {
  if (!explored()) return PROBEREN_REAL(pthread_kill)(handle, signal);
  PROBEREN_ENTER();
  const Fiber* const fiber = fiber_of(handle);
  if (fiber == nullptr) return ESRCH;
  if (fiber != current && signal != 0) unsupported("pthread_kill of another thread", site);
  return send(signal, site);
}
