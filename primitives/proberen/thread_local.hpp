/// ThreadLocal<T>: an object that has a value of its own in each thread, after Python's threading.local.
///
/// A value is made at its thread's first touch and destroyed exactly once: when its thread exits or when the object ends, whichever comes
/// first. Unlike a `thread_local` variable it may be a member or live on the heap. A get() after the first is wait-free, about as fast as a
/// thread_local variable. After folly::ThreadLocal: a table for each thread, indexed by the number of the object; here a slot carries a tag
/// of 64 bits that no other object ever has, so a number that is used again never shows an old value.
///
/// - The object must not be used, or end, in one thread while it ends in another; threads may exit meanwhile. When the end returns, every
///   value has been destroyed: it waits for destructors that exiting threads are in (not for those that it was called from).
/// - Destructors of values run outside all locks, and see the slot empty. They may use this object (not from its own end) and others. What
///   they make as a thread exits is destroyed too, in up to PTHREAD_DESTRUCTOR_ITERATIONS rounds, or at last when its object ends.
/// - At a thread's exit its values go after its C++ thread_local objects. A main thread that returns from main does not exit in this sense:
///   its values go with their objects.
/// - After fork() the child has its own thread's values alone. Those of others are neither seen nor destroyed there, since their threads
///   may have been changing them: their memory is not given back.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "proberen/detail/native_locals.hpp"
#include "proberen/scope.hpp"

namespace proberen {

template <class T>
class ThreadLocal {
  static_assert(std::is_object_v<T> && !std::is_const_v<T> && std::is_nothrow_destructible_v<T>);

 public:
  static constexpr Scope kScope = Scope::kProcessPrivate;

  /// Values are value-initialized: `T()`.
  ThreadLocal() requires std::default_initializable<T> : object_(detail::local_registry.claim()) {}

  /// Values are what `factory()` returns, called in each thread at its first touch. Threads may call it at once.
  template <class Factory>
  requires(!std::same_as<std::remove_cvref_t<Factory>, ThreadLocal>) &&
      std::is_invocable_r_v<T, std::remove_cvref_t<Factory>&> explicit ThreadLocal(Factory&& factory)
      : factory_(std::forward<Factory>(factory)),
  object_(detail::local_registry.claim()) {}

  ThreadLocal(const ThreadLocal&) = delete;
  ThreadLocal& operator=(const ThreadLocal&) = delete;
  ~ThreadLocal() { detail::end_object(detail::local_registry, detail::local_table, object_); }

  /// This thread's value, made if there is none. Throws what the factory throws, which leaves no value; std::logic_error when the factory
  /// itself, in this thread, asks for the value that it is making; std::system_error when a value must be made inside a for_each() of this
  /// object, or when the process has no pthread key left; std::bad_alloc.
  T& get() {
    detail::LocalNode* const node = detail::local_table.find(object_.index, object_.tag);
    if (node == nullptr) [[unlikely]]
      return make();
    return value_of(node);
  }
  T& operator*() { return get(); }
  [[nodiscard]] T* operator->() { return &get(); }

  /// This thread's value, or null: makes none.
  [[nodiscard]] T* get_if() const noexcept {
    detail::LocalNode* const node = detail::local_table.find(object_.index, object_.tag);
    return node != nullptr ? &value_of(node) : nullptr;
  }
  [[nodiscard]] bool has_value() const noexcept { return get_if() != nullptr; }

  /// Destroys this thread's value; the next get() makes a new one. False when there was none. Throws std::system_error inside a for_each()
  /// of this object.
  bool reset() { return detail::local_table.remove(object_.index, object_.tag); }

  /// `function(T&)` for the value of every thread, in no promised order, under a lock that keeps all of them alive: no thread makes or
  /// destroys a value of this object meanwhile, at its exit neither, but threads go on using those that they have, so what `function` reads
  /// must be fit for that (an atomic, or guarded by a lock of its own). Inside `function`, making, resetting or visiting values of this
  /// object throws std::system_error (resource_deadlock_would_occur), and ending the object ends the program; waiting for a thread that
  /// first touches this object or exits is a deadlock. A child that `function` forks sees no further values. Takes as long as there are
  /// values.
  template <std::invocable<T&> Function>
  void for_each(Function&& function) {
    object_.cell->visit([&](detail::LocalNode* node) { std::invoke(function, value_of(node)); });
  }

 private:
  struct Node : detail::LocalNode {
    template <class Make>
    explicit Node(const Make& make_value)
        : LocalNode{.destroy = [](LocalNode* node) { delete static_cast<Node*>(node); }}, value(make_value()) {}
    T value;
  };

  static T& value_of(detail::LocalNode* node) noexcept { return static_cast<Node*>(node)->value; }

  [[gnu::noinline]] T& make() {
    return value_of(detail::local_table.add(object_, [this]() -> detail::LocalNode* {
      detail::leave_at_thread_exit();
      if constexpr (std::default_initializable<T>) {
        if (!factory_) return new Node([] { return T(); });
      }
      return new Node([this] { return factory_(); });
    }));
  }

  std::function<T()> factory_;
  detail::LocalHandle<NativePlatform> object_;
};

}  // namespace proberen
