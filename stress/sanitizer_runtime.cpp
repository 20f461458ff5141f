// The runtimes of the sanitizers: their report hooks and their options. In a build without one, what asks for it does nothing.

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>

#include "stress/sanitizer.hpp"

#ifdef __has_feature
#define PROBEREN_HAS_FEATURE(feature) __has_feature(feature)
#else
#define PROBEREN_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_THREAD__) || PROBEREN_HAS_FEATURE(thread_sanitizer)
#define PROBEREN_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__) || PROBEREN_HAS_FEATURE(address_sanitizer)
#define PROBEREN_ASAN 1
#endif

#ifdef PROBEREN_TSAN

extern "C" {

// Declared by no installed header; compiler-rt/lib/tsan/rtl/tsan_debugging.cpp documents them.
int __tsan_get_report_data(void* report, const char** description, int* count, int* stack_count, int* access_count, int* location_count,
                           int* mutex_count, int* thread_count, int* unique_thread_count, void** sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void* report, unsigned long index, int* thread, void** address, int* size, int* write, int* atomic, void** trace,
                          unsigned long trace_size);
int __tsan_get_report_stack(void* report, unsigned long index, void** trace, unsigned long trace_size);
void __sanitizer_symbolize_pc(void* pc, const char* format, char* text, std::size_t size);

// Without atexit_sleep_ms=0 every job whose threads are not all joined sleeps a second at its end.
const char* __tsan_default_options() { return "exitcode=0:halt_on_error=0:report_thread_leaks=0:history_size=5:atexit_sleep_ms=0"; }

void __tsan_on_report(void* report);
}

namespace proberen::stress {
namespace {

using Trace = std::array<void*, 24>;

struct RawAccess {
  int size;
  int write;
  int atomic;
  void* trace[24];
};

/// A report as the hook leaves it. The hook runs inside the sanitizer, on any thread: it copies numbers and nothing else, and is not
/// instrumented itself.
struct RawReport {
  char description[64];
  int accesses;
  RawAccess access[4];
};

constexpr int kMostReports = 64;
RawReport raw_reports[kMostReports];
int raw_count = 0;

std::string symbolized(void* pc, const char* format) {
  std::array<char, 512> text{};
  // A return address: the call is the instruction before it.
  __sanitizer_symbolize_pc(static_cast<char*>(pc) - 1, format, text.data(), text.size());
  return text.data();
}

bool is_library(const std::string& place) {
  return place.empty() || place.find("/usr/include/") != place.npos || place.find("/libsanitizer/") != place.npos ||
         place.find("/c++/") != place.npos || place.find(".so") != place.npos;
}

/// `FILE:LINE`, or `MODULE+0xOFFSET` where GCC's runtime does not find the line; see places.hpp.
std::string place_of(void* pc) {
  std::string place = symbolized(pc, "%s:%l");
  if (place.empty() || place.find("<null>") != place.npos || place.find("??") != place.npos || place.ends_with(":0"))
    place = symbolized(pc, "%m+%o");
  return place.find("<null>") != place.npos ? "" : place;
}

/// The place of the first frame outside of libraries, and all frames as lines.
std::string read_trace(const Trace& trace, std::vector<std::string>& details) {
  std::string first;
  for (void* const pc : trace) {
    if (pc == nullptr) break;
    const std::string place = place_of(pc);
    details.push_back("    " + symbolized(pc, "%f") + " " + place);
    if (first.empty() && !is_library(place)) first = place;
  }
  return first;
}

std::string kind_of(const std::string& description) {
  if (description.starts_with("data-race")) return "data-race";
  if (description.find("use-after-free") != description.npos) return "use-after-free";
  if (description.starts_with("lock-order")) return "lock-order";
  if (description.starts_with("mutex")) return "lock-misuse";
  return "other";
}

Failure read_report(const RawReport& report) {
  Failure failure;
  failure.kind = kind_of(report.description);
  failure.message = std::string("ThreadSanitizer: ") + report.description;
  for (int i = 0; i < report.accesses; ++i) {
    const RawAccess& access = report.access[i];
    Trace trace;
    std::copy(std::begin(access.trace), std::end(access.trace), trace.begin());
    std::string what;
    if (access.size > 0) {
      what = std::string(access.atomic != 0 ? "atomic " : "") + (access.write != 0 ? "write" : "read") + " of " +
             std::to_string(access.size) + " bytes";
    }
    failure.details.push_back(what.empty() ? "stack" : (i == 0 ? "" : "earlier ") + what);
    const std::string place = read_trace(trace, failure.details);
    failure.message += (i == 0 ? ": " : " and ") + what + " at " + (place.empty() ? "an unknown place" : place);
    if (failure.location.empty()) failure.location = place;
  }
  return failure;
}

}  // namespace

std::vector<Failure> new_thread_sanitizer_reports() {
  static int read = 0;
  static std::set<std::string> told;
  std::vector<Failure> failures;
  const int count = std::min(__atomic_load_n(&raw_count, __ATOMIC_ACQUIRE), kMostReports);
  for (; read < count; ++read) {
    Failure failure = read_report(raw_reports[read]);
    // The two accesses of a race come in either order: the same pair is told once.
    const std::set<std::string> lines(failure.details.begin(), failure.details.end());
    std::string key = failure.kind;
    for (const std::string& line : lines) key += line;
    if (told.insert(key).second) failures.push_back(std::move(failure));
  }
  return failures;
}

bool leak_found() { return false; }

}  // namespace proberen::stress

// Called with the sanitizer's report lock held: one at a time.
__attribute__((no_sanitize("thread"))) void __tsan_on_report(void* report) {
  using namespace proberen::stress;
  if (raw_count >= kMostReports) return;
  RawReport& raw = raw_reports[raw_count];
  const char* description = nullptr;
  int ignored = 0;
  int stacks = 0;
  void* sleep[1] = {};
  __tsan_get_report_data(report, &description, &ignored, &stacks, &raw.accesses, &ignored, &ignored, &ignored, &ignored, sleep, 1);
  for (int i = 0; i < 63 && description[i] != 0; ++i) raw.description[i] = description[i];
  if (raw.accesses > 4) raw.accesses = 4;
  for (int i = 0; i < raw.accesses; ++i) {
    RawAccess& access = raw.access[i];
    void* address = nullptr;
    __tsan_get_report_mop(report, static_cast<unsigned long>(i), &ignored, &address, &access.size, &access.write, &access.atomic,
                          access.trace, 24);
  }
  if (raw.accesses == 0 && stacks > 0) {
    raw.accesses = 1;
    __tsan_get_report_stack(report, 0, raw.access[0].trace, 24);
  }
  __atomic_store_n(&raw_count, raw_count + 1, __ATOMIC_RELEASE);
}

#elif defined(PROBEREN_ASAN)

extern "C" {
int __lsan_do_recoverable_leak_check();
// Leaks are asked for by leak_found(); threads that are blocked for ever keep what they hold.
const char* __asan_default_options() { return "leak_check_at_exit=0:detect_stack_use_after_return=1:allocator_may_return_null=1"; }
const char* __ubsan_default_options() { return "print_stacktrace=0"; }
}

namespace proberen::stress {
std::vector<Failure> new_thread_sanitizer_reports() { return {}; }
bool leak_found() { return __lsan_do_recoverable_leak_check() != 0; }
}  // namespace proberen::stress

#else

namespace proberen::stress {
std::vector<Failure> new_thread_sanitizer_reports() { return {}; }
bool leak_found() { return false; }
}  // namespace proberen::stress

#endif
