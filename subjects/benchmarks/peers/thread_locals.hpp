/// Per-thread values by other means, each with `long& get()`.
#pragma once

#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <unordered_map>

#include <pthread.h>

namespace proberen::benchmarks::peers {

/// A variable: one for the whole program, never a member. In this very program, so that its address is a constant offset.
class Variable {
 public:
  long& get() { return value_; }

 private:
  static inline thread_local long value_ = 0;
};

/// pthread_getspecific, the value made at first touch.
class PthreadKey {
 public:
  PthreadKey() {
    const int error = ::pthread_key_create(&key_, [](void* value) { delete static_cast<long*>(value); });
    if (error != 0) throw std::system_error(error, std::generic_category(), "pthread_key_create");
  }
  ~PthreadKey() {
    delete static_cast<long*>(::pthread_getspecific(key_));
    ::pthread_key_delete(key_);
  }
  PthreadKey(const PthreadKey&) = delete;
  PthreadKey& operator=(const PthreadKey&) = delete;

  long& get() {
    void* const value = ::pthread_getspecific(key_);
    if (value == nullptr) [[unlikely]]
      return make();
    return *static_cast<long*>(value);
  }

 private:
  [[gnu::noinline]] long& make() {
    auto* const value = new long(0);
    ::pthread_setspecific(key_, value);
    return *value;
  }

  pthread_key_t key_{};
};

/// A map from threads to values under a lock that readers share.
class LockedMap {
 public:
  long& get() {
    {
      const std::shared_lock guard(mutex_);
      if (const auto found = values_.find(std::this_thread::get_id()); found != values_.end()) return found->second;
    }
    const std::lock_guard guard(mutex_);
    return values_[std::this_thread::get_id()];
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::thread::id, long> values_;
};

}  // namespace proberen::benchmarks::peers
