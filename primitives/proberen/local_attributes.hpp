/// LocalAttributes: names with values of any type, for each thread its own, after the attributes of Python's threading.local.
///
///   proberen::LocalAttributes local;
///   local["x"] = 1;                   // in this thread; other threads have no "x"
///   int x = local["x"];               // throws std::out_of_range where the thread has no "x"
#pragma once

#include <any>
#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "proberen/thread_local.hpp"

namespace proberen {

/// An attribute was asked for as another type than it has. Its text names the attribute.
class AttributeTypeError : public std::bad_any_cast {
 public:
  explicit AttributeTypeError(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// The attributes of one thread: a map from names to values of any copyable type. Text that is not yet a std::string becomes one.
class Attributes {
 public:
  /// One attribute by its name, there or not; for immediate use.
  class Reference {
   public:
    Reference(Attributes& attributes, std::string_view name) : attributes_(attributes), name_(name) {}

    /// Sets the attribute, whatever it was.
    template <class V>
    requires(!std::same_as<std::remove_cvref_t<V>, Reference>) Reference& operator=(V&& value) {
      attributes_.set(name_, std::forward<V>(value));
      return *this;
    }
    /// As Python's `local.x = local.y`: the other attribute's value. Throws std::out_of_range when there is none.
    Reference& operator=(const Reference& other) {
      std::any copy = other.attributes_.existing(other.name_);
      attributes_.values_.insert_or_assign(std::string(name_), std::move(copy));
      return *this;
    }
    Reference(const Reference&) = default;
    ~Reference() = default;

    /// As get<V>().
    template <class V>
    operator V() const {
      return attributes_.get<V>(name_);
    }

   private:
    Attributes& attributes_;
    std::string_view name_;
  };

  [[nodiscard]] Reference operator[](std::string_view name) { return {*this, name}; }

  template <class V>
  void set(std::string_view name, V&& value) {
    static_assert(!std::same_as<std::remove_cvref_t<V>, std::nullptr_t>,
                  "a null pointer is no string: erase the attribute, or give it a value");
    if constexpr (std::convertible_to<V, std::string_view>) {
      values_.insert_or_assign(std::string(name), std::any(std::string(std::string_view(value))));
    } else {
      values_.insert_or_assign(std::string(name), std::any(std::forward<V>(value)));
    }
  }

  /// Throws std::out_of_range, which names the attribute, when it is not set; AttributeTypeError when its type is not exactly V.
  template <class V>
  [[nodiscard]] V& get(std::string_view name) {
    std::any& value = existing(name);
    if (V* const typed = std::any_cast<V>(&value)) return *typed;
    throw AttributeTypeError("attribute '" + std::string(name) + "' is of type " + value.type().name() + ", not " + typeid(V).name());
  }
  /// Null when the attribute is not set, or its type is not exactly V.
  template <class V>
  [[nodiscard]] V* get_if(std::string_view name) noexcept {
    const auto found = values_.find(name);
    return found != values_.end() ? std::any_cast<V>(&found->second) : nullptr;
  }

  [[nodiscard]] bool contains(std::string_view name) const noexcept { return values_.contains(name); }
  /// False when the attribute was not set.
  bool erase(std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end()) return false;
    values_.erase(found);
    return true;
  }
  void clear() noexcept { values_.clear(); }
  /// In alphabetical order.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, value] : values_) names.push_back(name);
    return names;
  }

 private:
  std::any& existing(std::string_view name) {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::out_of_range("attribute '" + std::string(name) + "' is not set in this thread");
    return found->second;
  }

  std::map<std::string, std::any, std::less<>> values_;
};

/// The calling thread's Attributes. Everything that is said of ThreadLocal holds.
class LocalAttributes {
 public:
  LocalAttributes() = default;
  /// `initialize(Attributes&)` is called in each thread, at its first touch, as the constructor of a subclass of threading.local is.
  template <std::invocable<Attributes&> Initialize>
  requires(!std::same_as<std::remove_cvref_t<Initialize>, LocalAttributes>) explicit LocalAttributes(Initialize initialize)
      : attributes_([initialize = std::move(initialize)]() mutable {
          Attributes attributes;
          std::invoke(initialize, attributes);
          return attributes;
        }) {}

  [[nodiscard]] Attributes::Reference operator[](std::string_view name) { return (*attributes_)[name]; }
  template <class V>
  void set(std::string_view name, V&& value) {
    attributes_->set(name, std::forward<V>(value));
  }
  /// Throws std::out_of_range, which names the attribute, when it is not set in this thread; AttributeTypeError when its type is not
  /// exactly V.
  template <class V>
  [[nodiscard]] V& get(std::string_view name) {
    return attributes_->get<V>(name);
  }
  template <class V>
  [[nodiscard]] V* get_if(std::string_view name) {
    return attributes_->get_if<V>(name);
  }
  [[nodiscard]] bool contains(std::string_view name) { return attributes_->contains(name); }
  bool erase(std::string_view name) { return attributes_->erase(name); }
  /// This thread's attributes, in alphabetical order.
  [[nodiscard]] std::vector<std::string> names() { return attributes_->names(); }
  /// Takes all attributes of this thread away; `initialize` is called again at its next touch.
  void reset() { attributes_.reset(); }

 private:
  ThreadLocal<Attributes> attributes_;
};

}  // namespace proberen
