/// What becomes of a child whose object goes.
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

PROBEREN_ENTRY(tell_end_when_told, [](const Descriptor& go, const Descriptor& output) {
  wait_until_readable(go);
  write_text(output, "ended by itself");
});

int farewell_output = -1;
PROBEREN_ENTRY(say_farewell_when_terminated, [](const Descriptor& output) {
  farewell_output = output.get();
  ::signal(SIGTERM, [](int) {
    (void)!::write(farewell_output, "farewell", 8);
    ::_exit(0);
  });
  write_text(output, "ready, ");
  for (;;) ::pause();
});
PROBEREN_ENTRY(ignore_termination, [](const Descriptor& ready) {
  ::signal(SIGTERM, SIG_IGN);
  write_text(ready, "x");
  for (;;) ::pause();
});

/// Longer than anything here takes.
constexpr auto kLong = 100s;

/// Closes the end of a pipe when whoever waits for that has surely begun to.
std::jthread close_soon(Descriptor& end) {
  return std::jthread([&end] {
    std::this_thread::sleep_for(50ms);
    end.reset();
  });
}

/// Not even a zombie is left.
bool is_gone(pid_t pid) { return ::kill(pid, 0) == -1; }

class OnDestroyTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, OnDestroyTest, every_way(), way_name);

TEST_P(OnDestroyTest, JoinWaitsForTheEnd) {
  Pipe go;
  Pipe output;
  std::optional<Process> process = context_.start("tell_end_when_told", std::move(go.reader), std::move(output.writer));
  const pid_t pid = process->pid();
  process->on_destroy(OnDestroy::join());
  const std::jthread later = close_soon(go.writer);
  process.reset();
  EXPECT_TRUE(is_gone(pid));
  EXPECT_EQ(output.read_all(), "ended by itself");
}

TEST_P(OnDestroyTest, TerminateLetsItPutThingsInOrder) {
  Pipe output;
  std::optional<Process> process = context_.start("say_farewell_when_terminated", std::move(output.writer));
  const pid_t pid = process->pid();
  process->on_destroy(OnDestroy::terminate_then_kill(kLong));
  wait_until_readable(output.reader);
  EXPECT_LT(duration_of([&] { process.reset(); }), kLong);
  EXPECT_TRUE(is_gone(pid));
  EXPECT_EQ(output.read_all(), "ready, farewell");
}

TEST_P(OnDestroyTest, AfterItsGraceItIsKilled) {
  for (const auto grace : {50ms, 0ms, -50ms}) {
    Pipe ready;
    std::optional<Process> process = context_.start("ignore_termination", std::move(ready.writer));
    const pid_t pid = process->pid();
    process->on_destroy(OnDestroy::terminate_then_kill(grace));
    wait_until_readable(ready.reader);
    EXPECT_GE(duration_of([&] { process.reset(); }), grace);
    EXPECT_TRUE(is_gone(pid));
  }
}

TEST_P(OnDestroyTest, AStoppedChildIsKilledAfterItsGrace) {
  std::optional<Process> process = context_.start("sleep_long");
  const pid_t pid = process->pid();
  process->signal(SIGSTOP);
  process->on_destroy(OnDestroy::terminate_then_kill(20ms));
  process.reset();
  EXPECT_TRUE(is_gone(pid));
}

TEST_P(OnDestroyTest, DetachLetsItGoOn) {
  Pipe go;
  Pipe output;
  pid_t pid = 0;
  {
    Process process = context_.start("tell_end_when_told", std::move(go.reader), std::move(output.writer));
    pid = process.pid();
    process.on_destroy(OnDestroy::detach());
  }
  EXPECT_FALSE(is_gone(pid));
  go.writer.reset();
  EXPECT_EQ(output.read_all(), "ended by itself");
  // It is reaped at a later start.
  for (int round = 0; !is_gone(pid) && round < 1000; ++round) context_.start("nothing").join();
  EXPECT_TRUE(is_gone(pid));
}

TEST_P(OnDestroyTest, AChildThatWasJoinedIsLeftAlone) {
  for (const OnDestroy policy : {OnDestroy::kill(), OnDestroy::terminate_then_kill(kLong), OnDestroy::join(), OnDestroy::detach()}) {
    Process process = context_.start("give_back", 3);
    process.on_destroy(policy);
    EXPECT_EQ(process.join(), 3);
    EXPECT_TRUE(is_gone(process.pid()));
  }
}

TEST_P(OnDestroyTest, ThePolicyMovesWithTheChild) {
  Pipe go;
  Pipe output;
  std::optional<Process> joined = context_.start("tell_end_when_told", go.reader.duplicate(), std::move(output.writer));
  joined->on_destroy(OnDestroy::join());
  Process killed = context_.start("sleep_long");
  const pid_t killed_pid = killed.pid();
  // What was there before ends by its own policy, and then the other's is that of the object.
  killed = std::move(*joined);
  EXPECT_TRUE(is_gone(killed_pid));
  const pid_t joined_pid = killed.pid();
  joined.reset();  // holds nothing
  const std::jthread later = close_soon(go.writer);
  { const Process last = std::move(killed); }
  EXPECT_TRUE(is_gone(joined_pid));
  EXPECT_EQ(output.read_all(), "ended by itself");
}

TEST_P(OnDestroyTest, ACopyOfTheCreatorLeavesItAlone) {
  for (const OnDestroy policy : {OnDestroy::kill(), OnDestroy::terminate_then_kill(kLong), OnDestroy::join(), OnDestroy::detach()}) {
    std::optional<Process> process = context_.start("sleep_long");
    process->on_destroy(policy);
    const pid_t copy = ::fork();
    if (copy == 0) {
      ::alarm(60);
      process.reset();
      ::_exit(7);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(copy, &status, 0), copy);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 7);
    EXPECT_TRUE(process->alive());
    process->kill();
    EXPECT_EQ(process->join(), -SIGKILL);
  }
}

}  // namespace
}  // namespace proberen::ipc
