// Conformance of named semaphores, with known-bad ones for each check: S23, S25, S26, and what happens when there is no room.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>

#include <atomic>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include "primitives/tests/support/connections.hpp"
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
using std::errc;

class NamedFileTest : public LeavesNothing {};

/// Gives the name first, and makes the semaphore then, as a library does that has an initialisation flag and forgets to look at it.
struct NamesFirst {
  void operator()(const std::string& name) const {
    const ipc::Descriptor file(::open(path_of_name(name).c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    std::this_thread::sleep_for(50us);
    const NamedSemaphore whole(create_only, name + ".whole", 7);
    ::rename(path_of_name(name + ".whole").c_str(), path_of_name(name).c_str());
  }
};
struct Ours {
  void operator()(const std::string& name) const { const NamedSemaphore made(create_only, name, 7); }
};

/// Whether one that opens a name while another process creates it sees nothing, or all of it.
template <class Create>
bool is_never_seen_half_made(int rounds, Create create) {
  const std::string name = own_name("half");
  Shared<std::atomic<bool>> stop(false);
  Child creator([&] {
    for (int round = 0; round < rounds; ++round) {
      create(name);
      NamedSemaphore::remove(name);
    }
    *stop = true;
    return true;
  });
  bool whole = true;
  while (!*stop) {
    const std::error_code error = error_of([&] { whole &= NamedSemaphore(open_only, name).value() == 7; });
    whole &= !error || error == errc::no_such_file_or_directory;
  }
  return creator.wait() && whole;
}

TEST_F(NamedFileTest, S23_NobodySeesASemaphoreHalfMade) { EXPECT_TRUE(is_never_seen_half_made(scaled(5000), Ours())); }
TEST_F(NamedFileTest, S23_ANameGivenTooEarlyIsSeen) {
  EXPECT_TRUE(eventually([] { return !is_never_seen_half_made(300, NamesFirst()); }));
}

/// Looks whether there is room, and gives then, as multiprocessing.BoundedSemaphore does (sem_getvalue, sem_post).
struct LooksThenGives {
  using Named = NamedSemaphore;
  static bool give(Named& semaphore, int limit) {
    if (semaphore.value() >= limit) return false;
    std::this_thread::yield();
    return !semaphore.release();
  }
};
struct GivesExactly {
  using Named = NamedBoundedSemaphore;
  static bool give(Named& semaphore, int /*limit*/) { return !semaphore.release(); }
};

/// Whether of two processes that give at the same time, when there is room for one unit, one is refused: always.
template <class Giver>
bool is_bounded_exactly(int rounds) {
  using Named = typename Giver::Named;
  constexpr int kLimit = 2;
  const std::string name = own_name("bound");
  Named made(create_only, name, kLimit);
  Shared<std::atomic<int>> arrived(0);
  Shared<std::atomic<int>> given(0);
  // The `meeting`-th time, from 1.
  const auto meet = [&](int meeting) {
    for (++*arrived; *arrived < 2 * meeting;) std::this_thread::yield();
  };
  Child other([&] {
    Named semaphore(open_only, name);
    for (int round = 0; round < rounds; ++round) {
      meet(2 * round + 1);
      *given += Giver::give(semaphore, kLimit) ? 1 : 0;
      meet(2 * round + 2);
    }
    return true;
  });
  int exact = 0;
  for (int round = 0; round < rounds; ++round) {
    *given = 0;
    while (made.value() >= kLimit) (void)made.try_acquire();
    meet(2 * round + 1);
    *given += Giver::give(made, kLimit) ? 1 : 0;
    meet(2 * round + 2);
    exact += *given == 1 && made.value() == kLimit ? 1 : 0;
  }
  Named::remove(name);
  return other.wait() && exact == rounds;
}

TEST_F(NamedFileTest, S25_TheBoundHoldsExactlyAcrossProcesses) {
  EXPECT_TRUE(is_bounded_exactly<GivesExactly>(scaled(20'000)));
  const std::string name = own_name("refusing");
  NamedBoundedSemaphore semaphore(create_only, name, 2);
  EXPECT_EQ(semaphore.release(), errc::value_too_large);
  EXPECT_EQ(semaphore.release(0), errc::invalid_argument);
  EXPECT_EQ(semaphore.value(), 2);
  NamedBoundedSemaphore::remove(name);
}
TEST_F(NamedFileTest, S25_ABoundThatIsLookedAtBeforeIsSeen) {
  EXPECT_TRUE(eventually([] { return !is_bounded_exactly<LooksThenGives>(2'000); }));
}

/// A semaphore in a file that processes map for themselves.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const ipc::Descriptor file(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (::ftruncate(file.get(), 4096) == 0) address_ = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (address_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() { ::munmap(address_, 4096); }
  [[nodiscard]] void* address() const { return address_; }

 private:
  void* address_ = MAP_FAILED;
};

template <class S>
void count_through_a_file() {
  const std::string path = testing::TempDir() + own_name("mapped");
  const MappedFile mapped(path);
  S& semaphore = *new (mapped.address()) S(2);
  ASSERT_TRUE(semaphore.try_acquire() && semaphore.try_acquire());
  Child child([&] {
    const MappedFile again(path);
    S& same = *std::launder(static_cast<S*>(again.address()));
    return &same != &semaphore && same.acquire(true, kLong) && !same.release(2);
  });
  EXPECT_FALSE(semaphore.release());
  EXPECT_TRUE(child.wait());
  EXPECT_EQ(semaphore.value(), 2);
  ::unlink(path.c_str());
}

TEST_F(NamedFileTest, S25_ASemaphoreInAFileThatIsMappedTwice) {
  count_through_a_file<ipc::Semaphore>();
  count_through_a_file<ipc::BoundedSemaphore>();
}

/// Looks at the semaphore after the unit is given: too late, if the taker has closed it.
struct LingeringRelease {
  void operator()(ipc::Semaphore& semaphore) const {
    (void)semaphore.release();
    std::this_thread::sleep_for(5ms);
    (void)semaphore.value();
  }
};
struct OurRelease {
  void operator()(ipc::Semaphore& semaphore) const { (void)semaphore.release(); }
};

/// Whether a semaphore may be closed, which unmaps it, as soon as an acquire has returned. Asked in a child: the answer may be a crash.
template <class Release>
bool may_be_closed_after_the_last_acquire(int rounds, Release release) {
  const std::string name = own_name("mortal");
  Child child([&] {
    for (int round = 0; round < rounds; ++round) {
      std::optional<NamedSemaphore> semaphore(std::in_place, create_only, name, 0);
      NamedSemaphore::remove(name);
      ipc::Semaphore& mapped = semaphore->semaphore();
      std::jthread poster([&] { release(mapped); });
      mapped.acquire();
      semaphore.reset();
      poster.join();
    }
    return true;
  });
  return child.wait();
}

TEST_F(NamedFileTest, S26_ItMayBeClosedAfterTheLastAcquire) {
  EXPECT_TRUE(may_be_closed_after_the_last_acquire(scaled(2000), OurRelease()));
}
TEST_F(NamedFileTest, S26_AReleaseThatLooksBackIsSeen) { EXPECT_FALSE(may_be_closed_after_the_last_acquire(3, LingeringRelease())); }

TEST_F(NamedFileTest, ANameWithOwnersNeedsInitialize) {
  const std::string name = own_name("owned");
  EXPECT_THROW(NamedSemaphore(create_only, name, 1, {.lifetime = ipc::Lifetime::owned}), std::logic_error);
}

TEST_F(NamedFileTest, WithoutDescriptorsItSaysSoAndWorksWhenThereAreSome) {
  const std::string name = own_name("limit");
  Child child([&] {
    const auto create = [&] { return error_of([&] { NamedSemaphore(create_only, name, 1); }); };
    {
      const FewDescriptors none(0);
      if (create() != errc::too_many_files_open) return false;
    }
    return !create();
  });
  EXPECT_TRUE(child.wait());
  NamedSemaphore::remove(name);
}

/// Whether `/dev/shm` is, for this process alone, a file system with room for `pages` and `files`.
bool shrink_shared_memory(int pages, int files) {
  const bool root = ::geteuid() == 0;
  if (::unshare(root ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const std::string options = "size=" + std::to_string(4 * pages) + "k,nr_inodes=" + std::to_string(files);
  return ::mount("tmpfs", "/dev/shm", "tmpfs", 0, options.c_str()) == 0;
}

enum class Room { kUnknown, kWell, kWrong };

/// Creates until there is no room.
Room fill(int pages, int files) {
  Shared<std::atomic<Room>> outcome(Room::kUnknown);
  Child child([&] {
    if (!shrink_shared_memory(pages, files)) return true;
    *outcome = Room::kWrong;
    const auto create = [](int number) { return error_of([&] { NamedSemaphore(create_only, std::to_string(number), 1); }); };
    if (create(1) || create(2) || create(3) != errc::no_space_on_device) return false;
    if (create(3) != errc::no_space_on_device || names_with("").size() != 2) return false;
    // Room again: nothing was lost by what failed.
    NamedSemaphore::remove("1");
    if (create(3) || names_with("").size() != 2) return false;
    *outcome = Room::kWell;
    return true;
  });
  EXPECT_TRUE(child.wait());
  return *outcome;
}

TEST_F(NamedFileTest, WithoutRoomTheCreatorIsToldAndNothingIsLeft) {
  for (const auto& [pages, files] : {std::pair(2, 100), std::pair(100, 3)}) {  // the root folder is a file too
    const Room room = fill(pages, files);
    if (room == Room::kUnknown) GTEST_SKIP() << "no file system may be mounted here";
    EXPECT_EQ(room, Room::kWell) << pages << " pages, " << files << " files";
  }
}

}  // namespace
}  // namespace proberen::test
