/// Peer: the program of one engine, with the same command line for each.
///
///   <peer> outcomes                  the outcome sets of all litmus programs: a line `program <tab> outcome` for each
///   <peer> list                      the names of the programs that are measured
///   <peer> full NAME SECONDS         searches all executions, for at most so long
///   <peer> random NAME EXECUTIONS    makes random executions
///   <peer> first NAME EXECUTIONS     searches all executions, and ends after so many
///
/// The last three answer with one line: executions, seconds, `complete`, `unfinished` or `wrong`, and the most memory held in KiB. A search
/// that is over at once is made again and again; the seconds are then those of one, on average, but for the first. An engine is a class
/// with `A` for the programs and `template <class Program> static void run(const Request&, Result&)`.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <string_view>

#include "models/peers/litmus_table.hpp"
#include "models/peers/programs.hpp"

namespace proberen::peers {

inline constexpr double kShort_s = 0.2;

struct Request {
  bool random = false;
  std::uint64_t executions_max = 0;  ///< 0: all there are
  double seconds_max = 0;            ///< 0: no limit
  bool observe = false;              ///< note the outcomes
};

struct Result {
  std::uint64_t executions = 0;  ///< begun, those that come to no end included
  bool complete = false;
  bool right = true;
  std::set<std::string> outcomes;
};

/// The most memory that this program has held, in KiB; getrusage() counts what its parent held before it.
inline long most_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "VmHWM:") continue;
    long kib = 0;
    status >> kib;
    return kib;
  }
  return 0;
}

inline void print(const Result& result, double seconds) {
  std::printf("%llu\t%.6f\t%s\t%ld\n", static_cast<unsigned long long>(result.executions), seconds,
              !result.right     ? "wrong"
              : result.complete ? "complete"
                                : "unfinished",
              most_memory());
}

template <class Engine>
int run_peer(int count, char** words) {
  using Clock = std::chrono::steady_clock;
  using A = typename Engine::A;
  const std::string_view verb = count > 1 ? words[1] : "";
  const std::string_view wanted = count > 2 ? words[2] : "";
  bool found = false;
  if (verb == "outcomes") {
    each_litmus<A>([]<class Program>(const char* name) {
      Result result;
      Engine::template run<Program>({.observe = true}, result);
      if (!result.complete) std::cout << name << "\tunfinished\n";
      for (const std::string& outcome : result.outcomes) std::cout << name << '\t' << outcome << '\n';
    });
    return 0;
  }
  if (verb == "list") {
    each_program<A>([]<class Program>(const char* name) { std::cout << name << '\n'; });
    return 0;
  }
  if ((verb != "full" && verb != "random" && verb != "first") || count != 4) return 2;
  Request request;
  request.random = verb == "random";
  if (verb == "full") {
    request.seconds_max = std::strtod(words[3], nullptr);
  } else {
    request.executions_max = std::strtoull(words[3], nullptr, 10);
  }
  const auto run_if_wanted = [&]<class Program>(const char* name) {
    if (name != wanted) return;
    found = true;
    const auto timed_run = [&](Result& result) {
      const Clock::time_point begin = Clock::now();
      Engine::template run<Program>(request, result);
      return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    Result result;
    double seconds = timed_run(result);
    if (verb == "full" && seconds < kShort_s) {
      double all = 0;
      int times = 0;
      for (; all < kShort_s; ++times) all += timed_run(result = {});
      seconds = all / times;
    }
    print(result, seconds);
  };
  each_program<A>(run_if_wanted);
  each_large_program<A>(run_if_wanted);
  return found ? 0 : 2;
}

}  // namespace proberen::peers
