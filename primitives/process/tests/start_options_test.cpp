/// What a child is given at its start: environment, working directory, limits, signals (X12).
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/at_fork.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/tracker.hpp"

namespace proberen::ipc {
namespace {

std::string variables_as_text() {
  std::string text;
  for (const auto& [name, value] : current_environment()) text += name + '=' + value + '\n';
  return text;
}

PROBEREN_ENTRY(tell_environment, [](const Descriptor& output) { write_text(output, variables_as_text()); });
PROBEREN_ENTRY(has_long_variable, [](int size) {
  const char* const value = std::getenv("PROBEREN_LONG");
  return value != nullptr && std::string(value) == std::string(static_cast<std::size_t>(size), 'v') ? 0 : 1;
});
PROBEREN_ENTRY(set_variable, [] { return ::setenv("PROBEREN_ONE", "changed", 1) == 0 && std::getenv("PROBEREN_TWO") != nullptr ? 0 : 1; });
PROBEREN_ENTRY(tell_directory, [](const Descriptor& output) { write_text(output, std::filesystem::current_path()); });
PROBEREN_ENTRY(tell_limits, [](const Descriptor& output) {
  std::string text;
  for (const auto resource : {RLIMIT_NOFILE, RLIMIT_CORE}) {
    rlimit limit{};
    ::getrlimit(resource, &limit);
    text += std::to_string(limit.rlim_cur) + '/' + std::to_string(limit.rlim_max) + ' ';
  }
  write_text(output, text);
});

/// The first signal that is not at its default, or is blocked; 0 when there is none. Crashes a sanitizer may catch.
PROBEREN_ENTRY(first_special_signal, [] {
  sigset_t blocked;
  ::sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    const bool crash = number == SIGSEGV || number == SIGBUS || number == SIGFPE;
    const bool special = crash ? action.sa_handler == SIG_IGN : action.sa_handler != SIG_DFL;
    if (special || ::sigismember(&blocked, number) != 0) return number;
  }
  return 0;
});
PROBEREN_ENTRY(ignore_and_block, [] {
  ::signal(SIGTERM, SIG_IGN);
  sigset_t one;
  ::sigemptyset(&one);
  ::sigaddset(&one, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &one, nullptr);
});

/// This process is in a folder of its own, with another one in it, while this lives.
class Elsewhere {
 public:
  Elsewhere() {
    std::filesystem::create_directory(path() / "inner");
    std::filesystem::current_path(path());
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;
  ~Elsewhere() { std::filesystem::current_path(before_); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path(); }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  Folder folder_;
};

class StartOptionsTest : public EveryWay {
 protected:
  /// What an entry writes that takes a descriptor alone.
  std::string told_by(const StartOptions& options, const std::string& entry) {
    Pipe pipe;
    EXPECT_EQ(context_.start(options, entry, std::move(pipe.writer)).join(), 0);
    return pipe.read_all();
  }

  /// A start that is refused leaves nothing behind, and the next one succeeds.
  void expect_refusal(const StartOptions& options, std::errc code, const std::string& message) {
    EXPECT_EQ(context_.start("give_back", 1).join(), 1);
    const bool server_runs = GetParam().method == StartMethod::forkserver;
    const int before = count_descriptors();
    EXPECT_EQ(refusal_of([&] { return context_.start(options, "nothing"); }), code);
    EXPECT_EQ(message_of<std::system_error>([&] { context_.start(options, "nothing"); }),
              message + ": " + std::make_error_code(code).message());
    EXPECT_EQ(count_descriptors(), before);
    EXPECT_EQ(has_children(), server_runs);
    EXPECT_EQ(context_.start("give_back", 2).join(), 2);
  }
};
INSTANTIATE_TEST_SUITE_P(Every, StartOptionsTest, every_way(), way_name);

TEST_P(StartOptionsTest, TheEnvironmentIsTheOneThatIsGiven) {
  const std::string family = std::string(tracker::kTokenVariable) + '=' + std::getenv(tracker::kTokenVariable) + '\n';
  EXPECT_EQ(told_by({.environment = Environment{}}, "tell_environment"), family);
  EXPECT_EQ(told_by({.environment = Environment{{"ONE", "1=1"}, {"EMPTY", ""}}}, "tell_environment"), "EMPTY=\nONE=1=1\n" + family);
  EXPECT_EQ(told_by({.environment = Environment{{tracker::kTokenVariable, "another"}}}, "tell_environment"),
            std::string(tracker::kTokenVariable) + "=another\n");
}

TEST_P(StartOptionsTest, OneThatWasChangedIsThisProcessesAsItIsNow) {
  ::setenv("PROBEREN_GOES", "x", 1);
  context_.start("nothing").join();  // a fork server begins here
  ::setenv("PROBEREN_LATE", "yes", 1);
  Environment changed = current_environment();
  changed.erase("PROBEREN_GOES");
  changed["PROBEREN_NEW"] = "new";
  EXPECT_EQ(changed.at("PROBEREN_LATE"), "yes");
  std::string expected;
  for (const auto& [name, value] : changed) expected += name + '=' + value + '\n';
  EXPECT_EQ(told_by({.environment = changed}, "tell_environment"), expected);
  const bool by_server = GetParam().method == StartMethod::forkserver;
  EXPECT_EQ(told_by({}, "tell_environment").find("PROBEREN_LATE") == std::string::npos, by_server);
  EXPECT_EQ(std::getenv("PROBEREN_NEW"), nullptr);
  ::unsetenv("PROBEREN_GOES");
  ::unsetenv("PROBEREN_LATE");
}

TEST_P(StartOptionsTest, TheChildCanChangeItsEnvironment) {
  const Environment two{{"PROBEREN_ONE", "one"}, {"PROBEREN_TWO", "two"}};
  EXPECT_EQ(context_.start({.environment = two}, "set_variable").join(), 0);
}

TEST_P(StartOptionsTest, ALongEnvironment) {
  const Environment variables{{"PROBEREN_LONG", std::string(100'000, 'v')}};
  EXPECT_EQ(context_.start({.environment = variables}, "has_long_variable", 100'000).join(), 0);
}

TEST_P(StartOptionsTest, ATextThatIsNoneIsRefused) {
  const std::string null_inside("a\0b", 3);
  const auto refused = [&](const StartOptions& options) {
    return message_of<std::invalid_argument>([&] { context_.start(options, "nothing"); });
  };
  EXPECT_EQ(refused({.environment = Environment{{"", "1"}}}), "'' is no name of an environment variable");
  EXPECT_EQ(refused({.environment = Environment{{"a=b", "1"}}}), "'a=b' is no name of an environment variable");
  EXPECT_EQ(refused({.environment = Environment{{null_inside, "1"}}}), "an environment variable has a null character in it");
  EXPECT_EQ(refused({.environment = Environment{{"a", null_inside}}}), "an environment variable has a null character in it");
  EXPECT_EQ(refused({.working_directory = null_inside}), "the working directory has a null character in it");
  EXPECT_EQ(context_.start("give_back", 2).join(), 2);
}

TEST_P(StartOptionsTest, TheWorkingDirectoryIsTheOneThatIsGiven) {
  const std::string before = std::filesystem::current_path();
  EXPECT_EQ(told_by({}, "tell_directory"), before);  // a fork server begins here
  const Elsewhere elsewhere;
  EXPECT_EQ(told_by({.working_directory = elsewhere.path() / "inner"}, "tell_directory"), elsewhere.path() / "inner");
  EXPECT_EQ(told_by({.working_directory = "inner"}, "tell_directory"), elsewhere.path() / "inner");
  EXPECT_EQ(told_by({.working_directory = "."}, "tell_directory"), elsewhere.path());
  const bool by_server = GetParam().method == StartMethod::forkserver;
  EXPECT_EQ(told_by({}, "tell_directory"), by_server ? before : elsewhere.path().string());
  EXPECT_EQ(std::filesystem::current_path(), elsewhere.path());
}

TEST_P(StartOptionsTest, X7_AWorkingDirectoryThatIsNoneIsTheStartsError) {
  expect_refusal({.working_directory = "/nowhere/at/all"}, std::errc::no_such_file_or_directory,
                 "cannot start a process in the working directory '/nowhere/at/all'");
  expect_refusal({.working_directory = "/dev/null"}, std::errc::not_a_directory,
                 "cannot start a process in the working directory '/dev/null'");
}

TEST_P(StartOptionsTest, LimitsAreTheChildsAlone) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(told_by({.limits = {{RLIMIT_NOFILE, {100, 200}}, {RLIMIT_CORE, {0, 0}}}}, "tell_limits"), "100/200 0/0 ");
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, before.rlim_cur);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
}

TEST_P(StartOptionsTest, X7_ALimitThatIsRefusedIsTheStartsError) {
  const auto message = [](int resource) {
    return "cannot start a process with that limit of resource " + std::to_string(resource) + " (getrlimit(2))";
  };
  expect_refusal({.limits = {{RLIMIT_NOFILE, {200, 100}}}}, std::errc::invalid_argument, message(RLIMIT_NOFILE));
  // Nobody may have more than the system's (fs.nr_open), not even root.
  expect_refusal({.limits = {{RLIMIT_NOFILE, {64, RLIM_INFINITY}}}}, std::errc::operation_not_permitted, message(RLIMIT_NOFILE));
  for (const int none : {-1, 16, 1000}) expect_refusal({.limits = {{none, {1, 1}}}}, std::errc::invalid_argument, message(none));
}

TEST_P(StartOptionsTest, X12_SignalsAreReset) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  for (const int number : {SIGUSR1, SIGCHLD, SIGRTMIN}) ::sigaddset(&blocked, number);
  ::sigprocmask(SIG_BLOCK, &blocked, &before);
  std::array<struct sigaction, NSIG> actions{};
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGCHLD) ::sigaction(number, &ignored, &actions.at(static_cast<std::size_t>(number)));
  }
  EXPECT_EQ(GetParam().context().start({.reset_signals = true}, "first_special_signal").join(), 0);
  // A child by fork is a copy in this as well; the others are fresh anyway.
  EXPECT_EQ(GetParam().context().start("first_special_signal").join(), GetParam().method == StartMethod::fork ? 1 : 0);
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGCHLD) ::sigaction(number, &actions.at(static_cast<std::size_t>(number)), nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(StartOptionsTest, TheDescriptorsAreNoOthersThanWithout) {
  for (const bool keep : {false, true}) {
    ContextOptions options = GetParam().options();
    options.keep_descriptors = keep;
    Context context(GetParam().method, options);
    const auto count = [&](const StartOptions& start_options) {
      Pipe pipe;
      EXPECT_EQ(context.start(start_options, "tell_descriptors", std::move(pipe.writer)).join(), 0);
      return pipe.read_all();
    };
    EXPECT_EQ(count({.working_directory = "/"}), count({})) << keep;
  }
}

TEST_P(StartOptionsTest, TheEndOfTheObjectIsThatOfItsStart) {
  Pipe go;
  Pipe output;
  pid_t pid = 0;
  {
    const Process process =
        context_.start({.on_destroy = OnDestroy::detach()}, "tell_end_when_told", std::move(go.reader), std::move(output.writer));
    pid = process.pid();
  }
  EXPECT_EQ(::kill(pid, 0), 0);
  go.writer.reset();
  EXPECT_EQ(output.read_all(), "ended by itself");
  for (int round = 0; ::kill(pid, 0) == 0 && round < 1000; ++round) context_.start("nothing").join();
}

TEST(StartOptions, ResetWhatAPreloadHasLeftOfTheSignals) {
  for (const std::size_t idle : {0U, 2U}) {
    ContextOptions options;
    options.preload = {"ignore_and_block"};
    options.idle_children = idle;
    Context context(StartMethod::forkserver, options);
    EXPECT_EQ(context.start("first_special_signal").join(), SIGUSR2);
    EXPECT_EQ(context.start({.reset_signals = true}, "first_special_signal").join(), 0);
  }
}

TEST(StartOptions, AnEnvironmentThatIsTooLongIsTheStartsError) {
  // The kernel refuses one string of 128 KiB or more (execve(2)).
  const Environment variables{{"PROBEREN_LONG", std::string(256 * 1024, 'v')}};
  Context context(StartMethod::spawn);
  const int before = count_descriptors();
  EXPECT_EQ(refusal_of([&] { return context.start({.environment = variables}, "nothing"); }), std::errc::argument_list_too_long);
  EXPECT_EQ(count_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(StartOptions, AChildByForkThatIsKilledBeforeItHasSetItselfUpHasEnded) {
  EXPECT_EQ(in_a_copy([] {
              static Pipe over;
              at_fork({.prepare = {}, .parent = {}, .child = [] {
                         // Somebody who has copies of all its descriptors outlives it; made without handlers, which are running.
                         if (::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) {
                           over.writer.reset();
                           wait_until_readable(over.reader);
                           ::_exit(0);
                         }
                         ::raise(SIGKILL);
                       }});
              Context context(StartMethod::fork);
              return context.start({.working_directory = "/nowhere"}, "nothing").join() == -SIGKILL ? 0 : 1;
            }),
            0);
}

TEST(StartOptions, TheCurrentEnvironmentIsWhatGetenvSays) {
  EXPECT_EQ(in_a_copy([] {
              char good[] = "GOOD=1=2";
              char again[] = "GOOD=3";
              char bad[] = "BAD";
              std::array<char*, 4> variables{good, again, bad, nullptr};
              environ = variables.data();
              if (current_environment() != Environment{{"GOOD", "1=2"}}) return 1;
              ::clearenv();
              return current_environment().empty() ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace proberen::ipc
