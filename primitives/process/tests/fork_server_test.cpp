/// The life of a fork server.
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

PROBEREN_ENTRY(tell_parent, [](const Descriptor& output) { write_text(output, std::to_string(::getppid())); });

/// The pid of the context's fork server: its children's parent.
pid_t server_of(Context& context) {
  Pipe pipe;
  EXPECT_EQ(context.start("tell_parent", std::move(pipe.writer)).join(), 0);
  return static_cast<pid_t>(std::stoi(pipe.read_all()));
}

PROBEREN_ENTRY(start_server_and_die, [](const Descriptor& output) {
  ::dup2(output.get(), STDIN_FILENO);
  Context context(StartMethod::forkserver);
  write_text(output, std::to_string(server_of(context)));
  ::kill(::getpid(), SIGKILL);
});

PROBEREN_ENTRY(take_many, [](const std::vector<Descriptor>& all) { return static_cast<int>(all.size() % 256); });

TEST(ForkServerTest, AStoppedServerDoesNotHoldUpCallsThatDoNotWaitForIt) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  Pipe go;
  Process returns = context.start("wait_for_end_of", go.reader.duplicate());
  Pipe failing_go;
  Process throws = context.start("fail_when_told", std::move(failing_go.reader), Descriptor());
  {
    const Stopped stopped(server);
    go.writer.reset();
    failing_go.writer.reset();
    for (Process* const process : {&returns, &throws}) {
      pollfd ended{process->sentinel(), POLLIN, 0};
      ASSERT_EQ(::poll(&ended, 1, 60'000), 1);
      const auto waited = duration_of([&] { EXPECT_EQ(process->join_for(50ms), std::nullopt); });
      EXPECT_GE(waited, 50ms);
      EXPECT_LT(waited, kSoon);
      EXPECT_EQ(process->exit_code(), std::nullopt) << "nobody knows it yet";
      EXPECT_FALSE(process->alive());
    }
    EXPECT_EQ(throws.error(), "too late");
  }
  EXPECT_EQ(returns.join(), 0);
  EXPECT_EQ(throws.join(), 1);
  EXPECT_EQ(throws.error(), "too late");
}

TEST(ForkServerTest, AStoppedServerDoesNotHoldUpTheEndOfAnObject) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  std::optional<Process> runs = context.start("sleep_long");
  Process ends = context.start("nothing");
  {
    const Stopped stopped(server);
    pollfd ended{ends.sentinel(), POLLIN, 0};
    ASSERT_EQ(::poll(&ended, 1, 60'000), 1);
    EXPECT_LT(duration_of([&] { runs.reset(); }), kSoon);
    EXPECT_LT(duration_of([&] { ends.close(); }), kSoon);
  }
  EXPECT_EQ(context.start("give_back", 7).join(), 7);
}

TEST(ForkServerTest, AStartGoesOnWithAnotherServerWhereTheFirstIsKilledMeanwhile) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  ASSERT_EQ(::kill(server, SIGSTOP), 0);
  const std::jthread killer([&] {
    std::this_thread::sleep_for(50ms);  // it has surely been asked by then, and cannot answer
    ::kill(server, SIGKILL);
  });
  EXPECT_EQ(context.start("give_back", 13).join(), 13);
}

TEST(ForkServerTest, ServesAllChildrenByOneServer) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  EXPECT_NE(server, ::getpid());
  EXPECT_EQ(server_of(context), server);
}

TEST(ForkServerTest, AnotherServerFollowsOneThatWasKilled) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  Pipe alive;
  Process running = context.start("wait_for_end_of", std::move(alive.reader));
  ASSERT_EQ(::kill(server, SIGKILL), 0);
  EXPECT_EQ(context.start("give_back", 12).join(), 12);
  EXPECT_NE(server_of(context), server);
  EXPECT_TRUE(running.alive()) << "children do not end with their server";
  alive.writer.reset();
  EXPECT_EQ(running.join(), Process::kUnknownExitCode);
}

TEST(ForkServerTest, IgnoresInterrupts) {
  Context context(StartMethod::forkserver);
  const pid_t server = server_of(context);
  ASSERT_EQ(::kill(server, SIGINT), 0);
  EXPECT_EQ(server_of(context), server);
}

TEST(ForkServerTest, LivesAsLongAsItsContextOrItsChildren) {
  Pipe alive;
  std::optional<Context> context(std::in_place, StartMethod::forkserver);
  const pid_t server = server_of(*context);
  {
    Process process = context->start("wait_for_end_of", std::move(alive.reader));
    context.reset();
    EXPECT_EQ(::kill(server, 0), 0);
    alive.writer.reset();
    EXPECT_EQ(process.join(), 0);
  }
  EXPECT_EQ(::kill(server, 0), -1) << "not even a zombie is left";
}

TEST(ForkServerTest, EndsWhenItsCreatorDies) {
  Pipe pipe;
  Process creator = Context(StartMethod::spawn).start("start_server_and_die", std::move(pipe.writer));
  EXPECT_EQ(creator.join(), -SIGKILL);
  // The pipe ends when the server does, whose standard input it is.
  EXPECT_FALSE(pipe.read_all().empty());
}

TEST(ForkServerTest, RefusesMoreDescriptorsThanAPacketHolds) {
  Context context(StartMethod::forkserver);
  std::vector<Descriptor> many;
  for (int number = 0; number < 300; ++number) many.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_THROW(context.start("take_many", std::move(many)), std::system_error);
  EXPECT_EQ(context.start("give_back", 2).join(), 2);
}

TEST(ForkServerTest, PassesManyDescriptors) {
  Context context(StartMethod::forkserver);
  std::vector<Descriptor> many;
  for (int number = 0; number < 250; ++number) many.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(context.start("take_many", std::move(many)).join(), 250);
}

}  // namespace
}  // namespace proberen::ipc
