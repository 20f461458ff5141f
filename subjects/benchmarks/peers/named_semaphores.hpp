/// The named semaphore of others: sem_open(3).
#pragma once

#include <fcntl.h>
#include <semaphore.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace proberen::benchmarks::peers {

class PosixNamedSemaphore {
 public:
  PosixNamedSemaphore(const std::string& name, unsigned units)
      : semaphore_(::sem_open(("/" + name).c_str(), O_CREAT | O_EXCL, 0600, units)) {
    if (semaphore_ == SEM_FAILED) throw std::system_error(errno, std::generic_category(), "sem_open");
  }
  ~PosixNamedSemaphore() { ::sem_close(semaphore_); }
  PosixNamedSemaphore(const PosixNamedSemaphore&) = delete;
  PosixNamedSemaphore& operator=(const PosixNamedSemaphore&) = delete;

  static void remove(const std::string& name) { ::sem_unlink(("/" + name).c_str()); }
  void acquire() {
    while (::sem_wait(semaphore_) != 0) {
    }
  }
  void release() { ::sem_post(semaphore_); }

 private:
  sem_t* semaphore_;
};

}  // namespace proberen::benchmarks::peers
