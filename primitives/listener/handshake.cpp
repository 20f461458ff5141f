#include "primitives/listener/handshake.hpp"

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <tuple>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "primitives/process/poll.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

constexpr std::array<char, 8> kGreeting{'P', 'R', 'O', 'B', 'E', 'R', 'E', 'N'};

struct Challenge {
  std::array<char, 8> greeting = kGreeting;
  Bytes32 nonce{};
};
struct Answer {
  Bytes32 nonce;
  Bytes32 proof;
};
static_assert(sizeof(Challenge) == 40 && sizeof(Answer) == 64, "the wire's format has no gaps");

Bytes32 random_nonce() {
  Bytes32 nonce;
  if (resumed([&] { return ::getrandom(nonce.data(), nonce.size(), 0); }) != static_cast<ssize_t>(nonce.size())) {
    throw_errno("cannot get random bytes");
  }
  return nonce;
}

enum class Role { kListener, kClient };

Bytes32 proof_of(Role role, std::string_view key, const Bytes32& listeners, const Bytes32& clients) {
  std::string text = role == Role::kListener ? "listener" : "client";
  for (const Bytes32* nonce : {&listeners, &clients}) text.append(reinterpret_cast<const char*>(nonce->data()), nonce->size());
  Bytes32 proof{};
  unsigned size = 0;
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             proof.data(), &size) == nullptr ||
      size != proof.size()) {
    throw_error(EIO, "libcrypto cannot compute HMAC-SHA256");
  }
  return proof;
}

void expect(const Bytes32& proof, const Bytes32& right) {
  if (::CRYPTO_memcmp(proof.data(), right.data(), right.size()) != 0) throw_error(EACCES, "the other side does not know the key");
}

template <class T>
void say(int socket, const T& what) {
  // So little fits into an empty socket, at once and whole.
  const ssize_t size = resumed([&] { return ::send(socket, &what, sizeof what, MSG_NOSIGNAL | MSG_DONTWAIT); });
  if (size < 0) throw_error(errno == EPIPE || errno == ECONNRESET ? ECONNABORTED : errno, "cannot answer the other side");
  if (size != static_cast<ssize_t>(sizeof what)) throw_error(EPROTO, "cannot answer the other side at once");
}

/// Reads what is there of one packet, or of as many pieces as a stream brings it in: whether it is whole. `bytes` has room for one byte too
/// many, since a longer packet must be seen to be longer.
bool hear_some(int socket, int refusal, std::span<char> bytes, std::size_t& done) {
  const std::size_t size = bytes.size() - 1;
  int type = 0;
  socklen_t type_size = sizeof type;
  (void)::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_size);
  const std::size_t room = type == SOCK_SEQPACKET ? size + 1 : size;
  while (done < size) {
    const ssize_t count = resumed([&] { return ::recv(socket, bytes.data() + done, room - done, MSG_DONTWAIT); });
    if (count < 0 && errno == EAGAIN) return false;
    if (count == 0 || (count < 0 && errno == ECONNRESET))
      throw_error(refusal, "the other side went while we shook hands: is the key right?");
    if (count < 0) throw_errno("cannot hear the other side");
    done += static_cast<std::size_t>(count);
    if (type == SOCK_SEQPACKET && done != size) throw_error(EPROTO, "the other side says something that is no handshake");
  }
  return true;
}

template <class T>
T hear(int socket, int refusal, Deadline deadline) {
  char bytes[sizeof(T) + 1];
  std::size_t done = 0;
  while (!hear_some(socket, refusal, bytes, done)) {
    if (!readable_by(socket, deadline)) throw_error(ETIMEDOUT, "the other side did not prove in time that it knows the key");
  }
  T what;
  std::memcpy(&what, bytes, sizeof what);
  return what;
}

}  // namespace

void shake_hands(int socket, std::string_view key, Deadline deadline) {
  const auto challenge = hear<Challenge>(socket, ECONNABORTED, deadline);
  if (challenge.greeting != kGreeting) throw_error(EPROTO, "the other side says something that is no handshake");
  const Bytes32 nonce = random_nonce();
  say(socket, Answer{nonce, proof_of(Role::kClient, key, challenge.nonce, nonce)});
  expect(hear<Bytes32>(socket, EACCES, deadline), proof_of(Role::kListener, key, challenge.nonce, nonce));
}

Welcome::Welcome(Descriptor socket) : socket_(std::move(socket)), nonce_(random_nonce()) { say(socket_.get(), Challenge{.nonce = nonce_}); }

bool Welcome::step(std::string_view key) {
  static_assert(std::tuple_size_v<decltype(heard_)> == sizeof(Answer) + 1);
  if (!hear_some(socket_.get(), ECONNABORTED, heard_, heard_size_)) return false;
  Answer answer;
  std::memcpy(&answer, heard_.data(), sizeof answer);
  expect(answer.proof, proof_of(Role::kClient, key, nonce_, answer.nonce));
  say(socket_.get(), proof_of(Role::kListener, key, nonce_, answer.nonce));
  return true;
}

}  // namespace proberen::ipc::detail
