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

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
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
  /// A member function with its type erased: `call` knows what `member` is.
  struct Operation {
    using Call = Value (*)(const Operation& operation, void* object, std::span<const Value> arguments);
    Call call = nullptr;
    std::array<std::byte, 2 * sizeof(void*)> member{};
  };
  struct Invariant {
    std::string name;
    std::function<bool(void* object)> holds;
  };

  std::size_t size = 0;
  std::size_t alignment = 1;
  void (*construct)(void* place) = nullptr;
  void (*destroy)(void* object) = nullptr;
  std::vector<Operation> operations;  ///< may be called from several threads at once
  std::vector<Invariant> invariants;  ///< of the object at rest: called when no operation is running
  /// Objects may be shared by processes that map them at different addresses.
  bool process_shared = false;

  Value invoke(void* object, std::size_t operation, std::span<const Value> arguments) const {
    return operations[operation].call(operations[operation], object, arguments);
  }
  /// The name of the first broken invariant, or "".
  [[nodiscard]] std::string broken_invariant(void* object) const;
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
  std::vector<std::string> caught_by;  ///< methods, or variants of one such as `explored`: each of them must fail it
};

struct Subject {
  std::string name;
  spec::AnySpec spec;                    ///< the state of a new object
  std::vector<Operation> operations;     ///< none: nothing but benchmarks
  std::vector<NamedScenario> scenarios;  ///< to explore; without any, small ones are made up from the operations
  std::vector<NamedScenario> workloads;  ///< to repeat on one object under stress; without any, random scenarios, each on a new object
  std::vector<NamedScenario> crashes;    ///< to run on processes of which one is killed at a random instant
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

/// All subjects of this program, in the order of declaration. They stay where they are to the end of the process: threads that are blocked
/// for ever go on using them.
[[nodiscard]] std::deque<Subject>& subjects();

namespace detail {

/// What of a declaration does not depend on the type under check. Each notes the first thing that is wrong with it in `problem`.
class Declaration {
 public:
  Declaration(std::string name, spec::AnySpec spec, ObjectType type, bool explorable);
  void add_operation(std::string_view name, ObjectType::Operation operation, std::size_t parameters, std::vector<Generator> generators);
  void set_weight(double weight);
  void add_scenario(std::vector<NamedScenario> Subject::*list, std::string_view name, std::string_view text);
  void add_invariant(std::string_view name, std::function<bool(void*)> holds);
  void add_benchmark(Benchmark benchmark);
  void add_goal(BenchmarkGoal goal);
  void make_twin(std::string_view of, std::string_view fault, std::vector<std::string> caught_by);
  void share_between_processes();

 private:
  [[nodiscard]] Subject& subject() const { return *subject_; }
  Subject* subject_ = nullptr;
};

template <class T, class Member, class Result, class... Parameters>
ObjectType::Operation erase_operation(Member member) {
  static_assert(sizeof member <= sizeof(ObjectType::Operation::member) && std::is_trivially_copyable_v<Member>);
  ObjectType::Operation operation;
  std::memcpy(operation.member.data(), &member, sizeof member);
  operation.call = [](const ObjectType::Operation& erased, void* place, [[maybe_unused]] std::span<const Value> arguments) -> Value {
    Member function;
    std::memcpy(&function, erased.member.data(), sizeof function);
    T& object = *static_cast<T*>(place);
    return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>)->Value {
      if constexpr (std::is_void_v<Result>) {
        (object.*function)(from_value<std::remove_cvref_t<Parameters>>(arguments[kIndex])...);
        return Value();
      } else {
        return as_value((object.*function)(from_value<std::remove_cvref_t<Parameters>>(arguments[kIndex])...));
      }
    }
    (std::index_sequence_for<Parameters...>());
  };
  return operation;
}

template <class T>
ObjectType object_type() {
  ObjectType type;
  type.size = sizeof(T);
  type.alignment = alignof(T);
  type.construct = [](void* place) { ::new (place) T(); };
  type.destroy = [](void* object) { static_cast<T*>(object)->~T(); };
  return type;
}

}  // namespace detail

/// Builds a subject in place; what PROBEREN_SUBJECT starts.
template <class T>
class SubjectBuilder {
 public:
  SubjectBuilder(std::string name, spec::AnySpec spec)
      : declaration_(
            std::move(name), std::move(spec), detail::object_type<T>(), requires { requires T::Platform::kExplores; }) {}

  /// An operation: a member function of T, with one generator for each of its parameters.
  template <class Result, class Base, class... Parameters, class... Generators>
  SubjectBuilder& operation(std::string_view name, Result (Base::*member)(Parameters...), Generators... generators) {
    declaration_.add_operation(name, detail::erase_operation<T, decltype(member), Result, Parameters...>(member), sizeof...(Parameters),
                               {std::move(generators)...});
    return *this;
  }
  template <class Result, class Base, class... Parameters, class... Generators>
  SubjectBuilder& operation(std::string_view name, Result (Base::*member)(Parameters...) const, Generators... generators) {
    declaration_.add_operation(name, detail::erase_operation<T, decltype(member), Result, Parameters...>(member), sizeof...(Parameters),
                               {std::move(generators)...});
    return *this;
  }

  /// How often random scenarios call the operation declared last; 1 unless said.
  SubjectBuilder& weight(double weight) {
    declaration_.set_weight(weight);
    return *this;
  }

  /// A scenario in text form (scenario.hpp), to explore. Without any, small ones are made up from the operations.
  SubjectBuilder& scenario(std::string_view name, std::string_view text) {
    declaration_.add_scenario(&Subject::scenarios, name, text);
    return *this;
  }

  /// What stress repeats on one object: each thread runs its calls over and over. It must be balanced, so that no thread ends up waiting
  /// for one that has finished: `acquire release | acquire release`, `put(1) | get`.
  SubjectBuilder& workload(std::string_view name, std::string_view text) {
    declaration_.add_scenario(&Subject::workloads, name, text);
    return *this;
  }

  /// Says that objects work in memory that several processes map, at any address: stress then runs children on one object.
  SubjectBuilder& process_shared() {
    static_assert(std::is_trivially_destructible_v<T> && std::is_standard_layout_v<T>,
                  "an object shared by processes has no pointers to clean up and a layout that all of them agree on");
    declaration_.share_between_processes();
    return *this;
  }

  /// The fault policy: a scenario that stress runs on processes, one of which it kills at a random instant. The others must not hang, and
  /// the history must be one that the spec allows: the call in which the process died has taken effect or not, and what its death does to
  /// the state the spec says in its operation `crash`, if it has one. For objects shared by processes.
  SubjectBuilder& crash_scenario(std::string_view name, std::string_view text) {
    declaration_.add_scenario(&Subject::crashes, name, text);
    return *this;
  }

  /// What must hold of the object when no operation is running.
  template <class Holds>
  requires std::predicate<Holds&, T&> SubjectBuilder& invariant(std::string_view name, Holds holds) {
    declaration_.add_invariant(name, [holds](void* object) { return holds(*static_cast<T*>(object)); });
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
    declaration_.add_benchmark(std::move(benchmark));
    return *this;
  }

  /// What the subject promises of a benchmark that was declared above.
  SubjectBuilder& goal(BenchmarkGoal goal) {
    declaration_.add_goal(std::move(goal));
    return *this;
  }

  /// More of the declaration, kept elsewhere: `declare(SubjectBuilder&)`.
  template <class Declare>
  SubjectBuilder& with(const Declare& declare) {
    declare(*this);
    return *this;
  }

  /// Declares this subject as a known-bad twin of another.
  SubjectBuilder& twin(std::string_view of, std::string_view fault, std::vector<std::string> caught_by) {
    declaration_.make_twin(of, fault, std::move(caught_by));
    return *this;
  }

 private:
  detail::Declaration declaration_;
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
