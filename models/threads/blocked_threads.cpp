#include "models/threads/blocked_threads.hpp"

#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <linux/futex.h>
#include <sys/syscall.h>

namespace proberen {
namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

/// proc_pid_syscall(5): the number of the system call and its arguments, or "running".
bool in_endless_futex_wait(const std::string& line) {
  std::istringstream words(line);
  long number = -1;
  unsigned long address = 0, operation = 0, value = 0, timeout = 0;
  if (!(words >> number >> std::hex >> address >> operation >> value >> timeout)) return false;
  const auto command = static_cast<int>(operation) & FUTEX_CMD_MASK;
  return number == SYS_futex && (command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) && timeout == 0;
}

std::string switches_of(const std::string& folder) {
  std::ifstream status(folder + "/status");
  std::string text;
  for (std::string line; std::getline(status, line);) {
    if (line.find("ctxt_switches") != std::string::npos) text += line;
  }
  return text;
}

/// What the kernel says of some threads at one moment.
struct ThreadsAtRest {
  bool known = false;                 ///< the kernel let us look
  bool all_blocked = false;           ///< each is asleep in a futex wait without a timeout
  std::vector<std::string> switches;  ///< how often each has been switched out: equal in two looks, none has run in between
};

ThreadsAtRest look_at_threads(std::span<const pid_t> threads) {
  ThreadsAtRest look;
  look.known = true;
  look.all_blocked = true;
  for (const pid_t thread : threads) {
    const std::string folder = "/proc/" + std::to_string(thread);
    std::string line;
    std::ifstream file(folder + "/syscall");
    if (!std::getline(file, line)) {
      look.known = false;
      return look;
    }
    if (!in_endless_futex_wait(line)) look.all_blocked = false;
    look.switches.push_back(switches_of(folder));
  }
  return look;
}

}  // namespace

bool are_blocked_for_ever(std::span<const pid_t> threads) {
  const ThreadsAtRest first = look_at_threads(threads);
  if (!first.known || !first.all_blocked) return false;
  if (kSanitized) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const ThreadsAtRest second = look_at_threads(threads);
  return second.known && second.all_blocked && first.switches == second.switches;
}

}  // namespace proberen
