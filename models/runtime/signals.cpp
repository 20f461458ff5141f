#include "models/runtime/signals.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <bit>
#include <utility>

#include "models/runtime/arch/arch.hpp"
#include "models/runtime/call.hpp"
#include "models/runtime/jobs.hpp"
#include "models/runtime/libc/own_signals.hpp"
#include "models/runtime/racy.hpp"
#include "models/runtime/snapshot.hpp"

namespace proberen::runtime {
namespace {

constexpr std::array<int, 6> kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
constexpr std::array<int, 2> kInterrupts{SIGINT, SIGTERM};
/// Processor time between two looks at the number of events.
constexpr itimerval kWatch{{1, 0}, {1, 0}};
constexpr int kRunsAway = 10;  ///< looks without any news
/// Of the clock on the wall, for what does not use the processor, and for the end of the search's time.
constexpr itimerval kClock{{0, 100'000}, {0, 100'000}};
constexpr int kStill = 2;           ///< looks after which a thread is said to stand still
constexpr int kWaitsForEver = 100;  ///< in the kernel
/// And between two tries to leave an execution that is to end, where the runtime itself must not be left.
constexpr itimerval kLeave{{0, 10'000}, {0, 10'000}};
/// A second interrupt kills. Within this time it is the first one again: timeout(1) sends one to the process and one to its group.
constexpr std::int64_t kTwice_ms = 300;
constexpr std::size_t kAlternateStack = std::size_t{256} << 10;

std::array<struct sigaction, NSIG> before;
std::atomic<std::int64_t> interrupted_at_ms = 0;
bool crashing = false;
bool clock_is_free = false;  ///< else the process that explores a part of itself has set it

/// Looks at whether there is news, by one clock.
struct Looks {
  std::uint64_t seen = 0;
  int quiet = 0;  ///< so many without news, up to now
  void look(bool news_possible, std::uint64_t now) {
    quiet = now == seen && news_possible ? quiet + 1 : 0;
    seen = now;
  }
};
Looks by_processor;
Looks by_clock;
Looks for_plain_loops;

std::string describe(int signal, const siginfo_t* info) {
  char text[96];
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
      std::snprintf(text, sizeof(text), "%s at address 0x%lx", signal == SIGSEGV ? "segmentation fault" : "bus error",
                    static_cast<unsigned long>(address));
      break;
    case SIGFPE:
      return "arithmetic error (SIGFPE)";
    case SIGILL:
      return "illegal instruction (SIGILL)";
    case SIGABRT:
      return "aborted by the C library (SIGABRT)";
    case SIGTRAP:
      return "breakpoint (SIGTRAP)";
    default:
      return name_of_signal(signal);
  }
  return text;
}

void on_crash(int signal, siginfo_t* info, void*) {
  if (signal == SIGSEGV && Snapshot::on_fault(reinterpret_cast<std::uintptr_t>(info->si_addr))) return;
  const int mode = proberen_mode;
  if (session == nullptr || current == nullptr || mode == kNative || crashing) {
    PROBEREN_REAL(sigaction)(signal, &before[static_cast<std::size_t>(signal)], nullptr);  // it happens again, and is somebody else's
    if (signal == SIGABRT) PROBEREN_REAL(raise)(signal);
    return;
  }
  crashing = true;
  proberen_mode = kInside;
  const bool overflow = (signal == SIGSEGV) && in_stack_guard(reinterpret_cast<std::uintptr_t>(info->si_addr));
  std::string message = overflow ? "stack overflow" : describe(signal, info);
  if (is_handled(signal)) message += "; the program's own handler of it is not run";
  const Site site = first_program_site() - (signal == SIGTRAP ? 1 : 0);  // a breakpoint has been executed
  crashing = false;
  fail(FailureKind::kCrash, message, site, message);
}

/// What the running thread has done: another number whenever there is news.
std::uint64_t done_so_far() {
  const explore::Counts& counts = session->engine().counts();
  return counts.events + counts.executions + current->effects + current->writes +
         static_cast<std::uint64_t>(session->engine().steps(current->id));
}

/// A thread without news may be waiting for a plain variable. Looking at plain reads for loops is slow, and most that are without news for
/// so long compute: they are looked at for the length of one tick after 2, 4, 8, … of them.
void look_for_plain_loops() {
  for_plain_loops.look(true, done_so_far());
  const auto quiet = static_cast<unsigned>(for_plain_loops.quiet);
  proberen_spins_on_plain_reads = races_explored || session->has_plain_loop() || (quiet > 1 && std::has_single_bit(quiet));
}

/// Leaves the execution that runs, if that is in the program's own code; else it is tried again at the next tick, soon: where a program is
/// mostly in the runtime one tick in many finds it outside.
void leave_execution(const void* context) {
  PROBEREN_REAL(setitimer)(ITIMER_VIRTUAL, &kLeave, nullptr);
  if (current == nullptr || proberen_mode != kExplored) return;
  proberen_mode = kInside;
  if (by_clock.quiet >= kStill) {
    session->note_left_at({current->id, first_program_site(), in_system_call(context) ? "waited in the kernel" : "ran on and on"});
  }
  session->engine().abandon();
}

/// The program may run on and on between two of its calls, so the end of the execution is not waited for.
void on_interrupt(int, siginfo_t*, void* context) {
  timespec now{};
  PROBEREN_REAL(clock_gettime)(CLOCK_MONOTONIC, &now);
  const std::int64_t now_ms = now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
  if (interrupted()) {
    if (now_ms - interrupted_at_ms > kTwice_ms && !Jobs::is_worker()) PROBEREN_REAL(_exit)(130);
    return;
  }
  interrupted_at_ms = now_ms;
  Jobs::interrupt();
  if (session == nullptr) return;
  session->engine().stop();
  leave_execution(context);
}

/// The program may have been interrupted, for which the clock stands still: it is asked on the runtime's own behalf.
bool is_over() {
  const int mode = std::exchange(proberen_mode, kInside);
  const bool over = interrupted() || session->engine().out_of_time();
  proberen_mode = mode;
  return over;
}

void on_watch(int, siginfo_t*, void* context) {
  if (session == nullptr || current == nullptr) return;
  if (is_over()) return leave_execution(context);
  by_processor.look(proberen_mode == kExplored, done_so_far());
  if (!clock_is_free) look_for_plain_loops();
  if (by_processor.quiet < kRunsAway) return;
  proberen_mode = kInside;
  const Site site = first_program_site();
  fail(FailureKind::kRunaway, "the thread runs for seconds without any access that could be seen", site, "runs on and on");
}

/// A thread that waits in the kernel has no processor time: nothing else runs meanwhile, and nobody wakes it.
void on_clock(int, siginfo_t*, void* context) {
  if (session == nullptr || current == nullptr) return;
  by_clock.look(proberen_mode == kExplored, done_so_far());
  if (is_over()) return leave_execution(context);
  look_for_plain_loops();
  if (by_clock.quiet < kWaitsForEver || !in_system_call(context)) return;
  proberen_mode = kInside;
  const Site site = first_program_site();
  fail(FailureKind::kUnsupported, "the thread waits for seconds in the kernel, by a system call that is not seen", site, "waits");
}

void set(int signal, void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
  sigaction(signal, &action, &before[static_cast<std::size_t>(signal)]);
}

}  // namespace

void signals_take_over() {
  own_signals_keep();
  static void* const stack = ::mmap(nullptr, kAlternateStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack != MAP_FAILED) {
    const stack_t alternate{stack, 0, kAlternateStack};
    sigaltstack(&alternate, nullptr);
  }
  for (const int signal : kCrashes) set(signal, on_crash);
  for (const int signal : kInterrupts) set(signal, on_interrupt);
  set(SIGVTALRM, on_watch);
  itimerval clock{};
  ::getitimer(ITIMER_REAL, &clock);
  clock_is_free = clock.it_value.tv_sec == 0 && clock.it_value.tv_usec == 0;
  if (clock_is_free) set(SIGALRM, on_clock);
  signals_watch();
}

void signals_watch() {
  ::setitimer(ITIMER_VIRTUAL, &kWatch, nullptr);
  if (clock_is_free) ::setitimer(ITIMER_REAL, &kClock, nullptr);
}

void signals_give_back() {
  const itimerval never{};
  ::setitimer(ITIMER_VIRTUAL, &never, nullptr);
  if (clock_is_free) ::setitimer(ITIMER_REAL, &never, nullptr);
  for (const int signal : kCrashes) sigaction(signal, &before[static_cast<std::size_t>(signal)], nullptr);
  for (const int signal : kInterrupts) sigaction(signal, &before[static_cast<std::size_t>(signal)], nullptr);
  sigaction(SIGVTALRM, &before[SIGVTALRM], nullptr);
  if (clock_is_free) sigaction(SIGALRM, &before[SIGALRM], nullptr);
}

bool interrupted() { return interrupted_at_ms != 0; }

}  // namespace proberen::runtime
