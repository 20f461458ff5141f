#include "models/runtime/jobs.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <system_error>

#include "models/runtime/real.hpp"
#include "models/runtime/signals.hpp"

namespace proberen::runtime {

struct Jobs::Shared {
  std::atomic<bool> stop{false};
  std::atomic<int> working{0};           ///< never more than are wanted
  std::atomic<std::uint64_t> claims{0};  ///< executions that were begun or may be
  /// The working processes. A slot is taken before its process is made: it may hold kTaken for that while, and still hold a number after a
  /// process has died.
  std::array<std::atomic<pid_t>, kMostJobs> workers{};
};

namespace {

using std::chrono::milliseconds;

constexpr pid_t kTaken = -1;
/// A copy costs about a millisecond, so a process that is young is not worth one.
constexpr std::int64_t kYoung_ns = 10'000'000;
constexpr milliseconds kAskAgain{100};
constexpr milliseconds kGrace{8'000};

/// For the signal handler.
std::atomic<std::array<std::atomic<pid_t>, kMostJobs>*> all_workers = nullptr;
std::atomic<std::atomic<bool>*> all_stop = nullptr;
bool in_worker = false;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

void signal_all(int signal) {
  for (const std::atomic<pid_t>& worker : *all_workers.load()) {
    if (const pid_t process = worker.load(); process > 0) ::kill(process, signal);
  }
}

std::string how_it_died(int status) {
  if (!WIFSIGNALED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
  return "died of signal " + std::to_string(WTERMSIG(status)) + " (" + ::strsignal(WTERMSIG(status)) + ")";
}

}  // namespace

Jobs::Jobs(int most, std::uint64_t max_executions) : most_(most), max_executions_(max_executions) {
  void* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("memory for the processes of a search");
  shared_ = new (memory) Shared;
  ledger_ = ::memfd_create("proberen findings", MFD_CLOEXEC);
  if (ledger_ < 0 || ::fcntl(ledger_, F_SETFL, O_APPEND) != 0) fail("a file for the findings of a search");
  all_stop = &shared_->stop;
  all_workers = &shared_->workers;
}

Jobs::~Jobs() {
  all_workers = nullptr;
  all_stop = nullptr;
  ::close(ledger_);
  ::munmap(shared_, sizeof(Shared));
}

std::vector<std::string> Jobs::run(const std::function<std::string()>& work) {
  ::signal(SIGCHLD, SIG_DFL);  // who started this process may have had it ignored, and then nobody could be waited for
  shared_->working = 1;
  const Started started = copy_process(0, 0);
  if (started == Started::kNothing) throw std::runtime_error("no process can be made for the search");
  if (started == Started::kInChild) work_to_end(work);
  wait_for_all();
  return read_ledger();
}

void Jobs::work_to_end(const std::function<std::string()>& work) {
  int status = 1;
  try {
    const std::string text = work();
    const std::string entry = std::to_string(text.size()) + " " + text;
    // In one call, so that no other process's entry comes between.
    if (::write(ledger_, entry.data(), entry.size()) == static_cast<ssize_t>(entry.size())) status = 0;
  } catch (const std::exception&) {  // the first process says that this one died
  }
  PROBEREN_REAL(_exit)(status);
  __builtin_unreachable();
}

/// Children of the first process, all of them, so that it learns how each one ends: hence no fork(). The C library's state needs no
/// mending: of this process's threads only the one that explores does anything, and it is between two calls.
Jobs::Started Jobs::copy_process(int slot, int flags) {
  shared_->workers[static_cast<std::size_t>(slot)] = kTaken;
  const pid_t first = in_worker ? ::getppid() : ::getpid();
  last_copy_ns_ = now_ns();
  const long child = PROBEREN_REAL(syscall)(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (child < 0) shared_->workers[static_cast<std::size_t>(slot)] = 0;
  if (child != 0) return child < 0 ? Started::kNothing : Started::kInParent;
  in_worker = true;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != first) PROBEREN_REAL(_exit)(1);  // it died before we asked to follow it
  slot_ = slot;
  claimed_ = 0;
  shared_->workers[static_cast<std::size_t>(slot)] = ::getpid();
  signals_watch();
  return Started::kInChild;
}

bool Jobs::may_begin(std::uint64_t seen) {
  if (shared_->stop.load(std::memory_order_relaxed)) return false;
  if (max_executions_ == 0 || claimed_ > seen) return true;  // the last one was left, and counts as none
  shared_->claims += seen - claimed_;                        // counted without being begun
  claimed_ = seen;
  if (shared_->claims.fetch_add(1) >= max_executions_) {
    claims_spent_ = true;
    return false;
  }
  ++claimed_;
  return true;
}

bool Jobs::wants_worker() const { return shared_->working.load(std::memory_order_relaxed) < most_ && now_ns() - last_copy_ns_ > kYoung_ns; }

Jobs::Started Jobs::start_worker() {
  int working = shared_->working.load();
  do {
    if (working >= most_) return Started::kNothing;
  } while (!shared_->working.compare_exchange_weak(working, working + 1));
  for (int slot = 0; slot < most_; ++slot) {
    pid_t free = 0;
    if (!shared_->workers[static_cast<std::size_t>(slot)].compare_exchange_strong(free, kTaken)) continue;
    const Started started = copy_process(slot, CLONE_PARENT);
    if (started == Started::kNothing) --shared_->working;
    return started;
  }
  --shared_->working;
  return Started::kNothing;
}

void Jobs::finish(std::uint64_t seen, bool stop) {
  if (stop && !claims_spent_) shared_->stop = true;  // the last executions that were claimed are still run to their ends
  if (claimed_ > seen) shared_->claims -= claimed_ - seen;
  shared_->workers[static_cast<std::size_t>(slot_)] = 0;
  --shared_->working;
}

void Jobs::wait_for_all() {
  std::string problem;
  milliseconds waited{0};
  while (true) {
    const bool stopping = shared_->stop;
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, stopping ? WNOHANG : 0);
    if (child < 0 && errno == EINTR) continue;
    if (child < 0) break;  // none is left
    if (child == 0) {
      if (waited >= kGrace && problem.empty()) problem = "did not end when it was told to";
      signal_all(problem.empty() ? SIGINT : SIGKILL);
      const timespec pause{0, std::chrono::nanoseconds(kAskAgain).count()};
      ::nanosleep(&pause, nullptr);
      waited += kAskAgain;
      continue;
    }
    for (std::atomic<pid_t>& worker : shared_->workers) {
      if (worker == child) worker = 0;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    if (problem.empty()) problem = how_it_died(status);
    shared_->stop = true;
  }
  if (!problem.empty()) throw std::runtime_error("a process of the search " + problem + ": its part of the executions was not visited");
}

std::vector<std::string> Jobs::read_ledger() const {
  std::string text(static_cast<std::size_t>(::lseek(ledger_, 0, SEEK_END)), '\0');
  if (::pread(ledger_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fail("the findings of a search");
  std::vector<std::string> entries;
  for (const char *at = text.data(), *const end = at + text.size(); at != end;) {
    std::size_t size = 0;
    at = std::from_chars(at, end, size).ptr + 1;
    entries.emplace_back(at, size);
    at += size;
  }
  return entries;
}

void Jobs::interrupt() {
  if (all_stop.load() == nullptr) return;
  *all_stop.load() = true;
  if (!in_worker) signal_all(SIGINT);
}

bool Jobs::is_worker() { return in_worker; }

}  // namespace proberen::runtime
