// Owners killed at any moment of a creation leave nothing; an owner that says too late what it creates is seen to leave something.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>

#include <chrono>
#include <random>
#include <string>

#include "primitives/named/named_file.hpp"
#include "primitives/tests/support/tracked_names.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/named_semaphore.hpp"

namespace proberen::test {
namespace {

using ipc::Descriptor;
using ipc::NamedSemaphore;
using ipc::Process;

constexpr ipc::NamedOptions kOwned{.lifetime = ipc::Lifetime::owned};

PROBEREN_ENTRY(create_for_ever, [](const std::string& prefix, const Descriptor& told) {
  for (int number = 0;; ++number) {
    const NamedSemaphore semaphore(ipc::create_only, prefix + std::to_string(number), 1, kOwned);
    if (number == 0) tell(told, 1);
  }
});

/// Tells the tracker when the name is there already, as multiprocessing does.
struct TrackedLate {
  static void before(const ipc::Resource&) {}
  static void after(const ipc::Resource& resource) {
    std::this_thread::sleep_for(500us * kSlowdown);
    ipc::tracker::intend(resource);
    ipc::tracker::confirm(resource);
  }
  static void failed(const ipc::Resource&) noexcept {}
};

PROBEREN_ENTRY(create_for_ever_late, [](const std::string& prefix, const Descriptor& told) {
  for (int number = 0;; ++number) {
    const Descriptor file(::open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    const ipc::detail::NamedHeader header = ipc::detail::make_header(1, sizeof header + 8, ipc::tracker::token());
    if (::pwrite(file.get(), &header, sizeof header, 0) != sizeof header || ::flock(file.get(), LOCK_SH) != 0) return 1;
    const ipc::Resource resource = ipc::detail::resource_of(file, path_of_name(prefix + std::to_string(number)));
    if (!ipc::detail::publish<TrackedLate>(file, resource)) return 1;
    ipc::tracker::release(resource);
    if (number == 0) tell(told, 1);
  }
});

/// Keeps the tracker alive, so that none has to be started, which would look for what is left.
PROBEREN_ENTRY(keep_tracker, [](const std::string& name, const Descriptor& told, const Descriptor& hold) {
  const NamedSemaphore semaphore(ipc::open_or_create, name, 1, kOwned);
  tell(told, 1);
  wait_for_end_of(hold);
});

class TrackerCrash : public TrackerTest {
 protected:
  /// Kills creators at random instants, and returns what they have left when the tracker has served all of their deaths.
  std::vector<std::string> names_left(const std::string& entry, int rounds) {
    Line told;
    Line hold;
    Process keeper = context_.start("keep_tracker", own_name("keeper"), std::move(told.writer), std::move(hold.reader));
    EXPECT_EQ(told.receive(), 1);
    for (int round = 0; round < rounds; ++round) kill_one(entry, round);
    // Deaths are served in turn: when this one has been, all have.
    {
      Line last_told;
      Line last_hold;
      Process last = context_.start("keep_tracker", own_name("last"), std::move(last_told.writer), std::move(last_hold.reader));
      EXPECT_EQ(last_told.receive(), 1);
      last.kill();
      EXPECT_TRUE(goes(own_name("last")));
    }
    std::vector<std::string> left = names_with(own_name("kill"));
    hold.writer.reset();
    EXPECT_EQ(keeper.join(), 0);
    return left;
  }

  void kill_one(const std::string& entry, int round) {
    Line told;
    Process process = context_.start(entry, own_name("kill" + std::to_string(round) + "-"), std::move(told.writer));
    ASSERT_EQ(told.receive(), 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % (1000 * kSlowdown)));
    process.kill();
    process.join();
  }

  std::minstd_rand random_{static_cast<unsigned>(::getpid())};
};

TEST_F(TrackerCrash, X15_CreatorsKilledAtRandomInstantsLeaveNothing) {
  EXPECT_EQ(names_left("create_for_ever", scaled(200)), std::vector<std::string>());
}

TEST_F(TrackerCrash, X15_ARegistrationThatComesTooLateIsSeenToLeak) {
  const std::vector<std::string> left = names_left("create_for_ever_late", scaled(200));
  EXPECT_FALSE(left.empty());
  for (const std::string& name : left) NamedSemaphore::remove(name);
}

TEST_F(TrackerCrash, X15_CreatorsKilledWhileTheirTrackerStartsLeaveNothing) {
  for (int round = 0; round < scaled(50); ++round) {
    Line told;
    Process process = context_.start("create_for_ever", own_name("start" + std::to_string(round) + "-"), std::move(told.writer));
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % (8000 * kSlowdown)));
    process.kill();
    process.join();
    told.writer.reset();
  }
  EXPECT_TRUE(eventually([] { return names_with(own_name("")).empty(); }));
}

}  // namespace
}  // namespace proberen::test
