// Conformance of named semaphores: S23 to S25, each of both kinds.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <deque>
#include <fstream>

#include "primitives/tests/support/named_files.hpp"
#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/threads.hpp"
#include "proberen/ipc/named_semaphore.hpp"

namespace proberen::test {
namespace {

using ipc::create_only;
using ipc::NamedBoundedSemaphore;
using ipc::NamedSemaphore;
using ipc::open_only;
using ipc::open_or_create;
using std::errc;

template <class S>
class NamedSemaphoreTest : public LeavesNothing {
 protected:
  const std::string name_ = own_name("s");
};
using NamedSemaphores = testing::Types<NamedSemaphore, NamedBoundedSemaphore>;
struct NamedSemaphoreNames {
  template <class S>
  static std::string GetName(int) {
    return std::is_same_v<S, NamedSemaphore> ? "NamedSemaphore" : "NamedBoundedSemaphore";
  }
};
TYPED_TEST_SUITE(NamedSemaphoreTest, NamedSemaphores, NamedSemaphoreNames);

TYPED_TEST(NamedSemaphoreTest, S23_CreateThenOpenThenOpenOrCreate) {
  TypeParam created(create_only, this->name_, 2);
  TypeParam opened(open_only, this->name_);
  TypeParam either(open_or_create, this->name_, 7);
  EXPECT_EQ(either.value(), 2) << "the value of an existing one stays";
  EXPECT_TRUE(created.try_acquire());
  EXPECT_EQ(opened.value(), 1);
  EXPECT_TRUE(opened.try_acquire());
  EXPECT_FALSE(either.try_acquire_for(1ms));
  EXPECT_FALSE(either.release());
  EXPECT_TRUE(created.acquire(true, kLong));
  EXPECT_FALSE(created.acquire(false));
  TypeParam::remove(this->name_);
}

TYPED_TEST(NamedSemaphoreTest, S23_EachErrorIsItsOwn) {
  EXPECT_EQ(error_of([&] { TypeParam(open_only, this->name_); }), errc::no_such_file_or_directory);
  EXPECT_EQ(error_of([&] { TypeParam::remove(this->name_); }), errc::no_such_file_or_directory);
  const TypeParam first(open_or_create, this->name_, 1);
  EXPECT_EQ(error_of([&] { TypeParam(create_only, this->name_, 1); }), errc::file_exists);
  EXPECT_EQ(error_of([&] { TypeParam(create_only, own_name("v"), -1); }), errc::invalid_argument);
  EXPECT_EQ(error_of([&] { TypeParam(open_or_create, own_name("v"), TypeParam::max() + 1); }), errc::invalid_argument);
  TypeParam::remove(this->name_);
  EXPECT_EQ(TypeParam(create_only, this->name_, TypeParam::max()).value(), TypeParam::max());
  TypeParam::remove(this->name_);
}

TYPED_TEST(NamedSemaphoreTest, S23_NamesThatAreNone) {
  for (const std::string& name :
       {std::string(), std::string("/"), std::string("a/b"), std::string("//a"), std::string("a/"), std::string("a\0b", 3)}) {
    EXPECT_EQ(error_of([&] { TypeParam(create_only, name, 1); }), errc::invalid_argument) << name;
    EXPECT_EQ(error_of([&] { TypeParam(open_only, name); }), errc::invalid_argument) << name;
    EXPECT_EQ(error_of([&] { TypeParam::remove(name); }), errc::invalid_argument) << name;
  }
  const std::string longest = this->name_ + std::string(246 - this->name_.size(), 'x');
  const TypeParam made(create_only, longest, 1);
  EXPECT_EQ(TypeParam(open_only, "/" + longest).value(), 1) << "a leading slash changes nothing";
  TypeParam::remove("/" + longest);
  EXPECT_EQ(error_of([&] { TypeParam(create_only, longest + "x", 1); }), errc::filename_too_long);
  EXPECT_EQ(error_of([&] { TypeParam(open_only, longest + "x"); }), errc::filename_too_long);
}

TYPED_TEST(NamedSemaphoreTest, S23_WhatIsNoSemaphoreIsRefused) {
  using Other = std::conditional_t<std::is_same_v<TypeParam, NamedSemaphore>, NamedBoundedSemaphore, NamedSemaphore>;
  const std::string path = path_of_name(this->name_);
  const auto refused = [&] {
    return error_of([&] { TypeParam(open_only, this->name_); }) == errc::invalid_argument &&
           error_of([&] { TypeParam(open_or_create, this->name_, 1); }) == errc::invalid_argument &&
           error_of([&] { TypeParam(create_only, this->name_, 1); }) == errc::file_exists;
  };
  {
    const Other other(create_only, this->name_, 1);
    EXPECT_TRUE(refused());
  }
  EXPECT_EQ(::truncate(path.c_str(), 130), 0);
  EXPECT_TRUE(refused()) << "cut short";
  std::ofstream(path) << std::string(4096, 'x');
  EXPECT_TRUE(refused()) << "something else";
  ::unlink(path.c_str());
  ASSERT_EQ(::symlink("/dev/null", path.c_str()), 0);
  EXPECT_TRUE(refused()) << "a link";
  ::unlink(path.c_str());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_TRUE(refused()) << "a fifo";
  ::unlink(path.c_str());
  ASSERT_EQ(::mkdir(path.c_str(), 0700), 0);
  EXPECT_TRUE(refused()) << "a folder";
  ::rmdir(path.c_str());
}

TYPED_TEST(NamedSemaphoreTest, S23_ModeAndPermission) {
  const mode_t before = ::umask(0027);
  const TypeParam made(create_only, this->name_, 1, {.mode = 0666});
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(path_of_name(this->name_).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640U);
  if (::geteuid() == 0) {
    Child stranger([&] {
      if (::setresuid(65534, 65534, 65534) != 0) return false;
      return error_of([&] { TypeParam(open_only, this->name_); }) == errc::permission_denied &&
             error_of([&] { TypeParam(open_or_create, this->name_, 1); }) == errc::permission_denied &&
             error_of([&] { TypeParam::remove(this->name_); }) == errc::permission_denied;
    });
    EXPECT_TRUE(stranger.wait());
  }
  TypeParam::remove(this->name_);
}

TYPED_TEST(NamedSemaphoreTest, S23_OfManyThatOpenOrCreateOneCreates) {
  constexpr int kProcesses = 4;
  for (int round = 0; round < scaled(100); ++round) {
    const std::string name = own_name("race" + std::to_string(round));
    Shared<std::atomic<int>> present(0);
    Shared<std::atomic<int>> taken(0);
    std::deque<Child> children;
    for (int index = 0; index < kProcesses; ++index) {
      children.emplace_back([&] {
        for (++*present; *present < kProcesses;) std::this_thread::yield();
        TypeParam semaphore(open_or_create, name, 1);
        *taken += semaphore.try_acquire() ? 1 : 0;
        return true;
      });
    }
    for (Child& child : children) ASSERT_TRUE(child.wait());
    ASSERT_EQ(*taken, 1);
    TypeParam::remove(name);
  }
}

TYPED_TEST(NamedSemaphoreTest, S24_RemovingKeepsTheOpenOnesAlive) {
  TypeParam first(create_only, this->name_, 1);
  TypeParam second(open_only, this->name_);
  TypeParam::remove(this->name_);
  EXPECT_TRUE(first.try_acquire());
  EXPECT_EQ(second.value(), 0);
  EXPECT_FALSE(second.release());
  EXPECT_EQ(error_of([&] { TypeParam(open_only, this->name_); }), errc::no_such_file_or_directory);
  const TypeParam other(create_only, this->name_, 5);
  EXPECT_EQ(first.value(), 1) << "a new one of the same name is another one";
  EXPECT_EQ(TypeParam(open_only, this->name_).value(), 5);
  TypeParam::remove(this->name_);
}

TYPED_TEST(NamedSemaphoreTest, S24_ItMoves) {
  TypeParam first(create_only, this->name_, 1);
  TypeParam second(std::move(first));
  TypeParam third(create_only, own_name("third"), 3);
  third = std::move(second);
  EXPECT_EQ(third.value(), 1);
  TypeParam::remove(this->name_);
  TypeParam::remove(own_name("third"));
}

TYPED_TEST(NamedSemaphoreTest, S25_ProcessesCountTogether) {
  TypeParam there(create_only, this->name_, 8);
  for (int unit = 0; unit < 8; ++unit) ASSERT_TRUE(there.try_acquire());
  const std::string back_name = own_name("back");
  TypeParam back(create_only, back_name, 1);
  ASSERT_TRUE(back.try_acquire());
  constexpr int kRounds = scaled(5000);
  Child echo([&] {
    TypeParam incoming(open_only, this->name_);
    TypeParam outgoing(open_only, back_name);
    for (int round = 0; round < kRounds; ++round) {
      incoming.acquire();
      if (outgoing.release()) return false;
    }
    return true;
  });
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_FALSE(there.release());
    ASSERT_TRUE(back.acquire(true, kLong));
  }
  EXPECT_TRUE(echo.wait());
  EXPECT_EQ(there.value() + back.value(), 0);
  TypeParam::remove(this->name_);
  TypeParam::remove(back_name);
}

}  // namespace
}  // namespace proberen::test
