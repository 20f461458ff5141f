/// What the tests of connections share: messages that tell whether they are whole, and how calls fail.
#pragma once

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

#include "primitives/tests/support/error_of.hpp"
#include "proberen/ipc/connection.hpp"

namespace proberen::test {

inline auto every_transport() { return testing::Values(ipc::PipeTransport::socket, ipc::PipeTransport::shared_memory); }
inline std::string transport_name(const testing::TestParamInfo<ipc::PipeTransport>& test) {
  return test.param == ipc::PipeTransport::socket ? "Socket" : "SharedMemory";
}

/// Bytes that depend on their place and on `seed`.
inline std::string pattern(std::size_t size, std::size_t seed) {
  std::string bytes(size, '\0');
  std::uint64_t state = seed * 0x9e3779b97f4a7c15 + 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<char>(state >> 56);
  }
  return bytes;
}

/// The `number`th message of a writer. Lengths vary; every thousandth is too long for a packet or a ring.
inline std::string numbered_message(int writer, int number) {
  const std::int32_t head[] = {writer, number};
  const std::size_t tail = number % 1000 == 999 ? 40'000 : static_cast<std::size_t>(number * 7 % 120);
  std::string message(sizeof head + tail, static_cast<char>(writer * 31 + number));
  std::memcpy(message.data(), head, sizeof head);
  return message;
}

inline std::atomic<int> messages_noted{0};

/// Whether a message is one of numbered_message(), and comes after those of the same writer in `last`; notes it there.
inline void check_and_note(const std::string& message, std::vector<int>& last) {
  std::int32_t head[2] = {-1, -1};
  ASSERT_GE(message.size(), sizeof head);
  std::memcpy(head, message.data(), sizeof head);
  ASSERT_TRUE(head[0] >= 0 && static_cast<std::size_t>(head[0]) < last.size());
  ASSERT_TRUE(message == numbered_message(head[0], head[1]));
  int& before = last[static_cast<std::size_t>(head[0])];
  ASSERT_GT(head[1], before);
  before = head[1];
  messages_noted.fetch_add(1, std::memory_order_relaxed);
}

template <class Duration, class Wait>
bool gives_up(Duration timeout, Wait wait) {
  const auto begin = std::chrono::steady_clock::now();
  return !wait() && std::chrono::steady_clock::now() - begin >= timeout;
}

inline int count_open() {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

/// This process may have no descriptor numbers from `limit` on, for as long as the object lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(int limit) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{static_cast<rlim_t>(limit), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace proberen::test
