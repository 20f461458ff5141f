/// Who a process is, and the end of its parent.
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/identity.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

std::string describe_self() {
  const std::optional<ParentProcess> parent = parent_process();
  return current_process().name + (current_process().pid == ::getpid() ? " " : " (wrong pid) ") +
         std::string(to_string(current_start_method().value())) + " of " + parent.value().name + ' ' + std::to_string(parent->pid) +
         (parent->alive() ? " alive" : " dead");
}
PROBEREN_ENTRY(tell_identity, [](const Descriptor& output) { write_text(output, describe_self()); });
PROBEREN_ENTRY(tell_grandchildren, [](const std::string& method, const Descriptor& output) {
  for (int number = 0; number < 2; ++number) {
    Context context(parse_start_method(method), {.name = "Worker"});
    EXPECT_EQ(context.start("tell_identity", output.duplicate()).join(), 0);
    write_text(output, "; ");
  }
  write_text(output, active_children().empty() ? std::string(to_string(default_start_method())) : "siblings");
});
PROBEREN_ENTRY(wait_for_parent, [](int seconds, const Descriptor& output) {
  const ParentProcess parent = parent_process().value();
  write_text(output, parent.alive() ? "alive " : "dead ");
  const bool ended = parent.ended_by(SteadyClock::now() + std::chrono::seconds(seconds));
  write_text(output, ended ? "ended" : "not ended");
});
/// Starts a child of its own and dies at once, without the end() of any object.
PROBEREN_ENTRY(orphan, [](const std::string& method, int idle, const std::string& entry, bool die_with_parent, const Descriptor& output,
                          const Descriptor& ready) {
  ContextOptions options;
  options.die_with_parent = die_with_parent;
  options.idle_children = static_cast<std::size_t>(idle);
  static Context context(parse_start_method(method), options);
  static std::optional<Process> child;
  if (entry == "wait_for_parent") {
    child.emplace(context.start(entry, 30, output.duplicate()));
  } else {
    child.emplace(context.start(entry, output.duplicate()));
  }
  char byte;
  (void)!::read(ready.get(), &byte, 1);
  ::kill(::getpid(), SIGKILL);
});
PROBEREN_ENTRY(hang, [](const Descriptor& output) {
  write_text(output, "x");
  ::sleep(1000);
});

class IdentityTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, IdentityTest, every_way(), way_name);

TEST_P(IdentityTest, X11_AChildKnowsItsNameItsMethodAndItsCreator) {
  Pipe pipe;
  Process process = context_.start("tell_identity", std::move(pipe.writer));
  EXPECT_TRUE(process.name().starts_with("Process-")) << process.name();
  EXPECT_EQ(process.join(), 0);
  EXPECT_EQ(pipe.read_all(),
            process.name() + ' ' + std::string(to_string(GetParam().method)) + " of MainProcess " + std::to_string(::getpid()) + " alive");
}

TEST_P(IdentityTest, NamesShowTheFamily) {
  for (const StartMethod inner : all_start_methods()) {
    Pipe pipe;
    Process process = context_.start("tell_grandchildren", std::string(to_string(inner)), std::move(pipe.writer));
    EXPECT_EQ(process.join(), 0);
    const std::string place = process.name().substr(std::string("Process-").size());
    const std::string rest =
        " " + std::string(to_string(inner)) + " of " + process.name() + " " + std::to_string(process.pid()) + " alive; ";
    EXPECT_EQ(pipe.read_all(), "Worker-" + place + ":1" + rest + "Worker-" + place + ":2" + rest + "forkserver");
  }
}

TEST_P(IdentityTest, X1_ActiveChildrenAreThoseThatRun) {
  const auto names = [] {
    std::vector<std::string> list;
    for (const ProcessIdentity& child : active_children()) list.push_back(child.name);
    return list;
  };
  EXPECT_EQ(names(), std::vector<std::string>{});
  Process first = context_.start("sleep_long");
  Pipe alive;
  Process second = context_.start("wait_for_end_of", std::move(alive.reader));
  EXPECT_EQ(names(), (std::vector{first.name(), second.name()}));
  EXPECT_EQ(active_children().front().pid, first.pid());
  first.kill();
  first.join();
  EXPECT_EQ(names(), std::vector{second.name()});
  second.detach();
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST(MainProcessTest, HasNoParent) {
  EXPECT_EQ(current_process().name, "MainProcess");
  EXPECT_FALSE(parent_process().has_value());
  EXPECT_FALSE(current_start_method().has_value());
  EXPECT_THROW(join_before_end(std::thread()), std::invalid_argument);
}

TEST(MainProcessTest, X11_TheDefaultMethodIsSetOnce) {
  EXPECT_EQ(Context().method(), StartMethod::forkserver);
  EXPECT_EQ(message_of<std::logic_error>([] { set_default_start_method(StartMethod::spawn); }),
            "the default start method is forkserver already, and is set once");
  EXPECT_EQ(all_start_methods().size(), 3u);
}

PROBEREN_ENTRY(is_default, [](int method) { return static_cast<int>(default_start_method()) == method ? 0 : 1; });
TEST(MainProcessTest, X11_ADefaultThatIsSetReachesTheChildren) {
  const pid_t child = ::fork();  // a raw copy, since it is set once for a process
  if (child == 0) {
    try {
      set_default_start_method(StartMethod::spawn);
      ::_exit(Context().start("is_default", static_cast<int>(StartMethod::spawn)).join());
    } catch (const std::logic_error& error) {
      // Another test has settled it before; alone, as ctest runs the tests, none has.
      ::_exit(std::string_view(error.what()).ends_with("set once") ? 77 : 1);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_TRUE(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77) << WEXITSTATUS(status);
}

class ParentDeathTest : public EveryWay {
 protected:
  /// Starts `entry` in a grandchild of this process, whose creator is killed once this lets it.
  Process start_orphan(const std::string& entry, bool die_with_parent, const Descriptor& output) {
    return spawner_.start("orphan", std::string(to_string(GetParam().method)), static_cast<int>(GetParam().idle_children), entry,
                          die_with_parent, output.duplicate(), std::move(go_.reader));
  }
  void let_creator_die() { go_.writer.reset(); }

  Context spawner_{StartMethod::spawn};
  Pipe go_;
};
INSTANTIATE_TEST_SUITE_P(Every, ParentDeathTest, every_way(), way_name);

TEST_P(ParentDeathTest, X14_AChildNoticesTheEndOfItsCreator) {
  Pipe pipe;
  Process creator = start_orphan("wait_for_parent", false, pipe.writer);
  pipe.writer.reset();
  wait_until_readable(pipe.reader);
  let_creator_die();
  EXPECT_EQ(creator.join(), -SIGKILL);
  EXPECT_EQ(pipe.read_all(), "alive ended");
}

TEST_P(ParentDeathTest, X14_AChildDiesWithItsCreatorWhereItIsAskedTo) {
  Pipe pipe;
  Process creator = start_orphan("hang", true, pipe.writer);
  pipe.writer.reset();
  wait_until_readable(pipe.reader);
  let_creator_die();
  EXPECT_EQ(creator.join(), -SIGKILL);
  EXPECT_EQ(pipe.read_all(), "x") << "the pipe ends with the child";
}

TEST_P(ParentDeathTest, X14_TheEndOfAThreadIsNotTheEndOfTheProcess) {
  ContextOptions options = GetParam().options();
  options.die_with_parent = true;
  options.allow_fork_with_threads = true;
  Context context(GetParam().method, options);
  Pipe pipe;
  Pipe alive;
  std::optional<Process> watching;
  std::optional<Process> dying;
  std::thread([&] {
    dying.emplace(context.start("wait_for_end_of", std::move(alive.reader)));
    watching.emplace(context.start("wait_for_parent", 0, std::move(pipe.writer)));
  }).join();
  EXPECT_EQ(watching->join(), 0);
  EXPECT_EQ(pipe.read_all(), "alive not ended");
  EXPECT_EQ(dying->join_for(50ms), std::nullopt);
  alive.writer.reset();
  EXPECT_EQ(dying->join(), 0);
}

PROBEREN_ENTRY(look_late, [](const Descriptor& go, const Descriptor& output) {
  char byte;
  (void)!::read(go.get(), &byte, 1);
  write_text(output, parent_process().value().alive() ? "alive" : "dead");
});
PROBEREN_ENTRY(leave_behind, [](const std::string& method, const Descriptor& go, const Descriptor& output) {
  Context context(parse_start_method(method));
  context.start("look_late", go.duplicate(), output.duplicate()).detach();
});
TEST_P(ParentDeathTest, X14_ACreatorThatHasDiedBeforeIsDead) {
  if (GetParam().method == StartMethod::forkserver) return;  // its children have their creator's pidfd from the beginning
  Pipe pipe;
  EXPECT_EQ(
      spawner_.start("leave_behind", std::string(to_string(GetParam().method)), std::move(go_.reader), pipe.writer.duplicate()).join(), 0);
  let_creator_die();
  EXPECT_EQ(pipe.read_all(), "dead");
}

}  // namespace
}  // namespace proberen::ipc
