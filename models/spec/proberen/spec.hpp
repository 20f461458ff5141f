/// Spec: a sequential model of what a subject must do.
///
/// A spec is a small copyable struct: its members are the state, `step` says what a call may do in that state, and `key` tells states
/// apart. One that lets a call do nothing at all blocks it.
///
///   struct Switch {
///     bool on = false;
///     static std::vector<std::string> operations() { return {"flip", "wait_on"}; }
///     std::vector<spec::Step<Switch>> step(const Call& call, int) const {
///       if (call.operation == "flip") return {{!on, Switch{!on}}};      // result: the new state
///       if (on) return {{Value(), *this}};                              // wait_on: returns nothing …
///       return {};                                                      // … and blocks while off
///     }
///     std::string key() const { return on ? "1" : "0"; }
///   };
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proberen/scenario.hpp"

namespace proberen::spec {

/// One thing that a call may do: the result that it returns and the state that it leaves.
template <class State>
struct Step {
  Value result;
  State next;
};

template <class S>
concept Spec = std::copyable<S> && requires(const S& state, const Call& call, int thread) {
  { state.step(call, thread) } -> std::same_as<std::vector<Step<S>>>;
  { state.key() } -> std::convertible_to<std::string>;
  { S::operations() } -> std::convertible_to<std::vector<std::string>>;
};

/// Any spec, by value. Cheap to copy: states are shared and never changed.
class AnySpec {
 public:
  AnySpec() = default;
  // Whether it is this class is asked first: to ask whether this class is a spec would ask this very question again.
  template <class S>
  requires(!std::same_as<S, AnySpec>) && Spec<S> AnySpec(S state) : state_(std::make_shared<Model<S>>(std::move(state))) {}

  [[nodiscard]] explicit operator bool() const { return state_ != nullptr; }
  [[nodiscard]] std::vector<Step<AnySpec>> step(const Call& call, int thread) const { return state_->step(call, thread); }
  [[nodiscard]] std::string key() const { return state_->key(); }
  [[nodiscard]] std::vector<std::string> operations() const { return state_->operations(); }

 private:
  struct Concept {
    virtual ~Concept() = default;
    [[nodiscard]] virtual std::vector<Step<AnySpec>> step(const Call& call, int thread) const = 0;
    [[nodiscard]] virtual std::string key() const = 0;
    [[nodiscard]] virtual std::vector<std::string> operations() const = 0;
  };
  template <class S>
  struct Model final : Concept {
    explicit Model(S initial) : state(std::move(initial)) {}
    [[nodiscard]] std::vector<Step<AnySpec>> step(const Call& call, int thread) const override {
      std::vector<Step<AnySpec>> steps;
      for (Step<S>& next : state.step(call, thread)) steps.push_back({std::move(next.result), AnySpec(std::move(next.next))});
      return steps;
    }
    [[nodiscard]] std::string key() const override { return state.key(); }
    [[nodiscard]] std::vector<std::string> operations() const override { return S::operations(); }
    S state;
  };

  std::shared_ptr<const Concept> state_;
};

}  // namespace proberen::spec
