/// How children begin and end.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/at_fork.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

int give_back(int value) { return value; }
PROBEREN_ENTRY(give_back, give_back);
PROBEREN_ENTRY(nothing, [] {});
PROBEREN_ENTRY(fail, [](const std::string& why) { throw std::runtime_error(why); });
PROBEREN_ENTRY(fail_oddly, [] { throw 7; });
PROBEREN_ENTRY(leave, [](int code) { std::exit(code); });
PROBEREN_ENTRY(sleep_long, [] { ::sleep(1000); });
PROBEREN_ENTRY(ready_then_sleep, [](const Descriptor& ready) {
  write_text(ready, "x");
  ::sleep(1000);
});
PROBEREN_ENTRY(wait_for_end_of, [](const Descriptor& pipe) {
  char byte;
  return ::read(pipe.get(), &byte, 1) == 0 ? 0 : 1;
});
PROBEREN_ENTRY(answer, [](const Descriptor& question, const Descriptor& output) {
  write_text(output, "ready");
  char byte;
  if (::read(question.get(), &byte, 1) == 1) write_text(output, "x");
});
PROBEREN_ENTRY(leave_mark, [](const Descriptor& output) { write_text(output, "x"); });
PROBEREN_ENTRY(print, [](const std::string& text) { std::fputs(text.c_str(), stdout); });
PROBEREN_ENTRY(start_grandchild, [](const std::string& method, int code) {
  Context context(parse_start_method(method));
  return context.start("give_back", code).join();
});

TEST(StartMethodName, RoundTripsAndRefusesOthers) {
  for (const StartMethod method : {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver}) {
    EXPECT_EQ(parse_start_method(to_string(method)), method);
  }
  EXPECT_EQ(message_of<std::invalid_argument>([] { (void)parse_start_method("thread"); }),
            "unknown start method 'thread'; known ones: fork, spawn, forkserver");
}

TEST(StartMethodName, AValueWithoutOneIsRefused) {
  const auto none = static_cast<StartMethod>(77);
  EXPECT_EQ(message_of<std::invalid_argument>([&] { const Context context(none); }), "77 is no start method");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { set_default_start_method(none); }), "77 is no start method");
}

class LifecycleTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, LifecycleTest, every_way(), way_name);

TEST_P(LifecycleTest, RunsUntilItsEntryReturns) {
  Pipe pipe;
  Process process = context_.start("wait_for_end_of", std::move(pipe.reader));
  EXPECT_GT(process.pid(), 0);
  EXPECT_TRUE(process.alive());
  EXPECT_EQ(process.exit_code(), std::nullopt);
  EXPECT_EQ(process.join_for(20ms), std::nullopt);
  EXPECT_FALSE(is_readable(process.sentinel()));
  // By fork too: the child's copy of the write end is closed.
  pipe.writer.reset();
  EXPECT_EQ(process.join(), 0);
  EXPECT_TRUE(is_readable(process.sentinel()));
  EXPECT_FALSE(process.alive());
  EXPECT_EQ(process.join_for(0ms), process.join());
}

TEST_P(LifecycleTest, AStopEndsAJoin) {
  Pipe pipe;
  Process process = context_.start("wait_for_end_of", std::move(pipe.reader));
  std::stop_source source;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(20ms);
    source.request_stop();
  });
  EXPECT_EQ(process.join(source.get_token()), std::nullopt);
  stopper.join();
  EXPECT_TRUE(source.stop_requested());
  EXPECT_TRUE(process.alive());
  EXPECT_EQ(process.join(source.get_token()), std::nullopt);
  pipe.writer.reset();
  EXPECT_EQ(process.join(std::stop_token()), 0);
  EXPECT_EQ(process.join(source.get_token()), 0);
}

TEST_P(LifecycleTest, GivesTheExitCode) {
  EXPECT_EQ(context_.start("give_back", 0).join(), 0);
  EXPECT_EQ(context_.start("give_back", 8).join(), 8);
  EXPECT_EQ(context_.start("give_back", 256 + 3).join(), 3);
  EXPECT_EQ(context_.start("nothing").join(), 0);
  EXPECT_EQ(context_.start("leave", 9).join(), 9);
  Process moved = context_.start("give_back", 4);
  moved = context_.start("give_back", 5);
  Process last(std::move(moved));
  EXPECT_EQ(last.join(), 5);
}

TEST_P(LifecycleTest, AnExceptionIsExitCodeOneAndIsTold) {
  Pipe pipe;
  const Descriptor saved(::dup(STDERR_FILENO));
  ::dup2(pipe.writer.get(), STDERR_FILENO);
  // The server keeps the standard error that it was started with.
  const int code = GetParam().context().start("fail", "no more paper").join();
  const int odd_code = GetParam().context().start("fail_oddly").join();
  ::dup2(saved.get(), STDERR_FILENO);
  EXPECT_EQ(code, 1);
  EXPECT_EQ(odd_code, 1);
  EXPECT_EQ(pipe.read_all(),
            "proberen: entry 'fail' threw: no more paper\nproberen: entry 'fail_oddly' threw: something that is not a std::exception\n");
}

TEST_P(LifecycleTest, TerminateAndKill) {
  Process terminated = context_.start("sleep_long");
  Process killed = context_.start("sleep_long");
  terminated.terminate();
  killed.kill();
  EXPECT_EQ(terminated.join(), -SIGTERM);
  EXPECT_EQ(killed.join(), -SIGKILL);
  // Nobody is there any more, and that is no error.
  terminated.terminate();
  killed.kill();
}

TEST_P(LifecycleTest, AnUnjoinedChildEndsWithItsObject) {
  Pipe ready;
  pid_t pid = 0;
  {
    const Process process = context_.start("ready_then_sleep", std::move(ready.writer));
    wait_until_readable(ready.reader);
    pid = process.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1) << "not even a zombie is left";
}

TEST_P(LifecycleTest, ADetachedChildGoesOn) {
  Pipe pipe;
  Pipe go;
  Process process = context_.start("answer", std::move(go.reader), std::move(pipe.writer));
  const pid_t pid = process.pid();
  process.detach();
  EXPECT_THROW(process.join(), std::system_error);
  { const Process gone = std::move(process); }
  wait_until_readable(pipe.reader);
  EXPECT_EQ(::kill(pid, 0), 0);
  write_text(go.writer, "x");
  EXPECT_EQ(pipe.read_all(), "readyx");
  // It is reaped at a later start.
  for (int round = 0; ::kill(pid, 0) == 0 && round < 1000; ++round) context_.start("nothing").join();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_P(LifecycleTest, AStartDoesNotNeedAnEndThatCanBeWaitedFor) {
  EXPECT_EQ(in_a_copy([&] {
              ::signal(SIGCHLD, SIG_IGN);
              // By fork every child has gone when the start goes on; by the other ways some.
              at_fork({.prepare = {},
                       .parent =
                           [] {
                             siginfo_t info{};
                             ::waitid(P_ALL, 0, &info, WEXITED);
                           },
                       .child = {}});
              constexpr int kStarts = 60;
              const bool told = GetParam().method == StartMethod::forkserver;
              Pipe marks;
              for (int round = 0; round < kStarts; ++round) {
                Process process = context_.start("leave_mark", marks.writer.duplicate());
                if (process.join() != (told ? 0 : Process::kUnknownExitCode) || process.alive()) return 1;
                process.kill();
              }
              Process failed = context_.start("fail", "why");
              failed.join();
              if (failed.error() != "why") return 2;
              return marks.read_all() == std::string(kStarts, 'x') ? 0 : 3;
            }),
            0);
}

TEST_P(LifecycleTest, AHundredChildrenAtOnce) {
  std::vector<Process> processes;
  for (int number = 0; number < 100; ++number) processes.push_back(context_.start("give_back", number));
  for (int number = 0; number < 100; ++number) EXPECT_EQ(processes[static_cast<std::size_t>(number)].join(), number);
}

TEST_P(LifecycleTest, AHundredTerminatedAtOnce) {
  std::vector<Process> processes;
  for (int number = 0; number < 100; ++number) processes.push_back(context_.start("sleep_long"));
  for (Process& process : processes) process.terminate();
  for (Process& process : processes) EXPECT_EQ(process.join(), -SIGTERM);
}

TEST_P(LifecycleTest, OutputIsWrittenOnce) {
  Pipe pipe;
  const Descriptor saved(::dup(STDOUT_FILENO));
  std::fflush(stdout);
  ::dup2(pipe.writer.get(), STDOUT_FILENO);
  std::fputs("creator ", stdout);
  const int code = GetParam().context().start("print", "child ").join();
  std::fflush(stdout);
  ::dup2(saved.get(), STDOUT_FILENO);
  EXPECT_EQ(code, 0);
  const std::string text = pipe.read_all();
  EXPECT_TRUE(text == "creator child " || text == "child creator ") << text;
}

TEST_P(LifecycleTest, AChildCanStartChildren) {
  for (const StartMethod inner : {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver}) {
    EXPECT_EQ(context_.start("start_grandchild", std::string(to_string(inner)), 42).join(), 42) << to_string(inner);
  }
}

}  // namespace
}  // namespace proberen::ipc
