/// What a fork server does before its first fork, and its idle children.
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

int loaded = 0;

PROBEREN_ENTRY(load_first, [] { loaded = 10; });
PROBEREN_ENTRY(load_second, [] { loaded += 1; });
PROBEREN_ENTRY(load_badly, [] { throw std::runtime_error("the data are gone"); });
PROBEREN_ENTRY(load_nothing, [] { return 3; });
PROBEREN_ENTRY(load_and_end, [] { ::_exit(0); });
PROBEREN_ENTRY(load_thread, [] { std::thread([] { ::sleep(1000); }).detach(); });
PROBEREN_ENTRY(load_file, [] { (void)::open("/dev/null", O_RDONLY); });
PROBEREN_ENTRY(forbid_processes, [] {
  // Root is exempt, so as somebody else.
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_NPROC, &none) != 0 || ::setresuid(65534, 65534, 65534) != 0) throw std::runtime_error("needs root");
});
PROBEREN_ENTRY(ignore_children, [] { ::signal(SIGCHLD, SIG_IGN); });
PROBEREN_ENTRY(discard_children, [] {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_NOCLDWAIT;
  ::sigaction(SIGCHLD, &action, nullptr);
});
PROBEREN_ENTRY(unblock_signals, [] {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
});
PROBEREN_ENTRY(tell_loaded, [] { return loaded; });
PROBEREN_ENTRY(tell_family, [](const Descriptor& output) { write_text(output, std::to_string(::getppid())); });

class PreloadTest : public testing::TestWithParam<std::size_t> {
 protected:
  static Context context(std::vector<std::string> preload) {
    ContextOptions options;
    options.preload = std::move(preload);
    options.idle_children = GetParam();
    return Context(StartMethod::forkserver, options);
  }
};
INSTANTIATE_TEST_SUITE_P(IdleChildren, PreloadTest, testing::Values(0u, 1u, 3u));

TEST_P(PreloadTest, EveryChildHasWhatThePreloadsHaveSetUp) {
  Context loading = context({"load_first", "load_second"});
  for (int round = 0; round < 6; ++round) EXPECT_EQ(loading.start("tell_loaded").join(), 11);
  Context bare = context({});
  EXPECT_EQ(bare.start("tell_loaded").join(), 0);
}

TEST_P(PreloadTest, AFailureIsTheStarts) {
  const int descriptors = count_descriptors();
  {
    Context throwing = context({"load_first", "load_badly"});
    for (int round = 0; round < 2; ++round) {
      EXPECT_EQ(message_of<std::runtime_error>([&] { throwing.start("nothing"); }),
                "the fork server: preload 'load_badly' threw: the data are gone");
    }
    Context returning = context({"load_nothing"});
    EXPECT_EQ(message_of<std::runtime_error>([&] { returning.start("nothing"); }), "the fork server: preload 'load_nothing' returned 3");
    Context ending = context({"load_and_end"});
    EXPECT_EQ(message_of<std::runtime_error>([&] { ending.start("nothing"); }),
              "the fork server died while it set itself up: it was killed, or a preload ended it");
    Context unknown = context({"unheard of"});
    EXPECT_EQ(message_of<std::invalid_argument>([&] { unknown.start("nothing"); }), "no entry is registered as 'unheard of'");
  }
  EXPECT_EQ(count_descriptors(), descriptors);
}

TEST_P(PreloadTest, WhatAPreloadDoesToTheSignalOfChildrenHidesNoEnd) {
  for (const char* const preload : {"ignore_children", "discard_children", "unblock_signals"}) {
    Context context = PreloadTest::context({preload});
    for (int code = 0; code < 6; ++code) {
      Process process = context.start("give_back", code);
      ASSERT_EQ(process.join_for(20s), code) << preload;
    }
  }
}

TEST_P(PreloadTest, AServerWithSeveralThreadsDoesNotFork) {
  Context threaded = context({"load_thread"});
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(message_of<std::runtime_error>([&] { threaded.start("nothing"); }),
              "the fork server has 2 threads: a fork would copy the locks that they hold; a preload may not leave a thread behind");
  }
}

TEST_P(PreloadTest, AForkThatTheKernelRefusesIsTheStartsError) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  Context poor = context({"forbid_processes"});
  const int descriptors = count_descriptors();
  std::string message;
  try {
    poor.start("nothing");
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
    message = error.what();
  }
  EXPECT_EQ(message, "the fork server cannot start a process: Resource temporarily unavailable");
  EXPECT_LE(count_descriptors(), descriptors + 2) << "the server's pidfd and its channel";
}

TEST_P(PreloadTest, ItsDescriptorsStayThereUnlessTheyAreToBeKept) {
  const auto count = [](Context& context) {
    Pipe pipe;
    EXPECT_EQ(context.start("tell_descriptors", std::move(pipe.writer)).join(), 0);
    return std::stoi(pipe.read_all());
  };
  Context bare = context({});
  Context loading = context({"load_file"});
  EXPECT_EQ(count(loading), count(bare));
  ContextOptions options;
  options.preload = {"load_file"};
  options.idle_children = GetParam();
  options.keep_descriptors = true;
  Context keeping(StartMethod::forkserver, options);
  EXPECT_EQ(count(keeping), count(bare) + 1);
}

TEST(IdleChildrenTest, WhoeverIsKilledIsReplaced) {
  ContextOptions options;
  options.idle_children = 2;
  Context context(StartMethod::forkserver, options);
  Pipe pipe;
  EXPECT_EQ(context.start("tell_family", std::move(pipe.writer)).join(), 0);
  const std::string server = pipe.read_all();
  const auto idle = [&] {
    std::vector<pid_t> pids;
    std::ifstream list("/proc/" + server + "/task/" + server + "/children");
    for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
    return pids;
  };
  const auto wait_for_two = [&](pid_t gone) {
    for (int round = 0; round < 1000; ++round, std::this_thread::sleep_for(10ms)) {
      const std::vector<pid_t> pids = idle();
      if (pids.size() == 2 && pids.front() != gone && pids.back() != gone) return true;
    }
    return false;
  };
  ASSERT_TRUE(wait_for_two(0));
  const pid_t victim = idle().front();
  ::kill(victim, SIGKILL);
  EXPECT_TRUE(wait_for_two(victim));
  for (int code = 0; code < 20; ++code) EXPECT_EQ(context.start("give_back", code).join(), code);
}

TEST(IdleChildrenTest, EndWithTheirServer) {
  ContextOptions options;
  options.idle_children = 2;
  Pipe pipe;
  {
    Context context(StartMethod::forkserver, options);
    // Every process of the server's holds its standard input.
    const Descriptor saved(::dup(STDIN_FILENO));
    ::dup2(pipe.writer.get(), STDIN_FILENO);
    EXPECT_EQ(context.start("give_back", 1).join(), 1);
    ::dup2(saved.get(), STDIN_FILENO);
  }
  EXPECT_EQ(pipe.read_all(), "");
}

TEST(IdleChildrenTest, NeedAForkServer) {
  ContextOptions options;
  options.idle_children = 1;
  EXPECT_THROW(Context(StartMethod::spawn, options), std::invalid_argument);
  options = {};
  options.preload = {"nothing"};
  EXPECT_THROW(Context(StartMethod::fork, options), std::invalid_argument);
}

}  // namespace
}  // namespace proberen::ipc
