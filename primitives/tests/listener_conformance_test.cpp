/// Listener and connect(): both kinds of address, who is refused, and that the listener goes on.
#include "proberen/ipc/listener.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "primitives/tests/support/connections.hpp"
#include "primitives/tests/support/processes.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/ipc/entry.hpp"
#include "proberen/ipc/wait_any.hpp"

namespace proberen::test {
namespace {

using ipc::Connection;
using ipc::Listener;
using ipc::TcpAddress;
using ipc::UnixAddress;

constexpr std::string_view kKey = "open sesame";

PROBEREN_ENTRY(listener_client, [](const std::string& path, int port, const std::string& key) {
  Connection server = path.empty() ? connect(TcpAddress{static_cast<std::uint16_t>(port)}, key) : connect(UnixAddress{path}, key);
  server.send_bytes(server.recv_bytes() + "!");
});

class ListenerTest : public testing::TestWithParam<bool> {
 protected:
  ListenerTest() {
    char name[] = "/tmp/proberen-listener-XXXXXX";
    folder_ = ::mkdtemp(name);
    listener_.emplace(fresh_address(), kKey, kPatience);
  }
  ~ListenerTest() override {
    listener_.reset();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] ipc::Address fresh_address() const {
    if (GetParam()) return UnixAddress{folder_ + "/socket"};
    return TcpAddress{};
  }

  /// A connection that does not shake hands.
  [[nodiscard]] ipc::Descriptor connect_barely() const {
    ipc::Descriptor socket(::socket(GetParam() ? AF_UNIX : AF_INET, (GetParam() ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0));
    int outcome = 0;
    if (GetParam()) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      std::get<UnixAddress>(listener_->address()).path.copy(address.sun_path, sizeof address.sun_path - 1);
      outcome = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    } else {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(std::get<TcpAddress>(listener_->address()).port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      outcome = ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    EXPECT_EQ(outcome, 0);
    return socket;
  }

  /// Accepts, while `client()` runs in another thread: the code of what accept() throws.
  std::error_code accept_while(const std::function<void()>& client) {
    std::jthread other(client);
    return error_of([&] { (void)listener_->accept(); });
  }

  void expect_good_client() {
    auto client = std::async(std::launch::async, [&] { return ipc::connect(listener_->address(), kKey); });
    Connection server_end = listener_->accept();
    Connection client_end = client.get();
    client_end.send(std::string("hello"));
    EXPECT_EQ(server_end.recv<std::string>(), "hello");
    const std::string bytes = pattern(3'000'000, 1);
    std::jthread sender([&] { server_end.send_bytes(bytes); });
    EXPECT_TRUE(client_end.recv_bytes() == bytes);
    sender.join();
    server_end.send_bytes("");
    EXPECT_TRUE(client_end.poll_for(kLong));
    EXPECT_EQ(client_end.recv_bytes(), "");
    server_end.close();
    EXPECT_THROW((void)client_end.recv_bytes(), ipc::EndOfFile);
    EXPECT_EQ(error_of([&] {
                for (int i = 0; i < 1000; ++i) client_end.send_bytes("x");
              }),
              std::errc::broken_pipe);
  }

  static constexpr auto kPatience = 300ms;
  std::string folder_;
  std::optional<Listener> listener_;

 private:
  Watchdog watchdog_;
};
INSTANTIATE_TEST_SUITE_P(Every, ListenerTest, testing::Bool(), [](const auto& test) { return test.param ? "Unix" : "Tcp"; });

std::string read_some(const ipc::Descriptor& socket) {
  char bytes[256];
  const ssize_t size = ::recv(socket.get(), bytes, sizeof bytes, 0);
  return {bytes, size > 0 ? static_cast<std::size_t>(size) : 0};
}

void say(const ipc::Descriptor& socket, const std::string& bytes) { (void)::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

TEST_P(ListenerTest, P1_ConnectsWhoKnowsTheKeyAgainAndAgain) {
  for (int i = 0; i < 3; ++i) expect_good_client();
}

TEST_P(ListenerTest, ConnectsProcessesWithoutACommonParent) {
  ipc::Context context(ipc::StartMethod::spawn);
  const auto* local = std::get_if<UnixAddress>(&listener_->address());
  const int port = local == nullptr ? std::get<TcpAddress>(listener_->address()).port : 0;
  ipc::Process child = context.start("listener_client", local != nullptr ? local->path : std::string(), port, kKey);
  EXPECT_EQ(ipc::wait_any({listener_->descriptor()}), std::vector<std::size_t>{0});
  Connection client = listener_->accept();
  client.send_bytes("from afar");
  EXPECT_EQ(client.recv_bytes(), "from afar!");
  EXPECT_EQ(child.join(), 0);
}

TEST_P(ListenerTest, RefusesAWrongKeyOnBothSidesAndGoesOn) {
  std::error_code clients;
  EXPECT_EQ(accept_while([&] { clients = error_of([&] { (void)ipc::connect(listener_->address(), "open barley"); }); }),
            std::errc::permission_denied);
  EXPECT_EQ(clients, std::errc::permission_denied);
  expect_good_client();
}

TEST_P(ListenerTest, RefusesWhoSaysNothingInTimeAlsoOneByteAtATime) {
  const ipc::Descriptor silent = connect_barely();
  EXPECT_TRUE(gives_up(kPatience, [&] { return error_of([&] { (void)listener_->accept(); }) != std::errc::timed_out; }));
  if (!GetParam()) {
    EXPECT_EQ(accept_while([&] {
                const ipc::Descriptor slow = connect_barely();
                for (int i = 0; i < 40; ++i) {
                  say(slow, "x");
                  std::this_thread::sleep_for(20ms);
                }
              }),
              std::errc::timed_out);
  }
  expect_good_client();
}

TEST_P(ListenerTest, WhoIsSilentKeepsNobodyOut) {
  listener_.reset();
  listener_.emplace(fresh_address(), kKey, 30s);
  const ipc::Descriptor silent[] = {connect_barely(), connect_barely(), connect_barely()};
  expect_good_client();
  expect_good_client();
}

TEST_P(ListenerTest, ManyWhoAreSilentAreRefusedEachAndThenOthersComeIn) {
  constexpr int kMany = 100;  // more than shake hands at a time
  std::vector<ipc::Descriptor> silent;
  for (int i = 0; i < kMany; ++i) silent.push_back(connect_barely());
  auto client = std::async(std::launch::async, [&] { return ipc::connect(listener_->address(), kKey, 60s); });
  std::optional<Connection> server_end;
  int refused = 0;
  const auto accept = [&] { server_end.emplace(listener_->accept()); };
  while (!server_end) {
    if (const std::error_code error = error_of(accept)) {
      EXPECT_EQ(error, std::errc::timed_out);
      ++refused;
    }
  }
  EXPECT_GE(refused, 64);
  for (; refused < kMany; ++refused) EXPECT_EQ(error_of([&] { (void)listener_->accept(); }), std::errc::timed_out);
  client.get().send(1);
  EXPECT_EQ(server_end->recv<int>(), 1);
}

TEST_P(ListenerTest, WaitAnyTellsWhenAHandshakeGoesOnAndWhenItsTimeIsOver) {
  listener_.reset();
  listener_.emplace(fresh_address(), kKey, 2s);
  const ipc::Descriptor silent = connect_barely();
  expect_good_client();
  // Many at once: those who are not done when another is accepted must be told of.
  std::vector<std::future<Connection>> clients;
  std::vector<Connection> accepted;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::async(std::launch::async, [&] { return ipc::connect(listener_->address(), kKey, 60s); }));
  }
  std::error_code refused;
  while (accepted.size() < clients.size() || !refused) {
    ASSERT_EQ(ipc::wait_any({listener_->descriptor()}), std::vector<std::size_t>{0});
    if (const std::error_code error = error_of([&] { accepted.push_back(listener_->accept()); })) refused = error;
  }
  EXPECT_EQ(refused, std::errc::timed_out);
  for (auto& client : clients) client.get().send_bytes("x");
  for (Connection& one : accepted) EXPECT_EQ(one.recv_bytes(), "x");
}

TEST_P(ListenerTest, ThreadsAcceptBesideEachOther) {
  constexpr int kClients = 40;
  listener_.reset();
  listener_.emplace(fresh_address(), kKey, 2s);
  const ipc::Descriptor silent = connect_barely();
  std::atomic<int> served{0};
  std::atomic<int> refused{0};
  run_threads(8, [&](int index) {
    if (index < 4) {
      for (int i = 0; i < kClients / 4; ++i) EXPECT_EQ(ipc::connect(listener_->address(), kKey, 60s).recv<int>(), 7);
      return;
    }
    // As many calls as there are clients, and one for who is silent.
    for (int i = index == 4 ? -1 : 0; i < kClients / 4; ++i) {
      (error_of([&] { listener_->accept().send(7); }) ? refused : served) += 1;
    }
  });
  EXPECT_EQ(served, kClients);
  EXPECT_EQ(refused, 1);
}

TEST_P(ListenerTest, AForkedCopyAcceptsForItself) {
  const ipc::Descriptor silent = connect_barely();
  expect_good_client();
  Child copy([&] { return listener_->accept().recv<int>() == 3; });
  ipc::connect(listener_->address(), kKey).send(3);
  EXPECT_TRUE(copy.wait());
  EXPECT_EQ(ipc::wait_any({listener_->descriptor()}), std::vector<std::size_t>{0});
  EXPECT_EQ(error_of([&] { (void)listener_->accept(); }), std::errc::timed_out) << "who was silent here";
}

TEST_P(ListenerTest, RefusesWhoGoesOrTalksNonsense) {
  EXPECT_EQ(accept_while([&] { (void)connect_barely(); }), std::errc::connection_aborted);
  const auto error = accept_while([&] {
    const ipc::Descriptor socket = connect_barely();
    say(socket, std::string(100'000, 'x'));
    (void)read_some(socket);
    std::this_thread::sleep_for(100ms);
  });
  EXPECT_EQ(error, GetParam() ? std::errc::protocol_error : std::errc::permission_denied);
  expect_good_client();
}

TEST_P(ListenerTest, RefusesAReplay) {
  // A client with the key is overheard: its answer, to a challenge of ours, is what a thief repeats.
  auto heard = std::async(std::launch::async, [&] {
    const ipc::Descriptor socket = connect_barely();
    return read_some(socket);
  });
  EXPECT_EQ(error_of([&] { (void)listener_->accept(); }), std::errc::connection_aborted);
  const std::string first = heard.get();
  std::string second;
  EXPECT_EQ(accept_while([&] {
              const ipc::Descriptor socket = connect_barely();
              second = read_some(socket);
            }),
            std::errc::connection_aborted);
  ASSERT_EQ(first.size(), 40U);
  EXPECT_NE(first, second) << "every challenge is fresh, so no answer to an earlier one will do";
  EXPECT_EQ(first.substr(0, 8), second.substr(0, 8));
}

/// A false listener, which knows no key, for one client.
std::error_code client_of_false_listener(const std::string& path, const std::function<void(const ipc::Descriptor& client)>& act) {
  const ipc::Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(socket.get(), 1), 0);
  std::jthread listener([&] {
    const ipc::Descriptor client(::accept(socket.get(), nullptr, nullptr));
    act(client);
  });
  return error_of([&] { (void)ipc::connect(UnixAddress{path}, kKey, 300ms); });
}

TEST_P(ListenerTest, RefusesAnAnswerRecordedFromAClientAndAnAnswerThatIsReflected) {
  const std::string challenge = "PROBEREN" + std::string(32, 'n');
  std::string recorded;
  EXPECT_EQ(client_of_false_listener(folder_ + "/reflects",
                                     [&](const ipc::Descriptor& client) {
                                       say(client, challenge);
                                       recorded = read_some(client);
                                       say(client, recorded.substr(32));  // the client's own proof
                                       (void)read_some(client);
                                     }),
            std::errc::permission_denied);
  ASSERT_EQ(recorded.size(), 64U);
  EXPECT_EQ(accept_while([&] {
              const ipc::Descriptor socket = connect_barely();
              (void)read_some(socket);
              say(socket, recorded);
              (void)read_some(socket);
            }),
            std::errc::permission_denied);
  expect_good_client();
}

TEST_P(ListenerTest, AClientRefusesAListenerThatIsSilentOrIsNone) {
  EXPECT_EQ(client_of_false_listener(folder_ + "/silent", [](const ipc::Descriptor& client) { (void)read_some(client); }),
            std::errc::timed_out);
  EXPECT_EQ(client_of_false_listener(folder_ + "/nonsense", [](const ipc::Descriptor& client) { say(client, std::string(40, 'x')); }),
            std::errc::protocol_error);
  EXPECT_EQ(client_of_false_listener(folder_ + "/long", [](const ipc::Descriptor& client) { say(client, std::string(1000, 'x')); }),
            std::errc::protocol_error);
}

/// A false listener whose queue of clients is full.
class FullListener {
 public:
  explicit FullListener(const std::string& path) : local_(!path.empty()), socket_(make()) {
    if (local_) {
      local_address_.sun_family = AF_UNIX;
      path.copy(local_address_.sun_path, sizeof local_address_.sun_path - 1);
    } else {
      tcp_address_.sin_family = AF_INET;
      tcp_address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    EXPECT_EQ(::bind(socket_.get(), address(), size_), 0);
    EXPECT_EQ(::listen(socket_.get(), 0), 0);
    EXPECT_EQ(::getsockname(socket_.get(), address(), &size_), 0);
    for (int i = 0; i < 3; ++i) {
      clients_.push_back(make(SOCK_NONBLOCK));
      (void)::connect(clients_.back().get(), address(), size_);
    }
  }
  [[nodiscard]] ipc::Address name() const {
    if (local_) return UnixAddress{local_address_.sun_path};
    return TcpAddress{ntohs(tcp_address_.sin_port)};
  }
  /// Makes room, and says something that is no handshake to whoever comes, until `done()`.
  template <class Done>
  void talk_nonsense_until(Done done) {
    clients_.clear();
    while (!done()) {
      pollfd somebody{socket_.get(), POLLIN, 0};
      if (::poll(&somebody, 1, 1) != 1) continue;
      accepted_.emplace_back(::accept(socket_.get(), nullptr, nullptr));
      say(accepted_.back(), std::string(40, 'x'));
    }
  }

 private:
  [[nodiscard]] ipc::Descriptor make(int flags = 0) const {
    return ipc::Descriptor(::socket(local_ ? AF_UNIX : AF_INET, (local_ ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC | flags, 0));
  }
  [[nodiscard]] sockaddr* address() {
    return local_ ? reinterpret_cast<sockaddr*>(&local_address_) : reinterpret_cast<sockaddr*>(&tcp_address_);
  }

  bool local_;
  ipc::Descriptor socket_;
  sockaddr_un local_address_{};
  sockaddr_in tcp_address_{};
  socklen_t size_ = local_ ? sizeof local_address_ : sizeof tcp_address_;
  std::vector<ipc::Descriptor> clients_;
  std::vector<ipc::Descriptor> accepted_;
};

TEST_P(ListenerTest, AClientGivesUpInTimeWhereAListenerIsBehind) {
  const FullListener listener(GetParam() ? folder_ + "/full" : "");
  EXPECT_TRUE(gives_up(300ms, [&] { return error_of([&] { (void)ipc::connect(listener.name(), kKey, 300ms); }) != std::errc::timed_out; }));
}

TEST_P(ListenerTest, AClientWaitsForAListenerThatIsBehind) {
  FullListener listener(GetParam() ? folder_ + "/full" : "");
  auto client = std::async(std::launch::async, [&] { return error_of([&] { (void)ipc::connect(listener.name(), kKey, 60s); }); });
  EXPECT_EQ(client.wait_for(100ms), std::future_status::timeout);
  listener.talk_nonsense_until([&] { return client.wait_for(0s) == std::future_status::ready; });
  EXPECT_EQ(client.get(), std::errc::protocol_error);
}

TEST_P(ListenerTest, RefusesBadAddressesAndKeys) {
  EXPECT_THROW(Listener(UnixAddress{folder_ + "/" + std::string(200, 'x')}, kKey), std::invalid_argument);
  EXPECT_THROW((void)ipc::connect(UnixAddress{std::string(108, 'x')}, kKey), std::invalid_argument);
  EXPECT_THROW(Listener(UnixAddress{}, kKey), std::invalid_argument);
  EXPECT_THROW(Listener(fresh_address(), ""), std::invalid_argument);
  EXPECT_EQ(error_of([&] { const Listener second(listener_->address(), kKey); }), std::errc::address_in_use);
  EXPECT_EQ(error_of([&] { (void)ipc::connect(UnixAddress{folder_ + "/nobody"}, kKey); }), std::errc::no_such_file_or_directory);
  expect_good_client();
}

TEST_P(ListenerTest, ItsPathIsForItsUserAloneAndGoesWithIt) {
  if (!GetParam()) return;
  const std::string path = std::get<UnixAddress>(listener_->address()).path;
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  Listener moved = std::move(*listener_);
  listener_.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
  listener_.emplace(std::move(moved));
  listener_.reset();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_P(ListenerTest, AForkedCopyLeavesThePath) {
  if (!GetParam()) return;
  Child copy([&] {
    listener_.reset();
    return true;
  });
  EXPECT_TRUE(copy.wait());
  ASSERT_TRUE(std::filesystem::exists(std::get<UnixAddress>(listener_->address()).path));
  expect_good_client();
}

TEST_P(ListenerTest, ThePathOfALaterListenerStays) {
  if (!GetParam()) return;
  const std::string path = std::get<UnixAddress>(listener_->address()).path;
  std::filesystem::remove(path);
  Listener later(UnixAddress{path}, kKey, kPatience);
  listener_.reset();
  EXPECT_TRUE(std::filesystem::exists(path));
  listener_.emplace(std::move(later));
  expect_good_client();
}

TEST_P(ListenerTest, P7_SignalsDoNotDisturbAnAccept) {
  const CountSignals handler;
  Waiter waiter([&] { EXPECT_EQ(listener_->accept().recv_bytes(), "x"); });
  ASSERT_TRUE(waiter.waits());
  std::jthread later([&] {
    std::this_thread::sleep_for(100ms);
    ipc::connect(listener_->address(), kKey).send_bytes("x");
  });
  pester(waiter);
  let_handlers_run();
  EXPECT_GT(signals_handled, 3);
}

TEST_P(ListenerTest, AStreamThatEndsInsideAMessageOrClaimsAnAbsurdOneIsAnError) {
  if (GetParam()) return;
  for (const std::string& half : {std::string("\x05\0\0", 3), std::string("\x05\0\0\0\0\0\0\0abc", 11), std::string(8, '\xff')}) {
    auto client = std::async(std::launch::async, [&] { return ipc::connect(listener_->address(), kKey); });
    Connection server_end = listener_->accept();
    Connection client_end = client.get();
    ASSERT_EQ(::send(client_end.native_handle(), half.data(), half.size(), MSG_NOSIGNAL), static_cast<ssize_t>(half.size()));
    client_end.close();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(error_of([&] { (void)server_end.recv_bytes(); }), std::errc::protocol_error);
  }
  expect_good_client();
}

}  // namespace
}  // namespace proberen::test
