/// Processes by every start method. The entries below run in children; ipc::initialize() comes first in main.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/lock.hpp"
#include "proberen/semaphore.hpp"

namespace proberen::ipc {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

int count_descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count - 1;  // the iterator's own
}

/// A pipe's read end sees the end of file when every copy of the write end is closed.
struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    reader.reset(ends[0]);
    writer.reset(ends[1]);
  }
  std::string read_all() {
    writer.reset();
    std::string text(4096, '\0');
    std::size_t size = 0;
    for (ssize_t more = 0; (more = ::read(reader.get(), text.data() + size, text.size() - size)) > 0;)
      size += static_cast<std::size_t>(more);
    text.resize(size);
    return text;
  }
  Descriptor reader;
  Descriptor writer;
};

void write_text(const Descriptor& to, const std::string& text) {
  if (::write(to.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) throw std::runtime_error("write");
}

// The entries.

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
PROBEREN_ENTRY(describe, [](int number, double real, const std::string& text, const std::vector<std::string>& words,
                            const std::optional<std::int64_t>& maybe, const std::vector<Descriptor>& outputs) {
  std::string line = std::to_string(number) + ' ' + std::to_string(real) + ' ' + text + ' ' + std::to_string(maybe.value_or(-1));
  for (const std::string& word : words) line += ' ' + word;
  for (const Descriptor& output : outputs) write_text(output, line);
});
PROBEREN_ENTRY(count_bytes, [](const std::vector<std::string>& words, const Descriptor& output) {
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size();
  write_text(output, std::to_string(bytes));
});
PROBEREN_ENTRY(tell_descriptors, [](const Descriptor& output) { write_text(output, std::to_string(count_descriptors())); });
PROBEREN_ENTRY(is_closed, [](int number) { return ::fcntl(number, F_GETFD) < 0 ? 0 : 1; });
PROBEREN_ENTRY(is_close_on_exec, [](const Descriptor& argument) { return (::fcntl(argument.get(), F_GETFD) & FD_CLOEXEC) != 0 ? 0 : 1; });
PROBEREN_ENTRY(tell_parent, [](const Descriptor& output) { write_text(output, std::to_string(::getppid())); });
PROBEREN_ENTRY(has_default_signals, [] {
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (const int number : {SIGINT, SIGTERM, SIGCHLD, SIGUSR1}) {
    struct sigaction action{};
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_DFL || ::sigismember(&blocked, number) != 0) return number;
  }
  return 0;
});
PROBEREN_ENTRY(print, [](const std::string& text) { std::fputs(text.c_str(), stdout); });
PROBEREN_ENTRY(start_grandchild, [](const std::string& method, int code) {
  Context context(parse_start_method(method));
  return context.start("give_back", code).join();
});

/// What children change together.
struct Workshop {
  Lock lock;
  Semaphore done{0};
  /// Atomic, so that a lost update is no undefined behaviour; the load and the store are apart on purpose.
  std::atomic<int> counter{0};
};

PROBEREN_ENTRY(count_up, [](Descriptor memory, int rounds, bool locked) {
  const auto workshop = Shared<Workshop>::map(std::move(memory));
  for (int round = 0; round < rounds; ++round) {
    if (locked) workshop->lock.lock();
    const int seen = workshop->counter.load(std::memory_order_relaxed);
    ::sched_yield();
    workshop->counter.store(seen + 1, std::memory_order_relaxed);
    if (locked) workshop->lock.unlock();
  }
  (void)workshop->done.release();
});
/// One update whose load and store are as far apart as the caller says.
PROBEREN_ENTRY(slow_update, [](Descriptor memory, const Descriptor& loaded, const Descriptor& proceed) {
  const auto workshop = Shared<Workshop>::map(std::move(memory));
  const int seen = workshop->counter.load(std::memory_order_relaxed);
  write_text(loaded, "x");
  char byte;
  (void)!::read(proceed.get(), &byte, 1);
  workshop->counter.store(seen + 1, std::memory_order_relaxed);
});

void wait_until_readable(const Descriptor& descriptor) {
  pollfd ready{descriptor.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&ready, 1, 60'000), 1);
}

bool is_readable(int descriptor) {
  pollfd ready{descriptor, POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

/// The message of the exception that `call` throws.
template <class Exception, class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const Exception& exception) {
    return exception.what();
  }
  return "nothing was thrown";
}

TEST(StartMethodName, RoundTripsAndRefusesOthers) {
  for (const StartMethod method : {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver}) {
    EXPECT_EQ(parse_start_method(to_string(method)), method);
  }
  EXPECT_EQ(message_of<std::invalid_argument>([] { (void)parse_start_method("thread"); }),
            "unknown start method 'thread'; known ones: fork, spawn, forkserver");
}

class ProcessTest : public testing::TestWithParam<StartMethod> {
 protected:
  Context context_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(EveryMethod, ProcessTest, testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(ProcessTest, RunsUntilItsEntryReturns) {
  Pipe pipe;
  Process process = context_.start("wait_for_end_of", std::move(pipe.reader));
  EXPECT_GT(process.pid(), 0);
  EXPECT_TRUE(process.alive());
  EXPECT_EQ(process.exit_code(), std::nullopt);
  EXPECT_EQ(process.join_for(20ms), std::nullopt);
  EXPECT_FALSE(is_readable(process.sentinel()));
  if (GetParam() == StartMethod::fork) {
    // The child holds a copy of the write end as well: only a signal ends it.
    process.terminate();
    EXPECT_EQ(process.join(), -SIGTERM);
  } else {
    pipe.writer.reset();
    EXPECT_EQ(process.join(), 0);
  }
  EXPECT_TRUE(is_readable(process.sentinel()));
  EXPECT_FALSE(process.alive());
  EXPECT_EQ(process.join_for(0ms), process.join());
}

TEST_P(ProcessTest, GivesTheExitCode) {
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

TEST_P(ProcessTest, AnExceptionIsExitCodeOneAndIsTold) {
  Pipe pipe;
  const Descriptor saved(::dup(STDERR_FILENO));
  ::dup2(pipe.writer.get(), STDERR_FILENO);
  // The server keeps the standard error that it was started with.
  const int code = Context(GetParam()).start("fail", "no more paper").join();
  const int odd_code = Context(GetParam()).start("fail_oddly").join();
  ::dup2(saved.get(), STDERR_FILENO);
  EXPECT_EQ(code, 1);
  EXPECT_EQ(odd_code, 1);
  EXPECT_EQ(pipe.read_all(),
            "proberen: entry 'fail' threw: no more paper\nproberen: entry 'fail_oddly' threw: something that is not a std::exception\n");
}

TEST_P(ProcessTest, TerminateAndKill) {
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

TEST_P(ProcessTest, AnUnjoinedChildEndsWithItsObject) {
  Pipe ready;
  pid_t pid = 0;
  {
    const Process process = context_.start("ready_then_sleep", std::move(ready.writer));
    wait_until_readable(ready.reader);
    pid = process.pid();
  }
  if (GetParam() == StartMethod::forkserver) {
    for (int round = 0; ::kill(pid, 0) == 0 && round < 6000; ++round) std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(::kill(pid, 0), -1) << "not even a zombie is left";
}

TEST_P(ProcessTest, ADetachedChildGoesOn) {
  Pipe pipe;
  Pipe go;
  Process process =
      context_.start("slow_update", Shared<Workshop>::create().duplicate_descriptor(), std::move(pipe.writer), std::move(go.reader));
  const pid_t pid = process.pid();
  process.detach();
  EXPECT_THROW(process.join(), std::system_error);
  {
    const Process gone = std::move(process);
  }
  wait_until_readable(pipe.reader);
  EXPECT_EQ(::kill(pid, 0), 0);
  write_text(go.writer, "x");
  EXPECT_EQ(pipe.read_all(), "x");
  // It is reaped at a later start.
  for (int round = 0; ::kill(pid, 0) == 0 && round < 1000; ++round) context_.start("nothing").join();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_P(ProcessTest, PassesArgumentsOfManyTypes) {
  Pipe first;
  Pipe second;
  std::vector<Descriptor> outputs;
  outputs.push_back(std::move(first.writer));
  outputs.push_back(std::move(second.writer));
  const std::vector<std::string> words{"a", "", "b c"};
  Process process =
      context_.start("describe", 7, 0.5, "text", words, std::optional<std::int64_t>(std::int64_t{1} << 40), std::move(outputs));
  EXPECT_EQ(process.join(), 0);
  EXPECT_EQ(first.read_all(), "7 0.500000 text 1099511627776 a  b c");
  EXPECT_EQ(second.read_all(), "7 0.500000 text 1099511627776 a  b c");
}

TEST_P(ProcessTest, PassesMegabytesOfArguments) {
  Pipe pipe;
  const std::vector<std::string> words(64, std::string(64 * 1024, 'x'));
  EXPECT_EQ(context_.start("count_bytes", words, std::move(pipe.writer)).join(), 0);
  EXPECT_EQ(pipe.read_all(), std::to_string(64 * 64 * 1024));
}

TEST_P(ProcessTest, TakesDescriptorsAwayAndGivesThemCloseOnExec) {
  Pipe pipe;
  EXPECT_EQ(context_.start("is_close_on_exec", std::move(pipe.writer)).join(), 0);
  EXPECT_FALSE(pipe.writer);
  EXPECT_EQ(pipe.read_all(), "");
}

TEST_P(ProcessTest, AHundredChildrenAtOnce) {
  std::vector<Process> processes;
  for (int number = 0; number < 100; ++number) processes.push_back(context_.start("give_back", number));
  for (int number = 0; number < 100; ++number) EXPECT_EQ(processes[static_cast<std::size_t>(number)].join(), number);
}

TEST_P(ProcessTest, AHundredTerminatedAtOnce) {
  std::vector<Process> processes;
  for (int number = 0; number < 100; ++number) processes.push_back(context_.start("sleep_long"));
  for (Process& process : processes) process.terminate();
  for (Process& process : processes) EXPECT_EQ(process.join(), -SIGTERM);
}

TEST_P(ProcessTest, NoDescriptorLeaksInTheCreator) {
  context_.start("nothing").join();
  const int before = count_descriptors();
  for (int round = 0; round < 5; ++round) {
    Pipe pipe;
    context_.start("tell_descriptors", std::move(pipe.writer)).join();
    {
      const Process killed = context_.start("sleep_long");
    }
    EXPECT_THROW(context_.start("unheard of"), std::invalid_argument);
  }
  EXPECT_EQ(count_descriptors(), before);
}

TEST_P(ProcessTest, AChildsDescriptorsDoNotGrowWithItsSiblings) {
  const auto tell = [&] {
    Pipe pipe;
    EXPECT_EQ(context_.start("tell_descriptors", std::move(pipe.writer)).join(), 0);
    return pipe.read_all();
  };
  const std::string alone = tell();
  std::vector<Process> siblings;
  if (GetParam() != StartMethod::fork) {  // a fork copies the creator's descriptors, siblings' pidfds among them
    for (int number = 0; number < 10; ++number) siblings.push_back(context_.start("sleep_long"));
  }
  EXPECT_EQ(tell(), alone);
}

TEST_P(ProcessTest, OtherDescriptorsStayBehind) {
  if (GetParam() == StartMethod::fork) GTEST_SKIP() << "a fork copies them";
  const Descriptor high(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 200));
  EXPECT_EQ(context_.start("is_closed", high.get()).join(), 0);
}

TEST_P(ProcessTest, SignalsAreFresh) {
  if (GetParam() == StartMethod::fork) GTEST_SKIP() << "a fork copies them";
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  const auto handler = ::signal(SIGTERM, SIG_IGN);
  EXPECT_EQ(Context(GetParam()).start("has_default_signals").join(), 0);
  ::signal(SIGTERM, handler);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(ProcessTest, OutputIsWrittenOnce) {
  Pipe pipe;
  const Descriptor saved(::dup(STDOUT_FILENO));
  std::fflush(stdout);
  ::dup2(pipe.writer.get(), STDOUT_FILENO);
  std::fputs("creator ", stdout);
  const int code = Context(GetParam()).start("print", "child ").join();
  std::fflush(stdout);
  ::dup2(saved.get(), STDOUT_FILENO);
  EXPECT_EQ(code, 0);
  const std::string text = pipe.read_all();
  EXPECT_TRUE(text == "creator child " || text == "child creator ") << text;
}

TEST_P(ProcessTest, RefusesUnknownEntriesAndWrongTypes) {
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("unheard of"); }), "no entry is registered as 'unheard of'");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back", "text"); }),
            "entry 'give_back' takes (int) but was given (std::string)");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back", 1L); }),
            "entry 'give_back' takes (int) but was given (long)");
  EXPECT_EQ(message_of<std::invalid_argument>([&] { context_.start("give_back"); }), "entry 'give_back' takes (int) but was given ()");
}

TEST_P(ProcessTest, AChildCanStartChildren) {
  for (const StartMethod inner : {StartMethod::fork, StartMethod::spawn, StartMethod::forkserver}) {
    EXPECT_EQ(context_.start("start_grandchild", std::string(to_string(inner)), 42).join(), 42) << to_string(inner);
  }
}

TEST_P(ProcessTest, ChildrenShareALockAndASemaphore) {
  constexpr int kChildren = 4;
  constexpr int kRounds = 500;
  const auto workshop = Shared<Workshop>::create();
  std::vector<Process> processes;
  for (int number = 0; number < kChildren; ++number) {
    processes.push_back(context_.start("count_up", workshop.duplicate_descriptor(), kRounds, true));
  }
  for (int number = 0; number < kChildren; ++number) EXPECT_TRUE(workshop->done.acquire(true, 60s));
  EXPECT_EQ(workshop->counter.load(), kChildren * kRounds);
  EXPECT_FALSE(workshop->lock.locked());
  for (Process& process : processes) EXPECT_EQ(process.join(), 0);
}

TEST_P(ProcessTest, WithoutTheLockUpdatesAreLost) {
  const auto workshop = Shared<Workshop>::create();
  Pipe loaded;
  Pipe proceed;
  Process process = context_.start("slow_update", workshop.duplicate_descriptor(), std::move(loaded.writer), std::move(proceed.reader));
  wait_until_readable(loaded.reader);
  // Between the child's load and its store.
  EXPECT_EQ(context_.start("count_up", workshop.duplicate_descriptor(), 10, false).join(), 0);
  write_text(proceed.writer, "x");
  EXPECT_EQ(process.join(), 0);
  EXPECT_EQ(workshop->counter.load(), 1) << "ten updates are lost";
}

class FreshProcessTest : public ProcessTest {};
INSTANTIATE_TEST_SUITE_P(BySelf, FreshProcessTest, testing::Values(StartMethod::spawn, StartMethod::forkserver),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST_P(FreshProcessTest, AnExecThatFailsIsAnErrorOfStart) {
  const int before = count_descriptors();
  // The kernel refuses one string of 128 KiB or more (execve(2)).
  ::setenv("PROBEREN_TOO_LONG", std::string(256 * 1024, 'x').c_str(), 1);
  try {
    context_.start("nothing");
    ADD_FAILURE() << "it started";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::argument_list_too_long);
    EXPECT_STREQ(error.what(), "cannot run this executable again: Argument list too long");
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

TEST(ForkTest, RefusesToCopySeveralThreads) {
  std::atomic<bool> over{false};
  std::thread thread([&] {
    while (!over.load()) std::this_thread::sleep_for(1ms);
  });
  Context careful(StartMethod::fork);
  EXPECT_EQ(message_of<std::runtime_error>([&] { careful.start("nothing"); }),
            "this process has 2 threads: a fork would copy the locks that they hold; use spawn or forkserver");
  Context bold(StartMethod::fork, {.allow_fork_with_threads = true});
  EXPECT_EQ(bold.start("give_back", 5).join(), 5);
  over = true;
  thread.join();
}

TEST(ForkTest, OnlyTheCreatorJoins) {
  Context context(StartMethod::fork);
  Process sibling = context.start("sleep_long");
  static Process* inherited = nullptr;
  inherited = &sibling;
  static const auto join_sibling = [] {
    try {
      inherited->kill();
      return inherited->join();
    } catch (const std::system_error& error) {
      return error.code() == std::errc::no_child_process ? 77 : 1;
    }
  };
  const pid_t child = ::fork();
  if (child == 0) ::_exit(join_sibling());
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED), 0);
  EXPECT_EQ(info.si_status, 77);
  EXPECT_EQ(sibling.join(), -SIGKILL);
}

/// The pid of the context's fork server: its children's parent.
pid_t server_of(Context& context) {
  Pipe pipe;
  EXPECT_EQ(context.start("tell_parent", std::move(pipe.writer)).join(), 0);
  return static_cast<pid_t>(std::stoi(pipe.read_all()));
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

PROBEREN_ENTRY(start_server_and_die, [](const Descriptor& output) {
  ::dup2(output.get(), STDIN_FILENO);
  Context context(StartMethod::forkserver);
  write_text(output, std::to_string(server_of(context)));
  ::kill(::getpid(), SIGKILL);
});

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
PROBEREN_ENTRY(take_many, [](const std::vector<Descriptor>& all) { return static_cast<int>(all.size() % 256); });

TEST(ForkServerTest, PassesManyDescriptors) {
  Context context(StartMethod::forkserver);
  std::vector<Descriptor> many;
  for (int number = 0; number < 250; ++number) many.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(context.start("take_many", std::move(many)).join(), 250);
}

TEST(SharedMemoryTest, MapsTheSameBytesTwice) {
  SharedMemory first = SharedMemory::create(100);
  ASSERT_EQ(first.size(), 100u);
  const SharedMemory second = SharedMemory::map(first.duplicate_descriptor());
  ASSERT_EQ(second.size(), 100u);
  EXPECT_NE(first.data(), second.data());
  static_cast<char*>(first.data())[99] = 'x';
  EXPECT_EQ(static_cast<const char*>(second.data())[99], 'x');
  const SharedMemory moved = std::move(first);
  EXPECT_EQ(static_cast<const char*>(moved.data())[99], 'x');
}

TEST(SharedMemoryTest, RefusesWhatCannotBeMapped) {
  EXPECT_THROW((void)SharedMemory::create(0), std::invalid_argument);
  EXPECT_THROW((void)SharedMemory::create(std::size_t{1} << 62), std::system_error);
  EXPECT_THROW((void)SharedMemory::map(Descriptor()), std::system_error);
  EXPECT_THROW((void)Shared<Workshop>::map(SharedMemory::create(1).duplicate_descriptor()), std::bad_alloc);
  // Nobody can take the memory away from under another process.
  const SharedMemory memory = SharedMemory::create(100);
  EXPECT_EQ(::ftruncate(memory.duplicate_descriptor().get(), 0), -1);
}

}  // namespace
}  // namespace proberen::ipc

int main(int argc, char** argv) {
  proberen::ipc::initialize(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
