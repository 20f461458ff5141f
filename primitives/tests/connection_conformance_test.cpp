/// Connections within one process: cases P1 to P3, P6, P7 and P9 of the conformance list, and how a connection ends.
#include "proberen/ipc/connection.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/tests/support/connections.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"

namespace proberen::test {
namespace {

using ipc::Connection;
using ipc::EndOfFile;
using ipc::MessageTooLong;

/// Every case holds for every transport.
class ConnectionTest : public testing::TestWithParam<ipc::PipeTransport> {
 protected:
  static auto make(bool duplex = true) { return ipc::pipe({.duplex = duplex, .transport = GetParam()}); }

 private:
  Watchdog watchdog_;
};
INSTANTIATE_TEST_SUITE_P(Every, ConnectionTest, every_transport(), transport_name);

TEST_P(ConnectionTest, P1_ObjectsAndBytesOfAnyLengthArriveAsTheyWere) {
  auto [here, there] = make();
  here.send(std::vector<std::string>{"a", "", "b c"});
  EXPECT_EQ(there.recv<std::vector<std::string>>(), (std::vector<std::string>{"a", "", "b c"}));
  there.send("text");
  EXPECT_EQ(here.recv<std::string>(), "text");
  for (const std::size_t size : {0, 1, 7, 8, 9, 1024, 1025, 8'000, 16'384, 32'768, 32'769, 300'000, 16 << 20}) {
    const std::string bytes = pattern(size, size);
    here.send_bytes(bytes);
    EXPECT_TRUE(there.recv_bytes() == bytes) << size;
  }
}

TEST_P(ConnectionTest, P1_SixtyFourMebibytesArriveBothWays) {
  auto [here, there] = make();
  const std::string bytes = pattern(std::size_t{64} << 20, 1);
  std::jthread echo([&end = there] { end.send_bytes(end.recv_bytes()); });
  here.send_bytes(bytes);
  EXPECT_TRUE(here.recv_bytes() == bytes);
}

TEST_P(ConnectionTest, P1_ReceivesIntoABufferFromAnOffsetOn) {
  auto [here, there] = make();
  std::vector<std::byte> buffer(10, std::byte{'.'});
  here.send_bytes("abc");
  EXPECT_EQ(there.recv_bytes_into(buffer, 4), 3U);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(buffer.data()), buffer.size()), "....abc...");
  EXPECT_THROW((void)there.recv_bytes_into(buffer, 11), std::out_of_range);
}

TEST_P(ConnectionTest, P1_AMessageThatIsTooLongIsKeptForARetryAndOthersStayBehindIt) {
  auto [here, there] = make();
  here.send_bytes("0123456789");
  here.send_bytes("next");
  std::vector<std::byte> small(9);
  try {
    (void)there.recv_bytes_into(small);
    FAIL() << "it fitted";
  } catch (const MessageTooLong& error) {
    EXPECT_EQ(error.size(), 10U);
    EXPECT_EQ(error.code(), std::errc::message_size);
  }
  EXPECT_THROW((void)there.recv_bytes(9), MessageTooLong);
  EXPECT_THROW((void)there.recv<int>(), std::runtime_error);
  here.close();
  EXPECT_TRUE(there.poll());
  EXPECT_EQ(there.recv_bytes(10), "0123456789");
  EXPECT_EQ(there.recv_bytes(), "next");
  EXPECT_THROW((void)there.recv_bytes(), EndOfFile);
}

TEST_P(ConnectionTest, P1_PollsForAMomentForATimeAndForEver) {
  auto [here, there] = make();
  EXPECT_FALSE(there.poll());
  EXPECT_FALSE(there.poll_for(-1s));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(there.poll_for(30ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
  std::jthread later([&end = here] {
    std::this_thread::sleep_for(kGrace);
    end.send_bytes("x");
  });
  EXPECT_TRUE(there.poll_until(kForever));
  EXPECT_EQ(there.recv_bytes(), "x");
}

TEST_P(ConnectionTest, P1_AfterTheOtherEndIsClosedComesWhatWasSentAndThenTheEndOfFile) {
  auto [here, there] = make();
  here.send_bytes("last");
  there.send_bytes("never read");  // Linux then tells the reader of a reset: what was sent in time must still come
  here.close();
  here.close();
  EXPECT_TRUE(here.closed());
  EXPECT_FALSE(there.closed());
  EXPECT_EQ(there.recv_bytes(), "last");
  EXPECT_TRUE(there.poll());
  for (int i = 0; i < 2; ++i) EXPECT_THROW((void)there.recv_bytes(), EndOfFile);
  EXPECT_EQ(error_of([&end = here] { end.send_bytes("x"); }), std::errc::bad_file_descriptor);
  EXPECT_EQ(error_of([&end = here] { (void)end.poll(); }), std::errc::bad_file_descriptor);
}

TEST_P(ConnectionTest, P1_SendingToAClosedEndIsAnErrorAndNoSignal) {
  auto [here, there] = make();
  here.send_bytes("never read");
  there.close();
  for (const std::size_t size : {1, 100'000}) {
    EXPECT_EQ(error_of([&, &end = here] { end.send_bytes(std::string(size, 'x')); }), std::errc::broken_pipe);
  }
}

TEST_P(ConnectionTest, P1_AWaitEndsWhenTheOtherEndIsClosedOrTheConnectionShutDown) {
  for (const bool close : {true, false}) {
    auto ends = make();
    Waiter reader([&] { EXPECT_THROW((void)ends.first.recv_bytes(), EndOfFile); });
    EXPECT_TRUE(reader.waits());
    if (close) {
      ends.second.close();
    } else {
      ends.first.shutdown();
    }
    reader.join();
  }
}

TEST_P(ConnectionTest, P2_AOneWayPipeHasAReaderAndAWriter) {
  auto [reader, writer] = make(false);
  EXPECT_TRUE(reader.readable() && !reader.writable() && !writer.readable() && writer.writable());
  writer.send(7);
  EXPECT_TRUE(reader.poll());
  EXPECT_EQ(reader.recv<int>(), 7);
  EXPECT_EQ(error_of([&end = reader] { end.send_bytes("x"); }), std::errc::bad_file_descriptor);
  EXPECT_EQ(error_of([&end = writer] { (void)end.recv_bytes(); }), std::errc::bad_file_descriptor);
  EXPECT_EQ(error_of([&end = writer] { (void)end.poll(); }), std::errc::bad_file_descriptor);
  reader.close();
  EXPECT_EQ(error_of([&end = writer] { end.send_bytes("x"); }), std::errc::broken_pipe);
}

TEST_P(ConnectionTest, P3_SendsPartsOfBytesAndRefusesPartsOutsideThem) {
  auto [here, there] = make();
  const std::string latin = "abcdefghijklmnopqrstuvwxyz";
  const auto sent = [&, &a = here, &b = there](auto... part) {
    a.send_bytes(latin, part...);
    return b.recv_bytes();
  };
  EXPECT_EQ(sent(), latin);
  EXPECT_EQ(sent(5), latin.substr(5));
  EXPECT_EQ(sent(7, 8), latin.substr(7, 8));
  EXPECT_EQ(sent(26), "");
  EXPECT_EQ(sent(26, 0), "");
  constexpr std::size_t kMinusOne = static_cast<std::size_t>(-1);
  EXPECT_THROW(sent(27), std::out_of_range);
  EXPECT_THROW(sent(22, 5), std::out_of_range);
  EXPECT_THROW(sent(26, 1), std::out_of_range);
  EXPECT_THROW(sent(kMinusOne), std::out_of_range);
  EXPECT_THROW(sent(4, kMinusOne - 1), std::out_of_range);
  EXPECT_FALSE(there.poll());
}

TEST_P(ConnectionTest, P6_EmptyMessagesAreSeenPollTakesNothingAndMessagesDoNotMerge) {
  auto [here, there] = make();
  for (const char* text : {"", "ab", "", "c"}) here.send_bytes(std::string_view(text));
  for (const char* text : {"", "ab", "", "c"}) {
    EXPECT_TRUE(there.poll());
    EXPECT_TRUE(there.poll());
    EXPECT_EQ(there.recv_bytes(), text);
  }
  EXPECT_FALSE(there.poll());
}

TEST_P(ConnectionTest, P7_SignalsDoNotDisturbACallThatWaits) {
  auto [here, there] = make();
  const CountSignals handler;
  {
    Waiter reader([&end = there] { EXPECT_EQ(end.recv_bytes(), "x"); });
    ASSERT_TRUE(reader.waits());
    std::jthread later([&end = here] {
      std::this_thread::sleep_for(100ms);
      end.send_bytes("x");
    });
    pester(reader);
  }
  {
    const std::string bytes(20'000, 'y');
    constexpr int kCount = 100;  // more than any transport holds
    Waiter writer([&, &end = here] {
      for (int i = 0; i < kCount; ++i) end.send_bytes(bytes);
    });
    ASSERT_TRUE(writer.waits());
    std::jthread later([&, &end = there] {
      std::this_thread::sleep_for(100ms);
      for (int i = 0; i < kCount; ++i) EXPECT_TRUE(end.recv_bytes() == bytes);
    });
    pester(writer);
  }
  {
    Waiter poller([&end = there] { EXPECT_TRUE(gives_up(200ms, [&] { return end.poll_for(200ms); })); });
    pester(poller);
  }
  let_handlers_run();
  EXPECT_GT(signals_handled, 3);
}

TEST_P(ConnectionTest, P9_MessagesOfFourThreadsOnEachEndStayWhole) {
  auto [here, there] = make();
  constexpr int kWriters = 4;
  constexpr int kEach = scaled(100'000);
  std::vector<std::vector<int>> seen(2);
  std::vector<std::jthread> readers;
  for (std::vector<int>& mine : seen) {
    mine.assign(kWriters, -1);
    readers.emplace_back([&, &end = there] {
      try {
        for (;;) check_and_note(end.recv_bytes(), mine);
      } catch (const EndOfFile&) {
      }
    });
  }
  run_threads(kWriters, [&, &end = here](int writer) {
    for (int number = 0; number < kEach; ++number) end.send_bytes(numbered_message(writer, number));
  });
  here.close();
  readers.clear();
  for (int writer = 0; writer < kWriters; ++writer) {
    EXPECT_EQ(std::max(seen[0][static_cast<std::size_t>(writer)], seen[1][static_cast<std::size_t>(writer)]), kEach - 1);
  }
  EXPECT_EQ(messages_noted.exchange(0), kWriters * kEach);
}

TEST_P(ConnectionTest, P5_AMessageBringsDescriptorsUpTo253) {
  auto [here, there] = make();
  auto [read_end, write_end] = ipc::pipe(false);
  for (const std::size_t count : {1, 2, 253}) {
    here.send_descriptors(std::vector<int>(count, write_end.native_handle()), "bytes");
    const ipc::Message message = there.recv_message();
    EXPECT_EQ(message.bytes, "bytes");
    ASSERT_EQ(message.descriptors.size(), count);
    for (const ipc::Descriptor& descriptor : message.descriptors) EXPECT_NE(::fcntl(descriptor.get(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(error_of([&, &end = here, fd = write_end.native_handle()] { end.send_descriptors(std::vector<int>(254, fd)); }),
            std::errc::argument_list_too_long);
  const std::string large(100'000, 'x');
  const std::vector<int> most(252, write_end.native_handle());
  here.send_descriptors(most, large);
  EXPECT_EQ(there.recv_descriptors().descriptors.size(), 252U);
  const int before = count_open();
  here.send_descriptors(most, "closed by a call that does not ask for them");
  EXPECT_EQ(there.recv_bytes().size(), 43U);
  EXPECT_EQ(count_open(), before);
}

TEST_P(ConnectionTest, P5_AMessageWithoutDescriptorIsAnErrorForWhoWantsOneAndIsKept) {
  auto [here, there] = make();
  here.send_bytes("plain");
  EXPECT_THROW((void)there.recv_descriptors(), std::runtime_error);
  EXPECT_EQ(there.recv_bytes(), "plain");
}

TEST_P(ConnectionTest, P5_WhereNotAllDescriptorsFitThoseThatCameAreClosedAndTheConnectionGoesOn) {
  auto [here, there] = make();
  here.send_descriptors(std::vector<int>(100, 0), "too many");
  here.send_bytes("next");
  const int before = count_open();
  {
    const FewDescriptors limit(before + 20);
    EXPECT_EQ(error_of([&end = there] { (void)end.recv_message(); }), std::errc::message_size);
  }
  EXPECT_EQ(count_open(), before);
  EXPECT_EQ(there.recv_bytes(), "next");
}

TEST_P(ConnectionTest, P5_DescriptorsAndConnectionsTravelInObjects) {
  auto [here, there] = make();
  auto [near, far] = make();
  far.send_bytes("kept");
  EXPECT_THROW((void)near.recv_bytes(1), MessageTooLong);
  here.send(near);
  near.close();
  Connection arrived = there.recv<Connection>();
  EXPECT_EQ(arrived.recv_bytes(), "kept");
  arrived.send(1.5);
  EXPECT_EQ(far.recv<double>(), 1.5);
  arrived.close();
  EXPECT_THROW((void)far.recv_bytes(), EndOfFile);
}

TEST_P(ConnectionTest, DescriptorsAreCloseOnExecAndGoWithTheConnection) {
  const int before = count_open();
  {
    auto [here, there] = make();
    EXPECT_NE(::fcntl(here.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(there.native_handle(), F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(count_open(), before);
}

}  // namespace
}  // namespace proberen::test
