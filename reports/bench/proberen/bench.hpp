/// The method `bench`: a subject's benchmarks beside their peers, all in one run.
///
/// Each round measures every series once: benchmark after benchmark, the subject and its peers next to each other in an order drawn from
/// the seed. So what drifts (the clock rate, a noisy neighbour) meets all of them, and ratios mean something where absolute figures do not.
/// Every repetition is kept in the record. Units are those of Pace (benchmark.hpp): `ns/op` is wall time, `op/s` the operations of all
/// threads together in a second of wall time; Google Benchmark, which runs the threads and finds the number of iterations, is never asked
/// for a time.
///
/// The process has an idle second thread all along: glibc leaves atomics out of std::mutex and its like in a process that has one thread.
///
/// Verdict: `pass` when measured, whether or not the goals are met; `fail` when a benchmark throws; `skipped` when there is nothing to
/// measure. Request::time is the most that one series gets, all rounds together; there are 10 rounds of at most 200 ms, with `quick` 5 of
/// at most 50 ms.
#pragma once

#include <memory>

#include "proberen/method.hpp"

namespace proberen {

[[nodiscard]] std::unique_ptr<Method> make_bench_method();

}  // namespace proberen
