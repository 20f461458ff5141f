#include "primitives/process/last_words.hpp"

#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// With its closing zero; not more than a page.
constexpr std::size_t kPageBytes = kMostLastWords + 1;

char* page = nullptr;
int file = -1;
std::size_t words_at = 0;
int socket_of_server = -1;

void forget_places() {
  page = nullptr;
  file = -1;
  socket_of_server = -1;
}

}  // namespace

void LastWords::Unmap::operator()(char* mapped) const noexcept { ::munmap(mapped, kPageBytes); }

LastWords LastWords::in_memory() {
  void* const mapped = ::mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw_errno("cannot share memory with a process");
  LastWords words;
  words.page_.reset(static_cast<char*>(mapped));
  return words;
}

LastWords LastWords::in_file(Descriptor descriptor, std::size_t arguments_size) {
  LastWords words;
  words.file_ = std::move(descriptor);
  words.arguments_size_ = arguments_size;
  return words;
}

void LastWords::leave_here() const {
  forget_places();
  page = page_.get();
}

std::string LastWords::read() const {
  if (page_) return std::string(page_.get(), ::strnlen(page_.get(), kMostLastWords));
  std::string text(kMostLastWords, '\0');
  if (!file_) return {};
  const ssize_t size = resumed([&] { return ::pread(file_.get(), text.data(), text.size(), static_cast<off_t>(arguments_size_)); });
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

void leave_in_file(int descriptor, std::size_t arguments_size) {
  forget_places();
  file = descriptor;
  words_at = arguments_size;
}

void leave_on_socket(int descriptor) {
  forget_places();
  socket_of_server = descriptor;
}

void say_last_words(std::string_view text) noexcept {
  text = text.substr(0, kMostLastWords);
  if (page != nullptr) std::memcpy(page, text.data(), text.size());
  if (file >= 0) (void)!resumed([&] { return ::pwrite(file, text.data(), text.size(), static_cast<off_t>(words_at)); });
  if (socket_of_server >= 0) {
    const Report report{Report::Kind::kThrew, 0};
    send_packet(socket_of_server, {reinterpret_cast<const char*>(&report), sizeof report}, text, {});
  }
}

}  // namespace proberen::ipc::detail
