/// Relacy's headers, without the macros that they leave behind. Everything of Relacy that we use is used through this header.
#pragma once

#include <atomic>
#include <memory>
#include <ostream>
#include <source_location>
#include <string>
#include <vector>

#include <relacy/relacy.hpp>

#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno
#undef VAR
#undef VAR_T
#undef TLS_T
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdollar-in-identifier-extension"
#endif
#undef $
#ifdef __clang__
#pragma clang diagnostic pop
#endif
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst

namespace proberen::relacy {

/// Relacy replaces the global operator new while its context is set, and takes memory that is kept from one execution to the next for a
/// leak. So the context is set only while Relacy itself runs: code under check, and ours, allocate as usual.
class Inside {
 public:
  Inside();
  ~Inside() { rl::context_holder<>::instance_ = nullptr; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  rl::context* operator->() const { return rl::context_holder<>::instance_; }
};

/// The way back, for what Relacy calls.
class Outside {
 public:
  Outside() : context_(rl::context_holder<>::instance_) { rl::context_holder<>::instance_ = nullptr; }
  ~Outside() { rl::context_holder<>::instance_ = context_; }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

 private:
  rl::context* context_;
};

inline rl::debug_info info_of(const std::source_location& site) { return {site.function_name(), site.file_name(), site.line()}; }

}  // namespace proberen::relacy
