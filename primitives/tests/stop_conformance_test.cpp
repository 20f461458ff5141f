// A stop ends every blocking call, before it, while it waits and whenever it comes, and loses nothing.
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include <gtest/gtest.h>

#include "primitives/tests/support/error_of.hpp"
#include "primitives/tests/support/signals.hpp"
#include "primitives/tests/support/threads.hpp"
#include "primitives/tests/support/watchdog.hpp"
#include "proberen/ipc/connection.hpp"
#include "proberen/ipc/listener.hpp"
#include "proberen/ipc/lock.hpp"
#include "proberen/ipc/priority_queue.hpp"
#include "proberen/ipc/queue.hpp"
#include "proberen/ipc/result_stream.hpp"
#include "proberen/ipc/shared_memory.hpp"
#include "proberen/ipc/wait_any.hpp"
#include "proberen/lifo_queue.hpp"
#include "proberen/lock.hpp"
#include "proberen/priority_queue.hpp"
#include "proberen/queue.hpp"
#include "proberen/rlock.hpp"
#include "proberen/semaphore.hpp"
#include "proberen/thread_pool.hpp"
#include "proberen/timer.hpp"

namespace proberen::test {
namespace {

/// A call that waits for what never comes: whether the stop ended it.
struct Call {
  std::string name;
  std::function<bool(std::stop_token)> stopped;
};

template <class AnyLock>
bool lock_stopped(const std::stop_token& token) {
  AnyLock lock;
  std::jthread holder([&] { EXPECT_TRUE(lock.try_lock()); });
  holder.join();
  const bool stopped = !lock.lock(token) && !lock.acquire(token);
  return stopped && lock.locked();
}

template <class AnySemaphore>
bool semaphore_stopped(const std::stop_token& token) {
  AnySemaphore semaphore(1);
  return semaphore.acquire(token) && !semaphore.acquire(token) && semaphore.value() == 0;
}

template <class AnyQueue>
bool get_stopped(const std::stop_token& token) {
  AnyQueue queue(1);
  return queue.get(token).status() == QueueStatus::stopped && queue.put(1) == QueueStatus::ok && *queue.get(token) == 1;
}
template <class AnyQueue>
bool put_stopped(const std::stop_token& token) {
  AnyQueue queue(1);
  const int second = 2;
  return queue.put(1, token) == QueueStatus::ok && queue.put(second, token) == QueueStatus::stopped && queue.size() == 1;
}
template <class AnyQueue>
bool join_stopped(const std::stop_token& token) {
  AnyQueue queue;
  return queue.put(1) == QueueStatus::ok && !queue.join(token) && !queue.task_done() && queue.join(token);
}

template <ipc::PipeTransport kTransport>
bool recv_stopped(const std::stop_token& token) {
  auto [here, there] = ipc::pipe({.transport = kTransport});
  const bool stopped = !there.recv<int>(token);
  here.send(7);
  return stopped && there.recv<int>(token) == 7;
}
template <ipc::PipeTransport kTransport>
bool poll_stopped(const std::stop_token& token) {
  auto [here, there] = ipc::pipe({.transport = kTransport});
  return !there.poll(token) && ipc::wait_any({there}, token).empty();
}
/// Every message that was said to be sent arrives, and no other.
template <ipc::PipeTransport kTransport, std::size_t kBytes>
bool send_stopped(const std::stop_token& token) {
  auto [here, there] = ipc::pipe({.transport = kTransport});
  const std::string bytes(kBytes, 'x');
  std::size_t sent = 0;
  while (here.send_bytes(bytes, token)) ++sent;
  for (std::size_t received = 0; received < sent; ++received) {
    if (there.recv_bytes() != bytes) return false;
  }
  return sent > 0 && !there.poll() && here.send_bytes("last", token) && there.recv_bytes() == "last";
}

std::pair<ipc::Connection, ipc::Connection> connect_by_tcp() {
  ipc::Listener listener(ipc::TcpAddress{}, "key");
  std::optional<ipc::Connection> client;
  std::jthread connecting([&] { client = ipc::connect(listener.address(), "key"); });
  ipc::Connection server = listener.accept();
  connecting.join();
  return {*std::move(client), std::move(server)};
}

bool tcp_recv_stopped(const std::stop_token& token) {
  auto [here, there] = connect_by_tcp();
  const bool stopped = !there.recv_bytes(token);
  here.send_bytes("late");
  return stopped && there.recv_bytes(token) == "late";
}
/// A stop waits for a message of which a part has gone: so there is one that reads, once.
bool tcp_send_stopped(const std::stop_token& token) {
  auto [here, there] = connect_by_tcp();
  const std::string bytes(100'000, 'x');
  std::size_t sent = 0;
  std::jthread reader([&, &end = there](const std::stop_token& done) {
    std::size_t received = 0;
    for (; !done.stop_requested() || received < sent; ++received) {
      if (!token.stop_requested()) {
        std::this_thread::sleep_for(1ms);
        --received;
        continue;
      }
      if (!end.poll_for(10ms)) {
        --received;
        continue;
      }
      EXPECT_EQ(end.recv_bytes(), bytes);
    }
  });
  while (here.send_bytes(bytes, token)) ++sent;
  reader.request_stop();
  reader.join();
  return sent > 0 && !there.poll();
}

bool accept_stopped(const std::stop_token& token) {
  ipc::Listener listener(ipc::TcpAddress{}, "key");
  return !listener.accept(token);
}
/// Nobody accepts: the listener's side of the handshake does not come.
bool connect_stopped(const std::stop_token& token) {
  const ipc::Listener listener(ipc::TcpAddress{}, "key");
  return !ipc::connect(listener.address(), "key", token, std::chrono::hours(1));
}

bool timer_stopped(const std::stop_token& token) {
  Timer timer(kLong, [] {});
  timer.start();
  return !timer.join(token) && timer.is_active();
}

bool result_stopped(const std::stop_token& token) {
  Semaphore go_on(0);
  ThreadPool pool(1);
  const auto result = pool.apply_async([&] { return go_on.acquire() ? 5 : 0; });
  auto stream = pool.imap([](int x) { return x; }, std::vector{1});
  const bool stopped = !result.get(token) && !result.wait(token);
  const bool none = error_of([&] { (void)stream.next(token); }) == std::errc::operation_canceled;
  (void)go_on.release();
  return stopped && none && result.get() == 5 && stream.next() == 1;
}
bool pool_stopped(const std::stop_token& token) {
  Semaphore go_on(0);
  ThreadPool pool(2);
  const auto result = pool.apply_async([&] { return go_on.acquire(); });
  pool.close();
  const bool stopped = !pool.join(token);
  (void)go_on.release();
  pool.join();
  return stopped && result.get() && pool.join(token);
}

bool ipc_priority_queue_stopped(const std::stop_token& token) {
  const ipc::PriorityQueue<int> queue(1);
  const bool none = queue.get(token).status() == QueueStatus::stopped;
  const bool full = queue.put(1, 5, token) == QueueStatus::ok && queue.put(2, 9, token) == QueueStatus::stopped;
  return none && full && queue.get(token)->priority == 5;
}

std::vector<Call> calls() {
  using ipc::PipeTransport;
  std::vector<Call> all{
      {"Lock", lock_stopped<Lock>},
      {"RLock", lock_stopped<RLock>},
      {"PlainLock", lock_stopped<ipc::PlainLock>},
      {"Semaphore", semaphore_stopped<Semaphore>},
      {"BoundedSemaphore", semaphore_stopped<BoundedSemaphore>},
      {"IpcSemaphore", semaphore_stopped<ipc::Semaphore>},
      {"QueueGet", get_stopped<Queue<int>>},
      {"QueuePut", put_stopped<Queue<int>>},
      {"QueueJoin", join_stopped<Queue<int>>},
      {"LifoQueueGet", get_stopped<LifoQueue<int>>},
      {"LifoQueuePut", put_stopped<LifoQueue<int>>},
      {"PriorityQueueJoin", join_stopped<PriorityQueue<int>>},
      {"IpcQueueGet", get_stopped<ipc::Queue<int>>},
      {"IpcQueuePut", put_stopped<ipc::Queue<int>>},
      {"IpcPriorityQueue", ipc_priority_queue_stopped},
      {"PacketRecv", recv_stopped<PipeTransport::socket>},
      {"PacketPoll", poll_stopped<PipeTransport::socket>},
      {"PacketSend", send_stopped<PipeTransport::socket, 100>},
      {"PacketSendLarge", send_stopped<PipeTransport::socket, 100'000>},
      {"RingRecv", recv_stopped<PipeTransport::shared_memory>},
      {"RingPoll", poll_stopped<PipeTransport::shared_memory>},
      {"RingSend", send_stopped<PipeTransport::shared_memory, 100>},
      {"RingSendLarge", send_stopped<PipeTransport::shared_memory, 100'000>},
      {"TcpRecv", tcp_recv_stopped},
      {"TcpSend", tcp_send_stopped},
      {"Accept", accept_stopped},
      {"Connect", connect_stopped},
      {"TimerJoin", timer_stopped},
      {"Result", result_stopped},
      {"PoolJoin", pool_stopped},
  };
#ifndef __SANITIZE_THREAD__  // it does not look after threads that it has not seen begin
  all.push_back({"RobustLock", [](const std::stop_token& token) {
                   ipc::Lock lock;
                   std::jthread holder([&](const std::stop_token& done) {
                     EXPECT_TRUE(lock.try_lock());
                     while (!done.stop_requested()) std::this_thread::sleep_for(1ms);
                     lock.unlock();
                   });
                   while (!lock.locked()) std::this_thread::sleep_for(1ms);
                   const bool stopped = lock.acquire(token) == ipc::RobustStatus::stopped && !lock.lock(token);
                   holder = {};
                   return stopped && lock.lock(token) && !lock.release();
                 }});
#endif
  return all;
}

class StopTest : public testing::TestWithParam<Call> {
 private:
  Watchdog watchdog_;
};
INSTANTIATE_TEST_SUITE_P(Every, StopTest, testing::ValuesIn(calls()), [](const auto& test) { return test.param.name; });

TEST_P(StopTest, EndsACallThatWaits) {
  std::stop_source source;
  bool stopped = false;
  Waiter waiter([&] { stopped = GetParam().stopped(source.get_token()); });
  EXPECT_TRUE(waiter.waits());
  source.request_stop();
  waiter.join();
  EXPECT_TRUE(stopped);
}

TEST_P(StopTest, RequestedBeforeTheCallDoesNotWait) {
  std::stop_source source;
  source.request_stop();
  EXPECT_TRUE(GetParam().stopped(source.get_token()));
}

TEST_P(StopTest, IsHeededWheneverItComes) {
  for (int round = 0; round < scaled(50); ++round) {
    std::stop_source source;
    std::jthread waiter([&] { EXPECT_TRUE(GetParam().stopped(source.get_token())); });
    std::this_thread::sleep_for(std::chrono::microseconds(round * 3));
    source.request_stop();
  }
}

TEST_P(StopTest, EndsACallThatSignalsInterrupt) {
  const CountSignals handled;
  std::stop_source source;
  bool stopped = false;
  Waiter waiter([&] {
    stopped = GetParam().stopped(source.get_token());
    let_handlers_run();
  });
  EXPECT_TRUE(waiter.waits());
  for (int count = 0; count < 20; ++count) {
    ::pthread_kill(waiter.handle(), SIGUSR1);
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_FALSE(waiter.done());
  source.request_stop();
  waiter.join();
  EXPECT_TRUE(stopped);
  EXPECT_GT(signals_handled, 0);
}

}  // namespace
}  // namespace proberen::test
