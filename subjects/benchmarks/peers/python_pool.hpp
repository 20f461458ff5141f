/// CPython's multiprocessing.Pool, in an interpreter of its own that is asked for one figure after another.
#pragma once

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proberen/ipc/descriptor.hpp"
#include "subjects/benchmarks/peers/python.hpp"

namespace proberen::benchmarks::peers {

/// Reads lines `what seconds`, answers each with the figure: operations in a second, or microseconds for one.
inline constexpr const char* kPythonPool = R"(
import multiprocessing, sys, time
def square(x): return x * x
pool = multiprocessing.get_context("fork").Pool(2)
def chunk_1(): pool.map(square, range(2000), chunksize=1); return 2000
many = list(range(100000))
def default_chunks(): pool.map(square, many); return len(many)
def apply(): pool.apply(square, (3,)); return 1
for line in sys.stdin:
    what, seconds = line.split()
    work = globals()[what]
    done, begin = work(), time.perf_counter()
    done = 0
    while True:
        done += work()
        elapsed = time.perf_counter() - begin
        if elapsed >= float(seconds): break
    print(elapsed / done * 1e6 if what == "apply" else done / elapsed, flush=True)
pool.terminate()
)";

class PythonPool {
 public:
  /// Throws std::system_error when the interpreter cannot be started.
  PythonPool() {
    int down[2];
    int up[2];
    if (::pipe2(down, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    const ipc::Descriptor asked(down[0]);
    to_.reset(down[1]);
    if (::pipe2(up, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    from_.reset(up[0]);
    const ipc::Descriptor answered(up[1]);
    std::string python = kPython;
    std::string script = kPythonPool;
    char flag[] = "-c";
    char* arguments[] = {python.data(), flag, script.data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, asked.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, answered.get(), STDOUT_FILENO);
    const int error = ::posix_spawn(&child_, python.c_str(), &actions, nullptr, arguments, ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start " + python);
  }
  PythonPool(const PythonPool&) = delete;
  PythonPool& operator=(const PythonPool&) = delete;
  /// The end of its input ends it.
  ~PythonPool() {
    to_.reset();
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  double ask(const std::string& what, std::chrono::nanoseconds time) {
    const std::string line = what + ' ' + std::to_string(std::chrono::duration<double>(time).count()) + '\n';
    if (::write(to_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) throw std::runtime_error("python3 has ended");
    std::string answer;
    while (answer.empty() || answer.back() != '\n') {
      constexpr int kPatienceMilliseconds = 30'000;
      pollfd ready{.fd = from_.get(), .events = POLLIN, .revents = 0};
      char text[64];
      const ssize_t size = ::poll(&ready, 1, kPatienceMilliseconds) == 1 ? ::read(from_.get(), text, sizeof text) : -1;
      if (size <= 0) throw std::runtime_error("python3 has not answered");
      answer.append(text, static_cast<std::size_t>(size));
    }
    return std::stod(answer);
  }

 private:
  ipc::Descriptor to_;
  ipc::Descriptor from_;
  pid_t child_ = -1;
};

}  // namespace proberen::benchmarks::peers
