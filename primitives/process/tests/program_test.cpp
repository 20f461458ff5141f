/// Programs that are none of ours (X7, X12).
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/process/tests/support.hpp"
#include "proberen/ipc/identity.hpp"
#include "proberen/ipc/program.hpp"

namespace proberen::ipc {
namespace {

using namespace std::chrono_literals;

Program shell(const std::string& script, std::vector<std::string> more = {}) {
  Program program{.arguments = {"/bin/sh", "-c", script, "sh"}};
  for (std::string& argument : more) program.arguments.push_back(std::move(argument));
  return program;
}

/// What a program writes to its standard output; it ends well.
std::string output_of(Program program, const StartOptions& options = {}) {
  Pipe pipe;
  program.descriptors.emplace(STDOUT_FILENO, std::move(pipe.writer));
  Process process = start_program(std::move(program), options);
  const std::string output = pipe.read_all();
  EXPECT_EQ(process.join(), 0);
  return output;
}

/// Makes a file there, with its folders: its path.
std::string add_file(const Folder& folder, const std::string& name, const std::string& text, bool executable = true) {
  const std::filesystem::path file = folder / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  std::filesystem::permissions(file, executable ? std::filesystem::perms::owner_all : std::filesystem::perms::owner_read);
  return file;
}

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override { descriptors_ = count_descriptors(); }
  void TearDown() override {
    EXPECT_EQ(count_descriptors(), descriptors_);
    EXPECT_FALSE(has_children());
  }

 private:
  int descriptors_ = 0;
};

TEST_F(ProgramTest, ItsArgumentsArrive) {
  EXPECT_EQ(output_of(shell("printf '%s|' \"$@\"", {"one", "", "two words", "$HOME"})), "one||two words|$HOME|");
  EXPECT_EQ(output_of({.arguments = {"not its name", "-c", "echo $0"}, .file = "/bin/sh"}), "not its name\n");
}

TEST_F(ProgramTest, ItIsAProcessLikeAny) {
  EXPECT_EQ(start_program(shell("exit 7")).join(), 7);
  Pipe go;
  Program program = shell("read word; exit 3");
  program.descriptors.emplace(STDIN_FILENO, std::move(go.reader));
  Process process = start_program(std::move(program));
  EXPECT_EQ(process.name(), "/bin/sh");
  EXPECT_TRUE(process.alive());
  EXPECT_EQ(process.join_for(20ms), std::nullopt);
  EXPECT_FALSE(is_readable(process.sentinel()));
  ASSERT_EQ(active_children().size(), 1U);
  EXPECT_EQ(active_children().front().name, "/bin/sh");
  EXPECT_EQ(active_children().front().pid, process.pid());
  EXPECT_THROW(process.close(), std::system_error);
  go.writer.reset();
  EXPECT_EQ(process.join(), 3);
  EXPECT_TRUE(is_readable(process.sentinel()));
  EXPECT_EQ(process.error(), "");
  process.close();
}

TEST_F(ProgramTest, SignalsReachIt) {
  Process terminated = start_program({.arguments = {"sleep", "1000"}});
  Process killed = start_program({.arguments = {"sleep", "1000"}});
  terminated.terminate();
  killed.kill();
  EXPECT_EQ(terminated.join(), -SIGTERM);
  EXPECT_EQ(killed.join(), -SIGKILL);
  pid_t pid = 0;
  {
    const Process left = start_program({.arguments = {"sleep", "1000"}});
    pid = left.pid();
  }
  EXPECT_EQ(::kill(pid, 0), -1) << "not even a zombie is left";
}

TEST_F(ProgramTest, TheEndOfTheObjectIsThatOfItsStart) {
  Pipe output;
  Program program = shell("trap 'echo farewell; exit' TERM; echo ready; while :; do sleep 0.01; done");
  program.descriptors.emplace(STDOUT_FILENO, std::move(output.writer));
  {
    const Process process = start_program(std::move(program), {.on_destroy = OnDestroy::terminate_then_kill(100s)});
    wait_until_readable(output.reader);
  }
  EXPECT_EQ(output.read_all(), "ready\nfarewell\n");
}

TEST_F(ProgramTest, X7_AFileThatCannotBeExecutedIsTheStartsError) {
  const Folder folder;
  const std::string plain = add_file(folder, "plain", "#!/bin/sh\n", false);
  const std::string odd = add_file(folder, "odd", "no executable, and it does not say by what it could be run\n");
  const std::string orphan = add_file(folder, "orphan", "#!/nowhere/interpreter\n");
  const auto refused = [](const std::string& file) { return refusal_of([&] { return start_program({.arguments = {file}}); }); };
  EXPECT_EQ(refused(folder / "missing"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused("proberen-no-such-program"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused(""), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused(plain), std::errc::permission_denied);
  EXPECT_EQ(refused(folder / ""), std::errc::permission_denied);
  EXPECT_EQ(refused(plain + "/below"), std::errc::not_a_directory);
  EXPECT_EQ(refused(odd), std::errc::executable_format_error);
  EXPECT_EQ(refused(orphan), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refusal_of([] {
              return start_program({.arguments = {"sh", std::string(256 * 1024, 'x')}});
            }),
            std::errc::argument_list_too_long);
  EXPECT_EQ(message_of<std::system_error>([] { (void)start_program({.arguments = {"proberen-no-such-program"}}); }),
            "cannot run 'proberen-no-such-program': No such file or directory");
}

TEST_F(ProgramTest, X7_AnErrorClosesWhatItWasGiven) {
  Pipe pipe;
  Program program{.arguments = {"/nowhere/at/all"}};
  program.descriptors.emplace(STDOUT_FILENO, std::move(pipe.writer));
  EXPECT_THROW((void)start_program(std::move(program)), std::system_error);
  EXPECT_EQ(pipe.read_all(), "");
}

TEST_F(ProgramTest, X7_TheReasonIsThatOfTheMostPromisingFolder) {
  const Folder folder;
  add_file(folder, "forbidden/tool", "#!/bin/sh\n", false);
  add_file(folder, "odd/tool", "no executable\n");
  add_file(folder, "good/tool", "#!/bin/sh\necho good\n");
  add_file(folder, "other/tool", "#!/bin/sh\necho other\n");
  const auto on_path = [&](std::vector<std::string> names) {
    std::string path;
    for (const std::string& name : names) path += (path.empty() ? "" : ":") + folder / name;
    return StartOptions{.environment = Environment{{"PATH", path}}};
  };
  const auto refused = [&](std::vector<std::string> names) {
    return refusal_of([&] { return start_program({.arguments = {"tool"}}, on_path(std::move(names))); });
  };
  EXPECT_EQ(output_of({.arguments = {"tool"}}, on_path({"missing", "forbidden", "good", "other"})), "good\n");
  EXPECT_EQ(output_of({.arguments = {"tool"}}, on_path({"other", "good"})), "other\n");
  EXPECT_EQ(refused({"missing", "nowhere"}), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused({"forbidden", "missing"}), std::errc::permission_denied);
  EXPECT_EQ(refused({"missing", "forbidden"}), std::errc::permission_denied);
  EXPECT_EQ(refused({"forbidden", "odd", "good"}), std::errc::executable_format_error);
}

TEST_F(ProgramTest, ItsPathIsThatOfItsEnvironment) {
  const Folder folder;
  add_file(folder, "tool", "#!/bin/sh\necho here\n");
  // An empty folder is the working directory.
  EXPECT_EQ(output_of({.arguments = {"tool"}}, {.environment = Environment{{"PATH", "/nowhere:"}}, .working_directory = folder / ""}),
            "here\n");
  EXPECT_EQ(output_of({.arguments = {"./tool"}}, {.working_directory = folder / ""}), "here\n");
  EXPECT_EQ(output_of({.arguments = {"sh", "-c", "echo without"}}, {.environment = Environment{}}), "without\n");
  EXPECT_EQ(refusal_of([] {
              return start_program({.arguments = {"sh"}}, {.environment = Environment{{"PATH", "/nowhere"}}});
            }),
            std::errc::no_such_file_or_directory);
}

TEST_F(ProgramTest, ATextThatIsNoneIsRefused) {
  const std::string null_inside("a\0b", 3);
  const auto refused = [](Program program) { return message_of<std::invalid_argument>([&] { (void)start_program(std::move(program)); }); };
  EXPECT_EQ(refused({.arguments = {}}), "a program has at least one argument, its name");
  EXPECT_EQ(refused({.arguments = {"ls", null_inside}}), "an argument of a program has a null character in it");
  EXPECT_EQ(refused({.arguments = {"ls"}, .file = null_inside}), "an argument of a program has a null character in it");
  Program negative{.arguments = {"ls"}};
  negative.descriptors.emplace(-1, Descriptor(::dup(STDIN_FILENO)));
  EXPECT_EQ(refused(std::move(negative)), "a program cannot have a descriptor -1");
}

TEST_F(ProgramTest, ItHasTheEnvironmentTheDirectoryAndTheLimitsThatAreGiven) {
  const Folder folder;
  add_file(folder, "here/file", "");
  EXPECT_EQ(output_of({.arguments = {"/usr/bin/env"}}, {.environment = Environment{{"A", "1"}, {"B", ""}}}), "A=1\nB=\n");
  EXPECT_EQ(output_of({.arguments = {"pwd"}}, {.environment = Environment{}, .working_directory = folder / "here"}), folder / "here\n");
  EXPECT_EQ(output_of(shell("ulimit -Sn; ulimit -Hn"), {.limits = {{RLIMIT_NOFILE, {50, 60}}}}), "50\n60\n");
}

TEST_F(ProgramTest, X7_WhatIsRefusedOfItsOptionsIsTheStartsError) {
  const auto refused = [](const StartOptions& options) {
    return refusal_of([&] { return start_program({.arguments = {"true"}}, options); });
  };
  EXPECT_EQ(refused({.working_directory = "/nowhere"}), std::errc::no_such_file_or_directory);
  EXPECT_EQ(refused({.limits = {{RLIMIT_NOFILE, {2, 1}}}}), std::errc::invalid_argument);
  EXPECT_EQ(refused({.limits = {{RLIMIT_NOFILE, {1, RLIM_INFINITY}}}}), std::errc::operation_not_permitted);
}

TEST_F(ProgramTest, X12_ItBeginsWithEverySignalAtItsDefaultAndNoneBlocked) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigdelset(&all, SIGUSR2);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  std::array<struct sigaction, NSIG> actions{};
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGCHLD) ::sigaction(number, &ignored, &actions.at(static_cast<std::size_t>(number)));
  }
  const std::string told = output_of({.arguments = {"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}});
  sigset_t still;
  ::sigprocmask(SIG_BLOCK, nullptr, &still);
  EXPECT_EQ(::sigismember(&still, SIGUSR1), 1) << "this process's are what they were";
  EXPECT_EQ(::sigismember(&still, SIGUSR2), 0);
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGCHLD) ::sigaction(number, &actions.at(static_cast<std::size_t>(number)), nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(told, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ProgramTest, X12_ItsPidfdIsOfIt) {
  const Process process = start_program({.arguments = {"sleep", "1000"}});
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(process.sentinel()));
  std::string pid;
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("Pid:\t")) pid = line.substr(5);
  }
  EXPECT_EQ(pid, std::to_string(process.pid()));
}

/// Which of some numbers are those of descriptors that a program has, which it writes to `output`.
Program tell_numbers(const std::string& output) {
  return shell("for each in 0 1 2 3 4 5 6 7 8 9 30 31 499 500; do [ -e /proc/$$/fd/$each ] && printf \"$each \" >&" + output +
               "; done; exit 0");
}

TEST_F(ProgramTest, X6_ItHasTheDescriptorsThatItIsGivenAndNoOthers) {
  const Descriptor leaky(::fcntl(STDERR_FILENO, F_DUPFD, 30));
  const Descriptor high(::fcntl(STDERR_FILENO, F_DUPFD, 500));
  EXPECT_EQ(output_of(tell_numbers("1")), "0 1 2 ");
  Program given = tell_numbers("1");
  for (const int number : {5, 30, 31, 499}) given.descriptors.emplace(number, Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)));
  EXPECT_EQ(output_of(std::move(given)), "0 1 2 5 30 31 499 ");
}

TEST_F(ProgramTest, ItsStandardDescriptorsCanBeGiven) {
  Pipe input;
  Pipe output;
  Pipe errors;
  Program program = shell("read word; echo $word; echo bad >&2");
  program.descriptors.emplace(STDIN_FILENO, std::move(input.reader));
  program.descriptors.emplace(STDOUT_FILENO, std::move(output.writer));
  program.descriptors.emplace(STDERR_FILENO, std::move(errors.writer));
  Process process = start_program(std::move(program));
  write_text(input.writer, "good\n");
  EXPECT_EQ(output.read_all(), "good\n");
  EXPECT_EQ(errors.read_all(), "bad\n");
  EXPECT_EQ(process.join(), 0);
}

TEST_F(ProgramTest, NumbersThatAreExchangedDoNotOverwriteEachOther) {
  Pipe one;
  Pipe other;
  const int first = one.writer.get();
  const int second = other.writer.get();
  Program program = shell("echo one >&" + std::to_string(second) + "; echo other >&" + std::to_string(first));
  if (first > 9 || second > 9) GTEST_SKIP() << "more descriptors are open than the shell has numbers for";
  program.descriptors.emplace(second, std::move(one.writer));
  program.descriptors.emplace(first, std::move(other.writer));
  EXPECT_EQ(start_program(std::move(program)).join(), 0);
  EXPECT_EQ(one.read_all(), "one\n");
  EXPECT_EQ(other.read_all(), "other\n");
}

TEST_F(ProgramTest, ADescriptorThatKeepsItsNumberIsStillThere) {
  Pipe output;
  const int number = output.writer.get();
  if (number > 9) GTEST_SKIP() << "more descriptors are open than the shell has numbers for";
  Program program = shell("echo same >&" + std::to_string(number));
  program.descriptors.emplace(number, std::move(output.writer));
  EXPECT_EQ(start_program(std::move(program)).join(), 0);
  EXPECT_EQ(output.read_all(), "same\n");
}

TEST_F(ProgramTest, AClosedDescriptorIsRefused) {
  Program closed{.arguments = {"true"}};
  closed.descriptors.emplace(5, Descriptor());
  EXPECT_EQ(refusal_of([&] { return start_program(std::move(closed)); }), std::errc::bad_file_descriptor);
  // Nor does it become what the start itself opens, which takes the lowest number above the highest.
  const int free_number = ::fcntl(STDIN_FILENO, F_DUPFD, 7);
  ::close(free_number);
  Program stale{.arguments = {"true"}};
  stale.descriptors.emplace(free_number - 2, Descriptor(::dup(STDIN_FILENO)));
  stale.descriptors.emplace(free_number - 1, Descriptor(free_number));
  EXPECT_EQ(refusal_of([&] { return start_program(std::move(stale)); }), std::errc::bad_file_descriptor);
}

/// As a daemon does.
TEST_F(ProgramTest, ACreatorWithoutStandardDescriptorsGivesItNoneOfItsOwn) {
  EXPECT_EQ(in_a_copy([] {
              Pipe output;
              for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::close(number);
              Program program = tell_numbers("7");
              program.descriptors.emplace(7, std::move(output.writer));
              return start_program(std::move(program)).join() == 0 && output.read_all() == "7 " ? 0 : 1;
            }),
            0);
}

TEST_F(ProgramTest, SomebodyElseMayReapIt) {
  EXPECT_EQ(in_a_copy([] {
              ::signal(SIGCHLD, SIG_IGN);
              for (int round = 0; round < 60; ++round) {
                if (start_program({.arguments = {"true"}}).join() != Process::kUnknownExitCode) return 1;
                if (refusal_of([] { return start_program({.arguments = {"/nowhere"}}); }) != std::errc::no_such_file_or_directory) return 2;
              }
              return 0;
            }),
            0);
}

TEST_F(ProgramTest, ThreadsStartTheirsBesideEachOther) {
  // Each reads to the end of its own pipe, which comes only when no other child has a copy of the write end.
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  threads.emplace_back([&] {
    std::vector<Process> sleepers;
    while (!over.load()) {
      sleepers.push_back(start_program({.arguments = {"sleep", "1000"}}));
      if (sleepers.size() > 20) sleepers.clear();
    }
  });
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 20; ++round) {
        const std::string text = std::to_string(thread) + ' ' + std::to_string(round);
        right += output_of({.arguments = {"echo", "-n", text}, .file = "/bin/echo"}) == text ? 1 : 0;
        right += refusal_of([] { return start_program({.arguments = {"/nowhere"}}); }) == std::errc::no_such_file_or_directory ? 1 : 0;
      }
    });
  }
  for (std::size_t index = threads.size() - 1; index > 0; --index) threads[index].join();
  over = true;
  threads.front().join();
  EXPECT_EQ(right.load(), 3 * 20 * 2);
}

TEST_F(ProgramTest, X5_AHundredAtOnce) {
  std::vector<Process> processes;
  for (int number = 0; number < 100; ++number) processes.push_back(start_program(shell("exit " + std::to_string(number))));
  for (int number = 0; number < 100; ++number) EXPECT_EQ(processes[static_cast<std::size_t>(number)].join(), number);
}

}  // namespace
}  // namespace proberen::ipc
