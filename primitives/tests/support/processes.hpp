/// Processes for tests: children of a fork, and memory that they share with their parent.
#pragma once

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

namespace proberen::test {

/// A page of memory of its own, shared with the children that are forked after it was made.
class Page {
 public:
  Page() : address_(::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (address_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  ~Page() { ::munmap(address_, kSize); }
  [[nodiscard]] void* address() const { return address_; }

 private:
  static constexpr std::size_t kSize = 4096;
  void* address_;
};

/// One object in a page of its own.
template <class T>
class Shared {
 public:
  template <class... Arguments>
  explicit Shared(Arguments&&... arguments) : object_(new (page_.address()) T(std::forward<Arguments>(arguments)...)) {
    static_assert(sizeof(T) <= 4096);
  }
  ~Shared() { std::destroy_at(object_); }
  T* operator->() { return object_; }
  T& operator*() { return *object_; }

 private:
  Page page_;
  T* object_;
};

/// A forked child that runs `body()`, which says whether all is well. It may not outlive two minutes, nor the thread that made it.
class Child {
 public:
  template <class Body>
  explicit Child(Body body) : id_(::fork()) {
    if (id_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (id_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGALRM, SIG_DFL);
    ::alarm(120);
    bool well = false;
    try {
      well = body();
    } catch (const std::exception&) {
    }
    ::_exit(well ? 0 : 1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ == 0) return;
    ::kill(id_, SIGKILL);
    (void)wait();
  }

  [[nodiscard]] pid_t id() const { return id_; }

  /// Waits for the end of the child: whether its body ran to the end and said that all is well.
  [[nodiscard]] bool wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) == -1 && errno == EINTR) {
    }
    id_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  /// As wait(), but gives up, and is false, when `patience` has passed.
  [[nodiscard]] bool wait_for(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (siginfo_t ended{}; std::chrono::steady_clock::now() < end; ::usleep(200)) {
      const bool known = ::waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0;
      if (known && ended.si_pid == id_) return wait();
    }
    return false;
  }

 private:
  pid_t id_;
};

}  // namespace proberen::test
