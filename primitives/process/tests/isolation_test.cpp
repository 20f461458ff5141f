/// What a child does not get from its creator, and what it does not leave there.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

PROBEREN_ENTRY(tell_descriptors, [](const Descriptor& output) { write_text(output, std::to_string(count_descriptors())); });
PROBEREN_ENTRY(is_closed, [](int number) { return ::fcntl(number, F_GETFD) < 0 ? 0 : 1; });
PROBEREN_ENTRY(has_default_signals, [] {
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1}) {
    struct sigaction action {};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_DFL || ::sigismember(&blocked, number) != 0) return number;
  }
  return 0;
});

PROBEREN_ENTRY(count_standard_descriptors, [] {
  int count = 0;
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) count += ::fcntl(number, F_GETFD) < 0 ? 0 : 1;
  return count;
});
PROBEREN_ENTRY(receive_to_end, [](const Connection& input) {
  try {
    (void)const_cast<Connection&>(input).recv_bytes();
  } catch (const EndOfFile&) {
  }
});

void close_standard_descriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(number);
}

PROBEREN_ENTRY(start_without_standard_descriptors, [](const std::string& method, std::size_t idle_children, const Descriptor& output) {
  Pipe go;
  close_standard_descriptors();
  Context context = Way{parse_start_method(method), idle_children}.context();
  std::vector<Process> waiting;
  for (int number = 0; number < 3; ++number) waiting.push_back(context.start("wait_for_end_of", go.reader.duplicate()));
  std::string codes = std::to_string(context.start("print", "I print some words").join());
  codes += ' ' + std::to_string(context.start("count_standard_descriptors").join());
  go.writer.reset();
  for (Process& process : waiting) codes += ' ' + std::to_string(process.join());
  write_text(output, codes);
});
PROBEREN_ENTRY(make_pipes_without_standard_descriptors, [](const std::string& method, std::size_t idle_children) {
  close_standard_descriptors();
  Context context = Way{parse_start_method(method), idle_children}.context();
  int ended = 0;
  for (const PipeTransport transport : {PipeTransport::socket, PipeTransport::shared_memory}) {
    auto [here, there] = pipe({.transport = transport});
    Process reader = context.start("receive_to_end", std::move(there));
    here.close();
    ended += reader.join_for(10s) == 0 ? 1 : 0;
  }
  return ended;
});

class IsolationTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, IsolationTest, every_way(), way_name);

TEST_P(IsolationTest, NoDescriptorLeaksInTheCreator) {
  context_.start("nothing").join();
  const int before = count_descriptors();
  for (int round = 0; round < 5; ++round) {
    Pipe pipe;
    context_.start("tell_descriptors", std::move(pipe.writer)).join();
    { const Process killed = context_.start("sleep_long"); }
    EXPECT_THROW(context_.start("unheard of"), std::invalid_argument);
  }
  EXPECT_EQ(count_descriptors(), before);
}

TEST_P(IsolationTest, AChildsDescriptorsDoNotGrowWithItsSiblings) {
  const auto tell = [&] {
    Pipe pipe;
    EXPECT_EQ(context_.start("tell_descriptors", std::move(pipe.writer)).join(), 0);
    return pipe.read_all();
  };
  const std::string alone = tell();
  std::vector<Process> siblings;
  for (int number = 0; number < 10; ++number) siblings.push_back(context_.start("sleep_long"));
  EXPECT_EQ(tell(), alone);
}

TEST_P(IsolationTest, X6_OtherDescriptorsStayBehind) {
  const Descriptor high(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 200));
  // Of a library that does not know better.
  const Descriptor leaky(::fcntl(STDERR_FILENO, F_DUPFD, 201));
  Context context = GetParam().context();
  EXPECT_EQ(context.start("is_closed", high.get()).join(), 0);
  EXPECT_EQ(context.start("is_closed", leaky.get()).join(), 0);
}

/// As a daemon does.
TEST_P(IsolationTest, ACreatorWithoutStandardDescriptorsGivesItsChildrenNoneOfItsOwnForThem) {
  Pipe pipe;
  const std::string method(to_string(GetParam().method));
  Process daemon =
      Context(StartMethod::spawn).start("start_without_standard_descriptors", method, GetParam().idle_children, std::move(pipe.writer));
  EXPECT_EQ(daemon.join(), 0);
  EXPECT_EQ(pipe.read_all(), "0 0 0 0 0");
}

TEST_P(IsolationTest, PipesOfACreatorWithoutStandardDescriptorsEnd) {
  const std::string method(to_string(GetParam().method));
  EXPECT_EQ(Context(StartMethod::spawn).start("make_pipes_without_standard_descriptors", method, GetParam().idle_children).join(), 2);
}

class FreshProcessTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, FreshProcessTest, fresh_ways(), way_name);

TEST_P(FreshProcessTest, SignalsAreFresh) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto handler = ::signal(SIGTERM, SIG_IGN);
  EXPECT_EQ(GetParam().context().start("has_default_signals").join(), 0);
  ::signal(SIGTERM, handler);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(FreshProcessTest, AnExecThatFailsIsAnErrorOfStart) {
  const int before = count_descriptors();
  // The kernel refuses one string of 128 KiB or more (execve(2)).
  ::setenv("PROBEREN_TOO_LONG", std::string(256 * 1024, 'x').c_str(), 1);
  try {
    context_.start("nothing");
    ADD_FAILURE() << "it started";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::argument_list_too_long);
    EXPECT_STREQ(error.what(), "cannot run this executable again, as /proc/self/exe: Argument list too long");
  }
  ::unsetenv("PROBEREN_TOO_LONG");
  EXPECT_EQ(count_descriptors(), before);
  EXPECT_EQ(context_.start("give_back", 3).join(), 3);
}

TEST_P(FreshProcessTest, ThreadsDoNotMatter) {
  std::atomic<bool> over{false};
  std::thread thread([&] {
    while (!over.load()) std::this_thread::sleep_for(1ms);
  });
  EXPECT_EQ(context_.start("give_back", 6).join(), 6);
  over = true;
  thread.join();
}

TEST_P(FreshProcessTest, SeveralThreadsStartAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (int round = 0; round < 5; ++round)
        right += context_.start("give_back", number * 10 + round).join() == number * 10 + round ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 20);
}

/// A start before main() has called initialize().
const std::string kTooEarly = message_of<std::logic_error>([] { Context(StartMethod::spawn).start("is_closed", 0); });

TEST(FreshProcess, IsRefusedBeforeMainHasInitialized) {
  EXPECT_EQ(kTooEarly, "call proberen::ipc::initialize(argc, argv) first in main: a child would run main again");
}

TEST(ForkTest, RefusesToCopySeveralThreads) {
  std::atomic<bool> over{false};
  std::thread thread([&] {
    while (!over.load()) std::this_thread::sleep_for(1ms);
  });
  Context careful(StartMethod::fork);
  EXPECT_EQ(message_of<std::runtime_error>([&] { careful.start("nothing"); }),
            "this process has 2 threads, those of the library's timer service and pools included: a fork would copy the locks that they "
            "hold; use spawn or forkserver");
  Context bold(StartMethod::fork, {.allow_fork_with_threads = true});
  EXPECT_EQ(bold.start("give_back", 5).join(), 5);
  over = true;
  thread.join();
}

TEST(ForkTest, AThreadThatHasBeenJoinedDoesNotMatter) {
  Context context(StartMethod::fork);
  for (int round = 0; round < 100; ++round) {
    std::thread([] {}).join();
    EXPECT_EQ(context.start("give_back", 5).join(), 5);
  }
}

TEST(ForkTest, OnlyTheCreatorJoins) {
  Context context(StartMethod::fork);
  Process sibling = context.start("sleep_long");
  static Process* inherited = nullptr;
  inherited = &sibling;
  static const auto join_sibling = [] {
    try {
      inherited->kill();
      return 1;
    } catch (const std::system_error& error) {
      return error.code() == std::errc::no_child_process ? 77 : 1;
    }
  };
  const pid_t child = ::fork();
  if (child == 0) ::_exit(join_sibling());
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED), 0);
  EXPECT_EQ(info.si_status, 77);
  EXPECT_TRUE(sibling.alive());
  sibling.kill();
  EXPECT_EQ(sibling.join(), -SIGKILL);
}

}  // namespace
}  // namespace proberen::ipc
