/// What is known about the end of a child, and what it does before it.
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include <signal.h>
#include <sys/resource.h>
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

PROBEREN_ENTRY(end_before_thread, [](const Descriptor& output) {
  join_before_end(std::thread([number = ::dup(output.get())] {
    std::this_thread::sleep_for(30ms);
    write_text(Descriptor(number), "the thread");
  }));
  write_text(output, "the entry, ");
});
PROBEREN_ENTRY(kill_itself, [](int signal, int core_bytes) {
  const rlimit limit{static_cast<rlim_t>(core_bytes), static_cast<rlim_t>(core_bytes)};
  ::setrlimit(RLIMIT_CORE, &limit);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
});
PROBEREN_ENTRY(throw_long, [](int size) { throw std::runtime_error(std::string(static_cast<std::size_t>(size), 'e')); });

/// Waits until everybody has let `go` go; `output` is closed with it.
PROBEREN_ENTRY(fail_when_told, [](const Descriptor& go, const Descriptor& /*output*/) {
  wait_until_readable(go);
  throw std::runtime_error("too late");
});

PROBEREN_ENTRY(look_on, [](const Descriptor& go) { wait_until_readable(go); });

/// How `copy` ended, a process that the entry has forked itself; both come back out of the entry.
int status_of(pid_t copy) {
  int status = 0;
  EXPECT_EQ(::waitpid(copy, &status, 0), copy);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
PROBEREN_ENTRY(throw_in_copy, [] {
  const pid_t copy = ::fork();
  if (copy == 0) throw std::runtime_error("words of a copy");
  return status_of(copy) == 1 ? 5 : 0;
});
PROBEREN_ENTRY(return_in_copy, [] {
  Pipe over;
  join_before_end(std::thread([input = over.reader.release()] { wait_until_readable(Descriptor(input)); }));
  const pid_t copy = ::fork();
  return copy == 0 ? 7 : status_of(copy);
});
/// `output` is closed when the copy has ended.
PROBEREN_ENTRY(leave_a_failing_copy, [](const Descriptor& go, const Descriptor& /*output*/) {
  if (::fork() != 0) return;
  wait_until_readable(go);
  throw std::runtime_error("words of an orphan");
});

class EndTest : public EveryWay {};
INSTANTIATE_TEST_SUITE_P(Every, EndTest, every_way(), way_name);

TEST_P(EndTest, X4_CloseIsRefusedWhileItRunsAndRefusesAllAfterwards) {
  Process process = context_.start("sleep_long");
  const int before = count_descriptors();
  EXPECT_EQ(message_of<std::system_error>([&] { process.close(); }),
            "a process that runs cannot be closed; end and join it first: Device or resource busy");
  process.kill();
  EXPECT_EQ(process.join(), -SIGKILL);
  process.close();
  process.close();
  EXPECT_LT(count_descriptors(), before);
  const auto refused = [](auto call) { return message_of<std::system_error>(call) == "this object was closed: No child processes"; };
  EXPECT_TRUE(refused([&] { process.join(); }));
  EXPECT_TRUE(refused([&] { (void)process.join_for(0ms); }));
  EXPECT_TRUE(refused([&] { (void)process.exit_code(); }));
  EXPECT_TRUE(refused([&] { (void)process.alive(); }));
  EXPECT_TRUE(refused([&] { (void)process.sentinel(); }));
  EXPECT_TRUE(refused([&] { (void)process.error(); }));
  EXPECT_TRUE(refused([&] { process.terminate(); }));
  EXPECT_TRUE(refused([&] { process.kill(); }));
  EXPECT_TRUE(refused([&] { process.interrupt(); }));
  EXPECT_TRUE(refused([&] { process.detach(); }));
}

TEST_P(EndTest, AnyOfItsSignalsIsToldApart) {
  for (const int number : {SIGINT, SIGHUP, SIGUSR1, SIGRTMIN}) {
    Pipe ready;
    Process process = context_.start("ready_then_sleep", std::move(ready.writer));
    wait_until_readable(ready.reader);
    number == SIGINT ? process.interrupt() : process.signal(number);
    EXPECT_EQ(process.join(), -number);
    EXPECT_FALSE(process.core_dumped());
  }
  Process process = context_.start("sleep_long");
  EXPECT_THROW(process.signal(12345), std::system_error);
}

TEST_P(EndTest, ACrashIsItsSignal) {
  Process process = context_.start("kill_itself", SIGSEGV, 0);
  EXPECT_EQ(process.join(), -SIGSEGV);
  EXPECT_FALSE(process.core_dumped()) << "core files are forbidden there";
  EXPECT_EQ(process.error(), "");
}

TEST_P(EndTest, WhatAnExceptionSaidComesBack) {
  Process failed = context_.start("fail", "no more paper");
  EXPECT_EQ(failed.join(), 1);
  EXPECT_EQ(failed.error(), "no more paper");
  Process odd = context_.start("fail_oddly");
  EXPECT_EQ(odd.join(), 1);
  EXPECT_EQ(odd.error(), "something that is not a std::exception");
  Process long_winded = context_.start("throw_long", 4100);
  EXPECT_EQ(long_winded.join(), 1);
  EXPECT_EQ(long_winded.error(), std::string(4000, 'e'));
  Process well = context_.start("give_back", 1);
  EXPECT_EQ(well.join(), 1);
  EXPECT_EQ(well.error(), "");
}

/// Somebody who is no child of ours any more fails once it is told to go on, while a later child runs, which is not told to have said that.
void expect_unheard(Context& context, Pipe& go, Pipe& output) {
  Pipe end;
  Process later = context.start("look_on", std::move(end.reader));
  go.writer.reset();
  EXPECT_EQ(output.read_all(), "");  // it has ended
  end.writer.reset();
  EXPECT_EQ(later.join(), 0);
  EXPECT_EQ(later.error(), "");
}

TEST_P(EndTest, NobodyHearsTheLastWordsOfAChildThatWasLetGo) {
  Pipe go;
  Pipe output;
  context_.start("fail_when_told", std::move(go.reader), output.writer.duplicate()).detach();
  expect_unheard(context_, go, output);
}

TEST_P(EndTest, ACopyThatTheEntryForkedEndsLikeItAndSaysNothingForIt) {
  Process threw = context_.start("throw_in_copy");
  EXPECT_EQ(threw.join(), 5);
  EXPECT_EQ(threw.error(), "");
  Process returned = context_.start("return_in_copy");
  EXPECT_EQ(returned.join(), 7);
  EXPECT_EQ(returned.error(), "");
}

TEST_P(EndTest, NobodyHearsTheLastWordsOfAnOrphan) {
  Pipe go;
  Pipe output;
  EXPECT_EQ(context_.start("leave_a_failing_copy", std::move(go.reader), std::move(output.writer)).join(), 0);
  expect_unheard(context_, go, output);
}

TEST_P(EndTest, X9_AChildWaitsForItsThreads) {
  Pipe pipe;
  EXPECT_EQ(context_.start("end_before_thread", std::move(pipe.writer)).join(), 0);
  EXPECT_EQ(pipe.read_all(), "the entry, the thread");
}

TEST_P(EndTest, X2_TerminateInASleepEndsIt) {
  Pipe ready;
  Process process = context_.start("ready_then_sleep", std::move(ready.writer));
  wait_until_readable(ready.reader);
  EXPECT_EQ(process.join_for(10ms), std::nullopt);
  process.terminate();
  EXPECT_EQ(process.join(), -SIGTERM) << "not the end of the sleep";
}

}  // namespace
}  // namespace proberen::ipc
