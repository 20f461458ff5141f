#include "primitives/process/last_words.hpp"

#include <atomic>
#include <cstring>
#include <mutex>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "primitives/process/packet.hpp"
#include "primitives/process/system_call.hpp"

namespace proberen::ipc::detail {
namespace {

/// With its closing zero; not more than a page.
constexpr std::size_t kPageBytes = kMostLastWords + 1;

/// Pages that this process shares with the children that it forks, one for each, and that are used again: mapping one costs a fork more
/// than all else that is done for it.
class Pages {
 public:
  [[nodiscard]] char* take() {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) map_more();
    char* const taken = free_.back();
    free_.pop_back();
    return taken;
  }

  void give_back(char* taken) noexcept {
    // Something is in it only after an exception; else it need not be touched, and has no memory.
    if (*taken != '\0') std::memset(taken, 0, kPageBytes);
    const std::scoped_lock lock(mutex_);
    free_.push_back(taken);
  }

  [[nodiscard]] bool is_of_this_process() const noexcept { return owner_ == ::getpid(); }

 private:
  void map_more() {
    constexpr std::size_t kPage = 4096;
    constexpr std::size_t kPages = 16;
    static_assert(kPageBytes <= kPage);
    mapped_ += kPages;
    free_.reserve(mapped_);  // so that giving back needs no memory
    void* const mapped = ::mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw_errno("cannot share memory with a process");
    for (std::size_t i = kPages; i-- > 0;) free_.push_back(static_cast<char*>(mapped) + i * kPage);
  }

  const pid_t owner_ = ::getpid();
  std::mutex mutex_;
  std::size_t mapped_ = 0;
  std::vector<char*> free_;
};

/// Leaked, so that it outlives every Process; and again in a copy of the process, which shares the old one's pages and must not give them
/// to children of its own.
Pages& pages() {
  static std::atomic<Pages*> known{new Pages};
  Pages* current = known.load(std::memory_order_acquire);  // (1)
  while (!current->is_of_this_process()) {
    auto* const fresh = new Pages;
    // (1) release: whoever sees the new one sees it made
    if (known.compare_exchange_strong(current, fresh, std::memory_order_release, std::memory_order_acquire)) return *fresh;
    delete fresh;
  }
  return *current;
}

/// Where this process's own last words go.
struct Place {
  /// Who was told: a copy that it forks later is another process, and its words are nobody's.
  pid_t speaker = -1;
  char* page = nullptr;
  int file = -1;
  std::size_t words_at = 0;
  int socket_of_server = -1;
};
Place place;

}  // namespace

void LastWords::GiveBack::operator()(char* taken) const noexcept { pages().give_back(taken); }

LastWords LastWords::in_memory() {
  LastWords words;
  words.page_.reset(pages().take());
  return words;
}

LastWords LastWords::in_file(Descriptor descriptor, std::size_t arguments_size) {
  LastWords words;
  words.file_ = std::move(descriptor);
  words.arguments_size_ = arguments_size;
  return words;
}

void LastWords::leave_here() const { place = {.speaker = ::getpid(), .page = page_.get()}; }

std::string LastWords::read() const {
  if (page_) return std::string(page_.get(), ::strnlen(page_.get(), kMostLastWords));
  std::string text(kMostLastWords, '\0');
  if (!file_) return {};
  const ssize_t size = resumed([&] { return ::pread(file_.get(), text.data(), text.size(), static_cast<off_t>(arguments_size_)); });
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

void leave_in_file(int descriptor, std::size_t arguments_size) {
  place = {.speaker = ::getpid(), .file = descriptor, .words_at = arguments_size};
}

void leave_on_socket(int descriptor) { place = {.speaker = ::getpid(), .socket_of_server = descriptor}; }

void say_last_words(std::string_view text) noexcept {
  if (place.speaker != ::getpid()) return;
  text = text.substr(0, kMostLastWords);
  if (place.page != nullptr) std::memcpy(place.page, text.data(), text.size());
  if (place.file >= 0) {
    (void)!resumed([&] { return ::pwrite(place.file, text.data(), text.size(), static_cast<off_t>(place.words_at)); });
  }
  if (place.socket_of_server >= 0) send_report(place.socket_of_server, {Report::Kind::kThrew, 0}, {}, text);
}

}  // namespace proberen::ipc::detail
