/// Connections between processes, and waiting for many things: cases P1, P4, P5, P8 and P9 of the conformance list.
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/tests/support/connections.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/context.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/wait_any.hpp"

namespace proberen::test {
namespace {

using ipc::Connection;
using ipc::EndOfFile;
using ipc::Process;
using ipc::StartMethod;
using ipc::wait_any;
using Places = std::vector<std::size_t>;

PROBEREN_ENTRY(connection_echo, [](Connection end) {
  for (std::string bytes; (bytes = end.recv_bytes()) != "stop";) end.send_bytes(bytes);
});
PROBEREN_ENTRY(connection_write_through, [](Connection end) {
  const ipc::Message message = end.recv_descriptors();
  for (const ipc::Descriptor& file : message.descriptors) {
    if (::write(file.get(), message.bytes.data(), message.bytes.size()) < 0) return 2;
  }
  return 0;
});
PROBEREN_ENTRY(connection_number_messages, [](Connection end, int writer, int count) {
  for (int number = 0; number < count; ++number) end.send_bytes(numbered_message(writer, number));
});
/// Every other message is too long for a ring.
std::string long_or_short(int writer, int number) {
  std::string message = numbered_message(writer, 2 * number);
  if (number % 2 == 1) message.resize(message.size() + 40'000, 'l');
  return message;
}
PROBEREN_ENTRY(connection_long_and_short, [](Connection end, int writer) {
  for (int number = 0;; ++number) end.send_bytes(long_or_short(writer, number));
});
PROBEREN_ENTRY(connection_hold, [](Connection end) { (void)end.recv_bytes(); });
PROBEREN_ENTRY(connection_say_after, [](Connection end, int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  end.send(milliseconds);
});

class ConnectionProcessTest : public testing::TestWithParam<std::tuple<StartMethod, ipc::PipeTransport>> {
 protected:
  auto make(bool duplex = true) { return ipc::pipe({.duplex = duplex, .transport = std::get<1>(GetParam())}); }
  ipc::Context context_{std::get<0>(GetParam()), {.allow_fork_with_threads = true}};

 private:
  Watchdog watchdog_;
};
INSTANTIATE_TEST_SUITE_P(Every, ConnectionProcessTest,
                         testing::Combine(testing::Values(StartMethod::fork, StartMethod::spawn, StartMethod::forkserver),
                                          every_transport()),
                         [](const auto& test) {
                           const bool socket = std::get<1>(test.param) == ipc::PipeTransport::socket;
                           return std::string(to_string(std::get<0>(test.param))) + (socket ? "Socket" : "SharedMemory");
                         });

TEST_P(ConnectionProcessTest, P1_AnotherProcessEchoesMessagesOfAnyLength) {
  auto [here, there] = make();
  Process child = context_.start("connection_echo", std::move(there));
  EXPECT_TRUE(there.closed());
  for (const std::size_t size : {0, 1, 1000, 100'000, 16 << 20}) {
    const std::string bytes = pattern(size, size);
    here.send_bytes(bytes);
    EXPECT_TRUE(here.recv_bytes() == bytes) << size;
  }
  here.send_bytes("stop");
  EXPECT_EQ(child.join(), 0);
  EXPECT_THROW((void)here.recv_bytes(), EndOfFile);
}

TEST_P(ConnectionProcessTest, P4_TheChildsEndLivesInTheChildAloneAndItsDeathIsTheEndOfFile) {
  auto [here, there] = make();
  Process child = context_.start("connection_echo", std::move(there));
  here.send_bytes("before");
  EXPECT_EQ(here.recv_bytes(), "before");
  child.kill();
  EXPECT_THROW((void)here.recv_bytes(), EndOfFile);
  EXPECT_EQ(child.join(), -SIGKILL);
  EXPECT_EQ(error_of([&end = here] { end.send_bytes("x"); }), std::errc::broken_pipe);
}

TEST_P(ConnectionProcessTest, P4_AReaderThatDiesFreesAWriterThatWaitsForRoom) {
  auto [here, there] = make();
  Process child = context_.start("connection_hold", std::move(there));
  Waiter writer([&end = here] {
    EXPECT_EQ(error_of([&] {
                for (;;) end.send_bytes(std::string(8'000, 'x'));
              }),
              std::errc::broken_pipe);
  });
  EXPECT_EQ(child.join(), 0);  // after one message
  writer.join();
}

TEST_P(ConnectionProcessTest, P5_AFileIsWrittenThroughADescriptorThatWasSentAlsoOneAbove256) {
  auto [here, there] = make();
  Process child = context_.start("connection_write_through", std::move(there));
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const ipc::Descriptor reader(ends[0]);
  ipc::Descriptor writer(ends[1]);
  ipc::Descriptor high(::fcntl(writer.get(), F_DUPFD_CLOEXEC, 300));
  ASSERT_GE(high.get(), 300);
  here.send_descriptors(std::vector<int>{writer.get(), high.get()}, "written");
  EXPECT_EQ(child.join(), 0);
  char text[32];
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(::read(reader.get(), text, sizeof text))), "writtenwritten");
}

TEST_P(ConnectionProcessTest, P5_WhoWantsADescriptorAndGetsNoneFails) {
  auto [here, there] = make();
  Process child = context_.start("connection_write_through", std::move(there));
  here.send_bytes("no descriptor");
  EXPECT_EQ(child.join(), 1);
}

TEST_P(ConnectionProcessTest, P9_MessagesOfFourProcessesOnOneEndStayWhole) {
  constexpr int kWriters = 4;
  constexpr int kEach = scaled(20'000);
  auto [reader, writer] = make(false);
  std::vector<Process> children;
  for (int number = 0; number < kWriters; ++number) {
    // Each child gets an end of its own to the same pipe.
    auto [near, far] = ipc::pipe();
    near.send(writer);
    children.push_back(context_.start("connection_number_messages", far.recv<Connection>(), number, kEach));
  }
  writer.close();
  std::vector<int> last(kWriters, -1);
  for (int count = 0; count < kWriters * kEach; ++count) check_and_note(reader.recv_bytes(), last);
  EXPECT_EQ(last, std::vector<int>(kWriters, kEach - 1));
  EXPECT_EQ(messages_noted.exchange(0), kWriters * kEach);
  for (Process& child : children) EXPECT_EQ(child.join(), 0);
  EXPECT_THROW((void)reader.recv_bytes(), EndOfFile);
}

TEST_P(ConnectionProcessTest, P9_AnEndOutlivesItsWritersThatAreKilledAndNoWholeMessageIsLostOrDoubled) {
  constexpr int kWriters = 150;
  auto [reader, writer] = make(false);
  std::vector<int> next(kWriters, 0);
  for (int number = 0; number < kWriters; ++number) {
    auto [near, far] = ipc::pipe();
    near.send(writer);
    Process child = context_.start("connection_long_and_short", far.recv<Connection>(), number);
    // Until it has sent some, and then no telling where in its calls it is.
    for (int received = 0; received < 3 + number % 20;) {
      const std::string message = reader.recv_bytes();
      std::int32_t from = -1;
      std::memcpy(&from, message.data(), sizeof from);
      ASSERT_TRUE(from >= 0 && from <= number);
      // Of the dead before, what they had sent whole comes first.
      ASSERT_EQ(message, long_or_short(from, next[static_cast<std::size_t>(from)]++));
      received += from == number ? 1 : 0;
    }
    child.kill();
    EXPECT_EQ(child.join(), -SIGKILL);
  }
}

TEST_P(ConnectionProcessTest, P8_WaitsForConnectionsDescriptorsAndProcessesAlike) {
  auto [here, there] = make();
  auto [quiet, other] = make();
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const ipc::Descriptor plain(ends[0]);
  ipc::Descriptor plain_writer(ends[1]);
  auto [child_here, child_there] = ipc::pipe();
  Process child = context_.start("connection_hold", std::move(child_there));
  const std::vector<ipc::Waitable> list{here, quiet, plain, child};
  EXPECT_EQ(wait_any(list, 0s), Places{});
  EXPECT_EQ(wait_any(list, -5s), Places{});
  EXPECT_TRUE(gives_up(30ms, [&] { return !wait_any(list, 30ms).empty(); }));
  there.send_bytes("");
  EXPECT_EQ(wait_any(list), Places{0});
  child_here.send_bytes("end");
  EXPECT_EQ(wait_any({child}), Places{0});
  ASSERT_EQ(::write(plain_writer.get(), "x", 1), 1);
  EXPECT_EQ(wait_any(list), (Places{0, 2, 3}));
  EXPECT_EQ(child.join(), 0);
  EXPECT_EQ(wait_any(list, 0s), (Places{0, 2, 3}));
  EXPECT_THROW((void)here.recv<int>(), std::runtime_error);  // kept, so still ready
  other.close();
  EXPECT_EQ(wait_any(list, kLong), (Places{0, 1, 2, 3}));
}

TEST_P(ConnectionProcessTest, P8_CollectsFromSlowChildrenUntilAllHaveEnded) {
  std::vector<Connection> ends;
  std::vector<Process> children;
  for (const int milliseconds : {40, 10, 20}) {
    auto [here, there] = make();
    children.push_back(context_.start("connection_say_after", std::move(there), milliseconds));
    ends.push_back(std::move(here));
  }
  int sum = 0;
  while (!ends.empty()) {
    const Places ready = wait_any(std::vector<ipc::Waitable>(ends.begin(), ends.end()));
    ASSERT_FALSE(ready.empty());
    try {
      sum += ends[ready.front()].recv<int>();
    } catch (const EndOfFile&) {
      ends.erase(ends.begin() + static_cast<std::ptrdiff_t>(ready.front()));
    }
    // A forked child holds its brothers' other ends too, so not every end of file comes before the last child's.
    if (sum == 70 && std::get<0>(GetParam()) == StartMethod::fork) break;
  }
  EXPECT_EQ(sum, 70);
  for (Process& child : children) EXPECT_EQ(child.join(), 0);
}

TEST(WaitAny, P8_WhatIsClosedOrOnlySendsIsRefusedAndAnEmptyListIsNothing) {
  auto [reader, writer] = ipc::pipe(false);
  EXPECT_EQ(wait_any({}), Places{});
  EXPECT_EQ(error_of([&end = writer] { (void)wait_any({end}, 0s); }), std::errc::bad_file_descriptor);
  EXPECT_EQ(error_of([&] { (void)wait_any({ipc::Descriptor()}, 0s); }), std::errc::bad_file_descriptor);
  reader.close();
  EXPECT_EQ(error_of([&end = reader] { (void)wait_any({end}, 0s); }), std::errc::bad_file_descriptor);
}

}  // namespace
}  // namespace proberen::test
