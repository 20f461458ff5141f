/// Subject: a primitive under check, declared once for every method.
///
///   struct MyQueue {                       // made anew for every execution
///     my::BoundedQueue<int> queue{2};
///     bool try_put(int v) { return queue.try_push(v); }
///     std::optional<int> try_get() { return queue.try_pop(); }
///   };
///   PROBEREN_SUBJECT(MyQueue, proberen::spec::Fifo{.capacity = 2})
///       .operation("try_put", &MyQueue::try_put, proberen::gen::in_range(0, 4))
///       .operation("try_get", &MyQueue::try_get);
///
/// The name of an operation is its name in the spec. Its arguments and its result are bool, integers, enumerations, strings,
/// std::optional of those, or any type with a `to_value` (value.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "proberen/benchmark.hpp"
#include "proberen/generator.hpp"
#include "proberen/scenario.hpp"
#include "proberen/spec.hpp"

namespace proberen {

/// The C++ type under check, with its operations by number, for objects anywhere in memory.
struct ObjectType {
  std::size_t size = 0;
  std::size_t alignment = 1;
  std::function<void(void* place)> construct;
  std::function<void(void* object)> destroy;
  /// May be called from several threads at once, as the operations may.
  std::function<Value(void* object, std::size_t operation, std::span<const Value> arguments)> invoke;
  /// The invariants of the object at rest: called when no operation is running. The name of the first broken one, or "".
  std::function<std::string(void* object)> broken_invariant;
  /// Objects may be shared by processes that map them at different addresses.
  bool process_shared = false;
};

/// One object under check, on the heap.
class Instance {
 public:
  explicit Instance(const ObjectType& type);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  Value invoke(std::size_t operation, std::span<const Value> arguments) { return type_->invoke(object_, operation, arguments); }
  [[nodiscard]] std::string broken_invariant() { return type_->broken_invariant(object_); }
  /// For those who call the type's functions themselves.
  [[nodiscard]] void* object() { return object_; }

 private:
  const ObjectType* type_;
  void* object_;
};

struct Operation {
  std::string name;
  std::vector<Generator> arguments;  ///< one for each argument
  double weight = 1;                 ///< how often random scenarios call it; 0: only scenarios that name it do
};

/// A scenario with its name.
struct NamedScenario {
  std::string name;
  Scenario scenario;
};

/// A known-bad twin: a subject that is wrong on purpose, and which methods must say so.
struct Twin {
  std::string of;                      ///< the name of the subject whose twin it is
  std::string fault;                   ///< what is wrong with it, in words
  std::vector<std::string> caught_by;  ///< methods, each of which must fail it
};

struct Subject {
  std::string name;
  spec::AnySpec spec;                    ///< the state of a new object
  std::vector<Operation> operations;     ///< none: nothing but benchmarks
  std::vector<NamedScenario> scenarios;  ///< to explore; without any, small ones are made up from the operations
  std::vector<NamedScenario> workloads;  ///< to repeat on one object under stress; without any, random scenarios, each on a new object
  std::vector<Benchmark> benchmarks;
  std::vector<BenchmarkGoal> goals;
  ObjectType type;
  bool explorable = false;  ///< in this build it runs on a model checker's platform: the type says which with a member `using Platform = …`
  std::unique_ptr<Twin> twin;
  std::string problem;  ///< what is wrong with the declaration, in one line; "" when nothing is

  /// The number of the operation; throws std::invalid_argument that names the known ones.
  [[nodiscard]] std::size_t operation_number(const std::string& name) const;
};

/// A scenario of this subject from its text form. Throws std::invalid_argument, one line, when the text does not parse or a call does not
/// fit the subject.
[[nodiscard]] Scenario parse_scenario(const Subject& subject, const std::string& text);

/// All subjects of this program, in the order of declaration.
[[nodiscard]] std::vector<Subject>& subjects();

namespace detail {

template <class T>
struct OperationTable {
  using Invoke = std::function<Value(T&, std::span<const Value>)>;
  std::vector<Invoke> invoke;
  std::vector<std::pair<std::string, std::function<bool(T&)>>> invariants;
};

/// Appends a subject; the returned reference is valid until the next call.
std::size_t add_subject(Subject subject);

/// Notes the first thing that is wrong with a declaration; methods refuse the subject with that line.
void check_operation(Subject& subject, const Operation& operation, std::size_t parameters);
void check_benchmark(Subject& subject, const Benchmark& benchmark);
void check_goal(Subject& subject, const BenchmarkGoal& goal);
/// Parses a scenario and checks its calls; appends it to `list` or notes what is wrong with it.
void check_scenario(Subject& subject, std::vector<NamedScenario> Subject::*list, const std::string& name, const std::string& text);

}  // namespace detail

/// Builds a subject in place; what PROBEREN_SUBJECT starts.
template <class T>
class SubjectBuilder {
 public:
  SubjectBuilder(std::string name, spec::AnySpec spec) : table_(std::make_shared<detail::OperationTable<T>>()) {
    Subject subject;
    subject.name = std::move(name);
    subject.spec = std::move(spec);
    subject.explorable = requires { requires T::Platform::kExplores; };
    subject.type = object_type();
    index_ = detail::add_subject(std::move(subject));
  }

  /// An operation: a member function of T, with one generator for each of its parameters.
  template <class Result, class Base, class... Parameters, class... Generators>
  SubjectBuilder& operation(std::string name, Result (Base::*member)(Parameters...), Generators... generators) {
    return add<Result, Parameters...>(std::move(name), member, {std::move(generators)...});
  }
  template <class Result, class Base, class... Parameters, class... Generators>
  SubjectBuilder& operation(std::string name, Result (Base::*member)(Parameters...) const, Generators... generators) {
    return add<Result, Parameters...>(std::move(name), member, {std::move(generators)...});
  }

  /// How often random scenarios call the operation declared last; 1 unless said.
  SubjectBuilder& weight(double weight) {
    if (!subject().operations.empty()) subject().operations.back().weight = weight;
    return *this;
  }

  /// A scenario in text form (scenario.hpp), to explore. Without any, small ones are made up from the operations.
  SubjectBuilder& scenario(std::string name, const std::string& text) {
    detail::check_scenario(subject(), &Subject::scenarios, name, text);
    return *this;
  }

  /// What stress repeats on one object: each thread runs its calls over and over. It must be balanced, so that no thread ends up waiting
  /// for one that has finished: `acquire release | acquire release`, `put(1) | get`.
  SubjectBuilder& workload(std::string name, const std::string& text) {
    detail::check_scenario(subject(), &Subject::workloads, name, text);
    return *this;
  }

  /// Says that objects work in memory that several processes map, at any address: stress then runs children on one object.
  SubjectBuilder& process_shared() {
    static_assert(std::is_trivially_destructible_v<T> && std::is_standard_layout_v<T>,
                  "an object shared by processes has no pointers to clean up and a layout that all of them agree on");
    subject().type.process_shared = true;
    return *this;
  }

  /// What must hold of the object when no operation is running.
  template <class Holds>
    requires std::predicate<Holds&, T&>
  SubjectBuilder& invariant(std::string name, Holds holds) {
    table_->invariants.emplace_back(std::move(name), std::move(holds));
    return *this;
  }

  /// What one iteration of a benchmark does: `body(T&)` or `body(T&, int thread, int threads)`, called by every thread.
  template <class Body>
  SubjectBuilder& benchmark(std::string name, std::vector<int> threads, Body body, Pace pace = Pace::kFree) {
    return peer<T>(std::move(name), "", std::move(threads), std::move(body), pace);
  }

  /// The same work on something else, measured beside the subject in the same run.
  template <class Peer, class Body>
  SubjectBuilder& peer(std::string name, std::string peer, std::vector<int> threads, Body body, Pace pace = Pace::kFree) {
    Benchmark benchmark{.name = std::move(name), .peer = std::move(peer), .threads = std::move(threads), .pace = pace};
    benchmark.make = [body] { return std::make_unique<detail::TypedBenchmark<Peer, Body>>(body); };
    return measure(std::move(benchmark));
  }

  /// Any benchmark: one with a sampler, for example.
  SubjectBuilder& measure(Benchmark benchmark) {
    detail::check_benchmark(subject(), benchmark);
    subject().benchmarks.push_back(std::move(benchmark));
    return *this;
  }

  /// What the subject promises of a benchmark that was declared above.
  SubjectBuilder& goal(BenchmarkGoal goal) {
    detail::check_goal(subject(), goal);
    subject().goals.push_back(std::move(goal));
    return *this;
  }

  /// More of the declaration, kept elsewhere: `declare(SubjectBuilder&)`.
  template <class Declare>
  SubjectBuilder& with(const Declare& declare) {
    declare(*this);
    return *this;
  }

  /// Declares this subject as a known-bad twin of another.
  SubjectBuilder& twin(std::string of, std::string fault, std::vector<std::string> caught_by) {
    subject().twin = std::make_unique<Twin>(Twin{std::move(of), std::move(fault), std::move(caught_by)});
    return *this;
  }

 private:
  Subject& subject() { return subjects()[index_]; }

  ObjectType object_type() const {
    const std::shared_ptr<const detail::OperationTable<T>> table = table_;
    ObjectType type;
    type.size = sizeof(T);
    type.alignment = alignof(T);
    type.construct = [](void* place) { ::new (place) T(); };
    type.destroy = [](void* object) { static_cast<T*>(object)->~T(); };
    type.invoke = [table](void* object, std::size_t operation, std::span<const Value> arguments) {
      return table->invoke[operation](*static_cast<T*>(object), arguments);
    };
    type.broken_invariant = [table](void* object) -> std::string {
      for (const auto& [name, holds] : table->invariants) {
        if (!holds(*static_cast<T*>(object))) return name;
      }
      return {};
    };
    return type;
  }

  template <class Result, class... Parameters, class Member>
  SubjectBuilder& add(std::string name, Member member, std::vector<Generator> generators) {
    Operation operation{std::move(name), std::move(generators)};
    detail::check_operation(subject(), operation, sizeof...(Parameters));
    subject().operations.push_back(std::move(operation));
    table_->invoke.push_back([member](T& object, std::span<const Value> arguments) {
      return call<Result, Parameters...>(object, member, arguments, std::index_sequence_for<Parameters...>());
    });
    return *this;
  }

  template <class Result, class... Parameters, class Member, std::size_t... kIndex>
  static Value call(T& object, Member member, [[maybe_unused]] std::span<const Value> arguments, std::index_sequence<kIndex...>) {
    if constexpr (std::is_void_v<Result>) {
      (object.*member)(from_value<std::remove_cvref_t<Parameters>>(arguments[kIndex])...);
      return Value();
    } else {
      return as_value((object.*member)(from_value<std::remove_cvref_t<Parameters>>(arguments[kIndex])...));
    }
  }

  std::shared_ptr<detail::OperationTable<T>> table_;
  std::size_t index_;
};

}  // namespace proberen

#define PROBEREN_DETAIL_JOIN2(a, b) a##b
#define PROBEREN_DETAIL_JOIN(a, b) PROBEREN_DETAIL_JOIN2(a, b)

/// Declares the type as a subject of that name, with the spec in the state of a new object; `.operation(…)` and so on follow.
#define PROBEREN_SUBJECT(Type, ...) PROBEREN_NAMED_SUBJECT(#Type, Type, __VA_ARGS__)

/// The same, under a name of its own.
#define PROBEREN_NAMED_SUBJECT(name, Type, ...)                                             \
  [[maybe_unused]] static const auto PROBEREN_DETAIL_JOIN(proberen_subject_, __COUNTER__) = \
      ::proberen::SubjectBuilder<Type>(name, __VA_ARGS__)
