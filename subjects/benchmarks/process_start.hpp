/// How long it takes from asking for a process to its first instruction.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/descriptor.hpp"
#include "subjects/benchmarks/peers/process_starters.hpp"

namespace proberen::benchmarks {

/// The entry of a process that tells the time; process_subject.cpp registers it.
inline constexpr const char* kTellTimeEntry = "proberen_benchmark_tell_time";

/// Memory that this process has resident, in pages of 4 KiB, as a heap has that grew bit by bit. One for the whole program, because making
/// it takes a third of a second, and kept until another amount is asked for.
inline void keep_resident(std::size_t bytes) {
  static void* memory = nullptr;
  static std::size_t size = 0;
  if (bytes == size) return;
  if (size > 0) ::munmap(memory, size);
  size = 0;
  if (bytes == 0) return;
  memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "cannot make the parent large");
  size = bytes;
  ::madvise(memory, bytes, MADV_NOHUGEPAGE);
  constexpr std::size_t kPage = 4096;
  for (std::size_t at = 0; at < bytes; at += kPage) static_cast<volatile char*>(memory)[at] = 1;
}

/// Starts by a method of ours.
class OurStarter {
 public:
  /// The program that measures has an idle thread, which holds no lock.
  explicit OurStarter(ipc::StartMethod method) : context_(method, {.allow_fork_with_threads = true}) {}
  explicit OurStarter(ipc::ContextOptions options) : context_(ipc::StartMethod::forkserver, std::move(options)) {}

  void start(int pipe) { process_.emplace(context_.start(kTellTimeEntry, ipc::Descriptor(pipe))); }
  void reap() {
    if (process_->join() != 0) throw std::runtime_error("a process that was started did not end well");
    process_.reset();
  }

 private:
  ipc::Context context_;
  std::optional<ipc::Process> process_;
};

enum class Until { kFirstInstruction, kExitCode };

/// The median latency of as many starts as the time allows, in microseconds, from a parent with so many bytes resident besides its own.
template <class Starter, Until kUntil = Until::kFirstInstruction>
class StartSampler final : public BenchmarkSampler {
 public:
  template <class Argument>
  StartSampler(Argument argument, std::size_t resident) : starter_(argument), resident_(resident) {}

  double sample(std::chrono::nanoseconds time) override {
    constexpr std::size_t kFewest = 5;
    keep_resident(resident_);
    (void)latency();  // a fork server may have to be started first
    std::vector<double> latencies;
    const auto end = std::chrono::steady_clock::now() + time;
    while (latencies.size() < kFewest || std::chrono::steady_clock::now() < end) latencies.push_back(latency());
    const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>(latencies.size() / 2);
    std::nth_element(latencies.begin(), middle, latencies.end());
    return *middle;
  }

 private:
  double latency() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    const ipc::Descriptor told(ends[0]);
    ipc::Descriptor telling(ends[1]);
    const std::int64_t asked = peers::monotonic_now();
    if constexpr (std::is_same_v<Starter, OurStarter>) {
      starter_.start(telling.release());  // closes it
    } else {
      starter_.start(telling.get());
      telling.reset();
    }
    const std::int64_t begun = read_time(told.get());
    starter_.reap();
    return static_cast<double>((kUntil == Until::kExitCode ? peers::monotonic_now() : begun) - asked) / 1000;
  }

  static std::int64_t read_time(int pipe) {
    constexpr int kPatienceMilliseconds = 10'000;
    pollfd ready{.fd = pipe, .events = POLLIN, .revents = 0};
    std::int64_t now = 0;
    if (::poll(&ready, 1, kPatienceMilliseconds) != 1 || ::read(pipe, &now, sizeof now) != sizeof now) {
      throw std::runtime_error("a process that was started did not tell the time");
    }
    return now;
  }

  Starter starter_;
  std::size_t resident_;
};

}  // namespace proberen::benchmarks
