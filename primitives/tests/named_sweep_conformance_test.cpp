// What is left under names, and what is swept: never a name whose owner lives.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>

#include <cstring>
#include <fstream>
#include <optional>

#include "primitives/named/named_file.hpp"
#include "primitives/tests/support/named_files.hpp"
#include "primitives/tests/support/processes.hpp"
#include "proberen/ipc/named_semaphore.hpp"
#include "proberen/ipc/sweep.hpp"

namespace proberen::test {
namespace {

using ipc::NamedFile;
using ipc::NamedSemaphore;
using State = NamedFile::State;

class Sweep : public LeavesNothing {
 protected:
  static NamedFile look(const std::string& name) {
    for (const NamedFile& file : ipc::list_named_files()) {
      if (file.resource.path == path_of_name(name)) return file;
    }
    ADD_FAILURE() << name << " is not listed";
    return {};
  }
  /// Whether it is removed.
  static bool sweeps(const NamedFile& file) { return !ipc::remove_left(file) && ::access(file.resource.path.c_str(), F_OK) != 0; }

  /// A name that is to stay, whose creator has gone.
  void create_persistent_and_die() {
    Child child([&] {
      const NamedSemaphore semaphore(ipc::create_only, name_, 1);
      return true;
    });
    ASSERT_TRUE(child.wait());
  }
  /// A name that its owner leaves behind, and its tracker too.
  void create_and_die() {
    create_persistent_and_die();
    give_owners();
  }
  /// Makes the name one with owners.
  void give_owners() {
    forge_header([](ipc::detail::NamedHeader& header) { std::strcpy(header.token, "forged"); });
  }
  /// Changes what the file says of its creator.
  template <class Change>
  void forge(Change change) {
    forge_header([&](ipc::detail::NamedHeader& header) { change(header.owner); });
  }

  const std::string name_ = own_name("sweep");

 private:
  template <class Change>
  void forge_header(Change change) {
    const ipc::Descriptor file = ipc::detail::open_file(path_of_name(name_));
    std::optional<ipc::detail::NamedHeader> header = ipc::detail::read_header(file);
    change(*header);
    ASSERT_EQ(::pwrite(file.get(), &*header, sizeof *header, 0), static_cast<ssize_t>(sizeof *header));
  }
};

TEST_F(Sweep, WhatALivingProcessCreatedStays) {
  const NamedSemaphore semaphore(ipc::create_only, name_, 1);
  give_owners();
  const NamedFile file = look(name_);
  EXPECT_EQ(file.state, State::owned);
  EXPECT_EQ(ipc::remove_left(file), std::errc::operation_not_permitted);
  Child other([&] { return look(name_).state == State::owned && bool(ipc::remove_left(file)); });
  EXPECT_TRUE(other.wait());
  EXPECT_EQ(NamedSemaphore(ipc::open_only, name_).value(), 1);
  NamedSemaphore::remove(name_);
}

TEST_F(Sweep, WhatADeadProcessCreatedGoes) {
  create_and_die();
  const NamedFile file = look(name_);
  EXPECT_EQ(file.state, State::left);
  EXPECT_TRUE(sweeps(file));
  EXPECT_FALSE(ipc::remove_left(file)) << "it is gone: no error";
}

TEST_F(Sweep, WhatWasMadeToStayStaysWithoutItsCreator) {
  create_persistent_and_die();
  const NamedSemaphore user(ipc::open_only, name_);
  const NamedFile file = look(name_);
  EXPECT_EQ(file.state, State::persistent);
  EXPECT_EQ(ipc::remove_left(file), std::errc::operation_not_permitted);
  EXPECT_EQ(NamedSemaphore(ipc::open_only, name_).value(), 1);
  forge([](ipc::detail::ProcessIdentity& owner) { ++owner.pid_namespace; });
  EXPECT_EQ(look(name_).state, State::persistent);
  NamedSemaphore::remove(name_);
}

TEST_F(Sweep, WhatAnotherOwnerHoldsStays) {
  create_and_die();
  {
    const ipc::Descriptor owner = ipc::detail::open_file(path_of_name(name_));
    ASSERT_EQ(::flock(owner.get(), LOCK_SH), 0);
    EXPECT_EQ(look(name_).state, State::owned);
    EXPECT_FALSE(sweeps(look(name_)));
  }
  EXPECT_TRUE(sweeps(look(name_)));
}

TEST_F(Sweep, AnotherFileOfTheSameNameStays) {
  create_and_die();
  const NamedFile old = look(name_);
  NamedSemaphore::remove(name_);
  create_and_die();
  EXPECT_EQ(ipc::remove_left(old), std::errc::operation_not_permitted);
  EXPECT_TRUE(sweeps(look(name_)));
}

TEST_F(Sweep, AnEarlierBootIsDead) {
  const NamedSemaphore semaphore(ipc::create_only, name_, 1);
  forge([](ipc::detail::ProcessIdentity& owner) { owner.boot[0] = owner.boot[0] == '0' ? '1' : '0'; });
  EXPECT_TRUE(sweeps(look(name_)));
}

TEST_F(Sweep, AProcessNumberThatCameAgainIsAnotherProcess) {
  const NamedSemaphore semaphore(ipc::create_only, name_, 1);
  give_owners();
  forge([](ipc::detail::ProcessIdentity& owner) { --owner.start_ticks; });
  EXPECT_TRUE(sweeps(look(name_)));
}

TEST_F(Sweep, AnotherContainersStays) {
  create_and_die();
  forge([](ipc::detail::ProcessIdentity& owner) { ++owner.pid_namespace; });
  EXPECT_EQ(look(name_).state, State::foreign);
  EXPECT_FALSE(sweeps(look(name_)));
  NamedSemaphore::remove(name_);
}

TEST_F(Sweep, WhatIsNotOursStays) {
  std::ofstream(path_of_name(name_)) << "proberen";
  EXPECT_EQ(look(name_).state, State::foreign);
  EXPECT_FALSE(sweeps(look(name_)));
  NamedSemaphore::remove(name_);
}

}  // namespace
}  // namespace proberen::test
