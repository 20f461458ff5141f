// The words of AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, as failures.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "stress/job.hpp"
#include "stress/sanitizer.hpp"

namespace proberen::stress {
namespace {

constexpr const char* kUseAfterFree = R"(=================================================================
==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7f
WRITE of size 4 at 0x602000000010 thread T1
    #0 0x7f01 in operator delete(void*) ../../../../src/libsanitizer/asan/asan_new_delete.cpp:152
    #1 0x7f02 in std::unique_ptr<int>::reset() /usr/include/c++/12/bits/unique_ptr.h:475
    #2 0x5501 in my::Queue::pop() /home/me/my_queue.hpp:42
)";

TEST(SanitizerText, ReadsKindWordsAndTheFirstPlaceThatIsNotALibrarys) {
  const std::vector<Failure> failures = failures_in(kUseAfterFree);
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].kind, "use-after-free");
  EXPECT_EQ(failures[0].message, "AddressSanitizer: heap-use-after-free");
  EXPECT_EQ(failures[0].location, "my_queue.hpp:42");
  EXPECT_EQ(failures[0].details.size(), 5u);
}

TEST(SanitizerText, TellsTheSameUndefinedBehaviourOnce) {
  const std::string line = "/src/a.cpp:7:12: runtime error: signed integer overflow: 1 + 2 cannot be represented in type 'int'\n";
  const std::vector<Failure> failures = failures_in(line + line + "/src/a.cpp:8:1: runtime error: shift exponent 64 is too large\n");
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0].kind, "undefined-behaviour");
  EXPECT_EQ(failures[0].location, "a.cpp:7");
  EXPECT_EQ(failures[1].message, "shift exponent 64 is too large");
}

TEST(SanitizerText, KnowsTheKinds) {
  const auto kind = [](const std::string& words) { return failures_in("==1==ERROR: AddressSanitizer: " + words).at(0).kind; };
  EXPECT_EQ(kind("attempting double-free on 0x1 in thread T0"), "double-free");
  EXPECT_EQ(kind("heap-buffer-overflow on address 0x1"), "out-of-bounds");
  EXPECT_EQ(kind("stack-use-after-return on address 0x1"), "use-after-free");
  EXPECT_EQ(kind("SEGV on unknown address 0x0"), "crash");
  EXPECT_EQ(failures_in("==1==ERROR: LeakSanitizer: detected memory leaks").at(0).kind, "leak");
}

TEST(SanitizerText, FindsNothingWhereNothingIs) {
  EXPECT_TRUE(failures_in("").empty());
  EXPECT_TRUE(failures_in("all is well\n==1==WARNING: nothing much\n").empty());
}

TEST(Job, KeepsWhatAChildToldBeforeItDied) {
  const JobOutcome outcome = run_job(
      [](const Tell& tell) -> int {
        tell({{{"operations", 5}}, {}, false});
        tell({{{"operations", 7}}, {}, false});
        std::abort();
      },
      Clock::now() + std::chrono::seconds(30));
  EXPECT_EQ(outcome.counts.at("operations"), 12u);
  EXPECT_FALSE(outcome.ended_itself);
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_EQ(outcome.failures[0].kind, "crash");
}

TEST(Job, KillsAChildThatGoesOnTooLong) {
  const JobOutcome outcome = run_job(
      [](const Tell&) -> int {
        for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
      },
      Clock::now() + std::chrono::milliseconds(200));
  ASSERT_EQ(outcome.failures.size(), 1u);
  EXPECT_EQ(outcome.failures[0].kind, "hang");
}

TEST(Job, HasNothingToSayOfOneThatEndsWell) {
  const JobOutcome outcome = run_job([](const Tell&) { return 0; }, Clock::now() + std::chrono::seconds(30));
  EXPECT_TRUE(outcome.ended_itself);
  EXPECT_TRUE(outcome.failures.empty());
}

}  // namespace
}  // namespace proberen::stress
