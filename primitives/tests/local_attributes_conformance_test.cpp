// Conformance of LocalAttributes, and of ThreadLocal's for_each.
#include "proberen/local_attributes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <numeric>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/tracked.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

class LocalAttributesObject : public ConformanceTest {};
class ForEach : public ConformanceTest {};

template <class Body>
std::string message_of(Body body) {
  try {
    body();
  } catch (const std::out_of_range& error) {
    return error.what();
  }
  return "";
}

TEST_F(LocalAttributesObject, V1_ANameSetInOneThreadIsAbsentInAnother) {
  LocalAttributes local;
  local["x"] = 1;
  const int x = local["x"];
  EXPECT_EQ(x, 1);
  std::jthread([&] {
    EXPECT_FALSE(local.contains("x"));
    EXPECT_NE(message_of([&] { (void)local.get<int>("x"); }).find("'x'"), std::string::npos);
    EXPECT_THROW((void)static_cast<int>(local["x"]), std::out_of_range);
    local["x"] = std::string("other");
    EXPECT_EQ(local.get<std::string>("x"), "other");
  }).join();
  EXPECT_EQ(local.get<int>("x"), 1);
}

TEST_F(LocalAttributesObject, V1_ErasedIsAsNeverSet) {
  LocalAttributes local;
  EXPECT_FALSE(local.erase("x"));
  local["x"] = 1;
  local["y"] = 2.5;
  std::jthread([&] { EXPECT_FALSE(local.erase("x")); }).join();
  EXPECT_TRUE(local.erase("x"));
  EXPECT_FALSE(local.contains("x"));
  EXPECT_NE(message_of([&] { (void)local.get<int>("x"); }), "");
  EXPECT_EQ(local.names(), std::vector<std::string>{"y"});
}

TEST_F(LocalAttributesObject, V1_AttributesAreOfAnyTypeAndKeepIt) {
  LocalAttributes local;
  local["list"] = std::vector<int>{1, 2};
  local.get<std::vector<int>>("list").push_back(3);
  EXPECT_EQ(local.get<std::vector<int>>("list").size(), 3u);
  local["text"] = "literal";
  EXPECT_EQ(local.get<std::string>("text"), "literal");
  EXPECT_THROW((void)local.get<int>("text"), AttributeTypeError);
  EXPECT_EQ(local.get_if<int>("text"), nullptr);
  EXPECT_EQ(local.get_if<int>("absent"), nullptr);
  local["text"] = 3;
  EXPECT_EQ(local.get<int>("text"), 3);
  local["copy"] = local["list"];
  EXPECT_EQ(local.get<std::vector<int>>("copy").size(), 3u);
  EXPECT_THROW(local["copy"] = local["absent"], std::out_of_range);
  EXPECT_EQ(local.names(), (std::vector<std::string>{"copy", "list", "text"}));
}

TEST_F(LocalAttributesObject, V3_TheInitializerRunsAnewInEachThread) {
  std::atomic<int> calls{0};
  LocalAttributes local([&](Attributes& attributes) {
    const int number = ++calls;
    std::this_thread::yield();
    attributes["number"] = number;
  });
  std::atomic<int> sum{0};
  run_threads(10, [&](int) {
    const int number = local["number"];
    std::this_thread::yield();
    EXPECT_EQ(local.get<int>("number"), number);
    sum += number;
  });
  EXPECT_EQ(calls, 10);
  EXPECT_EQ(sum, 55);
}

TEST_F(LocalAttributesObject, V4_ANewOneHasNoneOfTheOld) {
  for (int round = 0; round < 50; ++round) {
    LocalAttributes local;
    EXPECT_FALSE(local.contains("x"));
    local["x"] = round;
  }
}

TEST_F(ForEach, SeesTheValueOfEveryLiveThread) {
  ThreadLocal<std::atomic<int>> local;
  std::latch touched(6);
  std::latch end(1);
  std::vector<std::jthread> threads;
  for (int i = 1; i <= 5; ++i) {
    threads.emplace_back([&, i] {
      *local = i;
      touched.count_down();
      end.wait();
    });
  }
  touched.arrive_and_wait();
  std::vector<int> seen;
  local.for_each([&](std::atomic<int>& value) { seen.push_back(value); });
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 4, 5}));
  end.count_down();
  threads.clear();
  local.for_each([](std::atomic<int>&) { FAIL() << "the threads are gone"; });
}

TEST_F(ForEach, KeepsValuesAliveWhileThreadsExit) {
  Tally tally;
  ThreadLocal<Tracked> local([&] { return Tracked(tally, 3); });
  std::atomic<bool> stop{false};
  std::jthread visitor([&] {
    while (!stop) {
      int before = 0;
      local.for_each([&](Tracked& value) {
        EXPECT_EQ(value.number, 3);
        ++before;
      });
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < scaled(200); ++round) run_threads(4, [&](int) { local.get(); });
  stop = true;
  visitor.join();
  EXPECT_EQ(tally.alive(), 0);
  EXPECT_EQ(tally.wrong, 0);
}

TEST_F(ForEach, ReportsWhatWouldDeadlock) {
  ThreadLocal<int> local;
  ThreadLocal<int> other;
  std::latch touched(1);
  std::latch end(1);
  std::jthread keeper([&] {
    local.get();
    touched.count_down();
    end.wait();
  });
  touched.wait();
  int visited = 0;
  local.for_each([&](int&) {
    ++visited;
    EXPECT_THROW(local.get(), std::system_error);  // this thread has no value, and the list is held
    EXPECT_THROW(local.for_each([](int&) {}), std::system_error);
    EXPECT_EQ(*other, 0);  // others are free
    other.for_each([](int&) {});
  });
  EXPECT_EQ(visited, 1);
  EXPECT_EQ(local.get(), 0);
  local.for_each([&](int&) {
    EXPECT_EQ(local.get(), 0);  // a value that is there can be used
    EXPECT_THROW(local.reset(), std::system_error);
  });
  EXPECT_THROW(local.for_each([](int&) { throw std::runtime_error("enough"); }), std::runtime_error);
  EXPECT_TRUE(local.reset()) << "the lock is free again";
  end.count_down();
}

}  // namespace
}  // namespace proberen::test
