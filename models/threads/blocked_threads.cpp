#include "models/threads/blocked_threads.hpp"

#include <fstream>
#include <sstream>

#include <linux/futex.h>
#include <sys/syscall.h>

namespace proberen {
namespace {

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

}  // namespace

ThreadsAtRest look_at_threads(std::span<const pid_t> threads) {
  ThreadsAtRest look;
  look.known = true;
  look.all_blocked = true;
  for (const pid_t thread : threads) {
    const std::string folder = "/proc/self/task/" + std::to_string(thread);
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

bool blocked_for_ever(const ThreadsAtRest& first, const ThreadsAtRest& second) {
  return first.known && second.known && first.all_blocked && second.all_blocked && first.switches == second.switches;
}

}  // namespace proberen
