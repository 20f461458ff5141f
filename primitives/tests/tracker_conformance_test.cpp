// Conformance of the resource tracker: X15 to X17.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/tracked_names.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/named_semaphore.hpp"

namespace proberen::test {
namespace {

using ipc::create_only;
using ipc::Descriptor;
using ipc::NamedSemaphore;
using ipc::open_only;
using ipc::open_or_create;
using ipc::Process;
using ipc::StartMethod;
using std::errc;

constexpr ipc::NamedOptions kOwned{.lifetime = ipc::Lifetime::owned};

/// Owns `name`, tells the number of its tracker, and goes when `hold` ends: by the destructor, or without.
PROBEREN_ENTRY(own, [](const std::string& name, bool destroys, const Descriptor& errors, const Descriptor& told, const Descriptor& hold) {
  ::dup2(errors.get(), STDERR_FILENO);
  NamedSemaphore semaphore(open_or_create, name, 1, kOwned);
  tell(told, ipc::tracker::process());
  wait_for_end_of(hold);
  if (!destroys) ::_exit(0);
});

/// The same, but is asked for its tracker again before.
PROBEREN_ENTRY(own_and_ask_again, [](const std::string& name, const Descriptor& errors, const Descriptor& told, const Descriptor& again,
                                     const Descriptor& hold) {
  ::dup2(errors.get(), STDERR_FILENO);
  const NamedSemaphore semaphore(create_only, name, 1, kOwned);
  tell(told, ipc::tracker::process());
  wait_for_end_of(again);
  tell(told, ipc::tracker::process());
  wait_for_end_of(hold);
});

PROBEREN_ENTRY(attach, [](const std::string& name, const Descriptor& told, const Descriptor& hold) {
  const NamedSemaphore semaphore(open_only, name);
  tell(told, 1);
  wait_for_end_of(hold);
});

PROBEREN_ENTRY(tell_tracker, [](const Descriptor& told) { tell(told, ipc::tracker::process()); });

/// Asks for the tracker, by a child of each start method too.
PROBEREN_ENTRY(tell_family, [](const Descriptor& told) {
  tell(told, ipc::tracker::process());
  for (const StartMethod method : {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver}) {
    if (ipc::Context(method).start("tell_tracker", told.duplicate()).join() != 0) return 1;
  }
  return 0;
});

/// Destroying, removing, creating again: nothing waits for the tracker to catch up.
PROBEREN_ENTRY(use_up, [](const std::string& name) {
  for (int round = 0; round < 20; ++round) {
    const NamedSemaphore first(create_only, name, 1, kOwned);
    const NamedSemaphore second(open_or_create, name, 5, kOwned);
    if (second.value() != 1) return 1;
  }
  if (error_of([&] { NamedSemaphore(open_only, name); }) != errc::no_such_file_or_directory) return 2;
  const NamedSemaphore old(create_only, name, 1, kOwned);
  NamedSemaphore::remove(name);
  const NamedSemaphore fresh(create_only, name, 2);
  // The old one's end must not be the new one's.
  NamedSemaphore(std::move(const_cast<NamedSemaphore&>(old)));
  if (NamedSemaphore(open_only, name).value() != 2) return 3;
  NamedSemaphore::remove(name);
  return 0;
});

/// The sockets that this process has open.
std::vector<int> open_sockets() {
  std::vector<int> sockets;
  for (int number = 0; number < 1024; ++number) {
    struct stat status {};
    if (::fstat(number, &status) == 0 && S_ISSOCK(status.st_mode)) sockets.push_back(number);
  }
  return sockets;
}

/// Uses the tracker while a file of its own has the number `number`: whether the file stays open.
PROBEREN_ENTRY(keep_file_open, [](int number) {
  struct stat before {};
  struct stat now {};
  const Descriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (::fstat(file.get(), &before) != 0) return 1;
  if (file.get() != number && ::dup3(file.get(), number, O_CLOEXEC) != number) return 2;
  (void)ipc::tracker::process();
  return ::fstat(number, &now) == 0 && before.st_dev == now.st_dev && before.st_ino == now.st_ino ? 0 : 3;
});

/// A child by fork, whose descriptors have been closed, has the number of this process's connection to the tracker for a file of its own.
PROBEREN_ENTRY(lend_number, [] {
  const std::vector<int> before = open_sockets();
  (void)ipc::tracker::process();
  for (const int number : open_sockets()) {
    if (std::ranges::find(before, number) != before.end()) continue;
    return ipc::Context(StartMethod::fork).start("keep_file_open", number).join();
  }
  return 9;
});

/// A copy that has inherited the connection gives it up for its own.
PROBEREN_ENTRY(replace_connection, [] {
  (void)ipc::tracker::process();
  const std::size_t count = open_sockets().size();
  Child copy([&] {
    (void)ipc::tracker::process();
    return open_sockets().size() == count;
  });
  return copy.wait() ? 0 : 1;
});

/// Goes on without an environment, and so does a tracker that it starts there.
PROBEREN_ENTRY(own_without_environment, [](const std::string& name) {
  const std::string token = ipc::tracker::token();
  ::clearenv();
  const NamedSemaphore mine(create_only, name, 1, kOwned);
  Line told;
  Line hold;
  Process other =
      ipc::Context(StartMethod::fork)
          .start("own", name + "-other", false, Descriptor(::dup(STDERR_FILENO)), std::move(told.writer), std::move(hold.reader));
  const int tracker = ipc::tracker::process();
  if (ipc::tracker::token() != token || told.receive() != tracker) return 1;
  if (!kill_and_await(tracker)) return 2;
  other.kill();
  other.join();
  if (::access(path_of_name(name + "-other").c_str(), F_OK) != 0) return 3;
  // The successor finds by its token what was left while there was none.
  if (ipc::tracker::process() == tracker) return 4;
  return eventually([&] { return ::access(path_of_name(name + "-other").c_str(), F_OK) != 0; }) ? 0 : 5;
});

PROBEREN_ENTRY(try_long_paths, [] {
  const std::string longest = "/dev/shm/" + std::string(ipc::tracker::kLongestPath - 9, 'x');
  ipc::tracker::intend({longest, 0, 0});
  ipc::tracker::forget({longest, 0, 0});
  return error_of([&] { ipc::tracker::intend({longest + "x", 0, 0}); }) == errc::filename_too_long ? 0 : 1;
});

/// An owner that runs; it goes when `hold` is closed, or killed.
struct Owner {
  Line told;
  Line hold;
  std::optional<Process> process;
  int tracker = -1;
};

class Tracked : public TrackerTest {
 protected:
  void start(Owner& owner, const std::string& name, bool destroys = true) {
    owner.process.emplace(context_.start("own", name, destroys, errors(), std::move(owner.told.writer), std::move(owner.hold.reader)));
    owner.tracker = owner.told.receive();
    ASSERT_GT(owner.tracker, 0);
  }
  /// Returns when the tracker has served whatever death came before.
  void catch_up() {
    Owner last;
    start(last, own_name("last"));
    last.process->kill();
    EXPECT_TRUE(goes(own_name("last")));
  }

  const std::string name_ = own_name("t");
};

TEST_F(Tracked, X15_AnOwnersNameGoesWhoeverKillsIt) {
  for (const int signal : {SIGKILL, SIGTERM}) {
    Owner owner;
    start(owner, name_);
    EXPECT_TRUE(exists(name_));
    ASSERT_TRUE(send_signal_to(owner.process->pid(), signal));
    EXPECT_EQ(owner.process->join(), -signal);
    EXPECT_TRUE(goes(name_));
    EXPECT_TRUE(is_told("removed '" + path_of_name(name_) + "', which process " + std::to_string(owner.process->pid()) + " left behind"));
  }
}

TEST_F(Tracked, X15_ANameThatIsLeftAtTheEndGoes) {
  Owner owner;
  start(owner, name_, false);
  owner.hold.writer.reset();
  EXPECT_EQ(owner.process->join(), 0);
  EXPECT_TRUE(goes(name_));
}

TEST_F(Tracked, X15_ANameThatOthersHaveRemovedIsTold) {
  Owner owner;
  start(owner, name_);
  NamedSemaphore::remove(name_);
  const NamedSemaphore other(create_only, name_, 3);
  owner.process->kill();
  EXPECT_TRUE(is_told("'" + path_of_name(name_) + "' of process " + std::to_string(owner.process->pid()) + " was already removed"));
  EXPECT_EQ(NamedSemaphore(open_only, name_).value(), 3) << "another file of that name stays";
  NamedSemaphore::remove(name_);
}

TEST_F(Tracked, X15_ANameGoesWithItsLastOwner) {
  for (const bool creator_first : {true, false}) {
    Owner creator;
    start(creator, name_);
    Owner joiner;
    start(joiner, name_);
    (creator_first ? creator : joiner).process->kill();
    (creator_first ? creator : joiner).process->join();
    catch_up();
    EXPECT_TRUE(exists(name_));
    (creator_first ? joiner : creator).process->kill();
    EXPECT_TRUE(goes(name_));
  }
}

TEST_F(Tracked, X15_TheLastDestructorRemovesTheNameAtOnce) {
  Owner first;
  start(first, name_);
  Owner second;
  start(second, name_);
  first.hold.writer.reset();
  EXPECT_EQ(first.process->join(), 0);
  EXPECT_TRUE(exists(name_));
  second.hold.writer.reset();
  EXPECT_EQ(second.process->join(), 0);
  EXPECT_FALSE(exists(name_));
  EXPECT_EQ(context_.start("use_up", name_).join(), 0);
}

TEST_F(Tracked, X16_TheTrackerIgnoresInterruptAndTerminate) {
  Owner owner;
  start(owner, name_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) EXPECT_TRUE(send_signal_to(owner.tracker, signal));
  Owner other;
  start(other, own_name("other"));
  EXPECT_EQ(other.tracker, owner.tracker);
  owner.process->kill();
  EXPECT_TRUE(goes(name_));
}

TEST_F(Tracked, X16_KilledTheTrackerIsStartedAgainAndKnowsEveryOwner) {
  Line told;
  Line again;
  Line hold;
  Process asker = context_.start("own_and_ask_again", own_name("asker"), errors(), std::move(told.writer), std::move(again.reader),
                                 std::move(hold.reader));
  const int first = told.receive();
  Owner idle;
  start(idle, name_);
  ASSERT_EQ(idle.tracker, first);
  ASSERT_TRUE(kill_and_await(first));
  again.writer.reset();
  const int second = told.receive();
  EXPECT_GT(second, 0);
  EXPECT_NE(second, first);
  EXPECT_TRUE(is_told("the resource tracker died while this process (" + std::to_string(asker.pid()) + ") used it"));
  EXPECT_TRUE(exists(name_));
  idle.process->kill();
  EXPECT_TRUE(goes(name_)) << "although its owner has not spoken to the new tracker";
  asker.kill();
  EXPECT_TRUE(goes(own_name("asker")));
}

TEST_F(Tracked, X16_ANewTrackerKeepsWhatAnOwnerHoldsWhoDidNotCreateIt) {
  Owner creator;
  start(creator, name_);
  Owner joiner;
  start(joiner, name_);
  creator.process->kill();
  creator.process->join();
  catch_up();
  ASSERT_TRUE(kill_and_await(joiner.tracker));
  catch_up();
  std::this_thread::sleep_for(kGrace);
  EXPECT_TRUE(exists(name_));
  joiner.process->kill();
  joiner.process->join();
  EXPECT_TRUE(goes(name_)) << "a second later at most";
}

TEST_F(Tracked, X16_ANewTrackerRemovesWhatWasLeftWhileThereWasNone) {
  Owner owner;
  start(owner, name_);
  ASSERT_TRUE(kill_and_await(owner.tracker));
  owner.process->kill();
  owner.process->join();
  EXPECT_TRUE(exists(name_));
  catch_up();
  EXPECT_FALSE(exists(name_));
}

TEST_F(Tracked, X16_AStoppedTrackerKeepsNobodyFromEnding) {
  Owner owner;
  start(owner, name_);
  ASSERT_TRUE(send_signal_to(owner.tracker, SIGSTOP));
  owner.hold.writer.reset();
  EXPECT_EQ(owner.process->join_for(20s), 0);
  EXPECT_TRUE(send_signal_to(owner.tracker, SIGCONT));
  EXPECT_TRUE(goes(name_));
}

TEST_F(Tracked, X17_OneTrackerForAllDescendants) {
  Line told;
  Process child = context_.start("tell_family", std::move(told.writer));
  const int tracker = told.receive();
  EXPECT_GT(tracker, 0);
  for (int number = 0; number < 3; ++number) EXPECT_EQ(told.receive(), tracker);
  EXPECT_EQ(child.join(), 0);
}

TEST_F(Tracked, X17_ProcessesThatNeedATrackerAtOnceGetOne) {
  for (int round = 0; round < scaled(20); ++round) {
    Owner owners[4];
    for (int number = 0; number < 4; ++number) {
      Owner& owner = owners[number];
      owner.process.emplace(context_.start("own", own_name(std::to_string(number)), true, errors(), std::move(owner.told.writer),
                                           std::move(owner.hold.reader)));
    }
    for (Owner& owner : owners) owner.tracker = owner.told.receive();
    for (const Owner& owner : owners) EXPECT_EQ(owner.tracker, owners[0].tracker);
    for (Owner& owner : owners) owner.hold.writer.reset();
    for (Owner& owner : owners) EXPECT_EQ(owner.process->join(), 0);
  }
}

TEST_F(Tracked, X17_AForkedChildLeavesOthersFilesOpen) { EXPECT_EQ(context_.start("lend_number").join(), 0); }

TEST_F(Tracked, X17_AForkedChildClosesItsCopyOfTheConnection) { EXPECT_EQ(context_.start("replace_connection").join(), 0); }

TEST_F(Tracked, X17_AProcessKeepsItsFamilyWithoutAnEnvironment) {
  EXPECT_EQ(context_.start("own_without_environment", name_).join(), 0);
  EXPECT_FALSE(exists(name_));
}

TEST_F(Tracked, X17_APathThatIsTooLongIsRefused) { EXPECT_EQ(context_.start("try_long_paths").join(), 0); }

TEST_F(Tracked, X17_AttachingDestroysNothing) {
  Owner owner;
  start(owner, name_);
  Line told;
  Line hold;
  Process reader = context_.start("attach", name_, std::move(told.writer), std::move(hold.reader));
  ASSERT_EQ(told.receive(), 1);
  reader.kill();
  reader.join();
  catch_up();
  EXPECT_TRUE(exists(name_));
  owner.hold.writer.reset();
  EXPECT_EQ(owner.process->join(), 0);
  EXPECT_FALSE(exists(name_));
}

TEST_F(Tracked, X17_AFileWhoseNameIsToStayHasNoOwner) {
  const NamedSemaphore made(create_only, name_, 1);
  Owner opener;
  start(opener, name_);
  opener.process->kill();
  opener.process->join();
  catch_up();
  EXPECT_TRUE(exists(name_));
  NamedSemaphore::remove(name_);
}

}  // namespace
}  // namespace proberen::test
