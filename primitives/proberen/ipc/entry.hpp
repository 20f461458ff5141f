/// Entry points: the functions that a started process can run, registered by name.
///
///   int count(const std::vector<std::string>& words, int from) { … }
///   PROBEREN_ENTRY(count, count);
///
///   int main(int argc, char** argv) {
///     proberen::ipc::initialize(argc, argv);
///     proberen::ipc::Context context(proberen::ipc::StartMethod::spawn);
///     return context.start("count", std::vector<std::string>{"a", "b"}, 1).join();
///   }
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <cereal/archives/binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

#include "proberen/ipc/descriptor.hpp"
#include "proberen/ipc/detail/entry_table.hpp"
#include "proberen/ipc/detail/function_of.hpp"
#include "proberen/ipc/initialize.hpp"

/// Registers a function, or a lambda without captures, as `entry_name`, an identifier; at namespace scope of a source file. It returns int
/// or void. Its parameters are values or references to const, of types that cereal serialises (include the cereal headers of further types)
/// and that have a default constructor; a Descriptor may be anywhere in them.
/// A static library's source file takes part only when the program uses something else of it.
#define PROBEREN_ENTRY(entry_name, ...)                                                                                                \
  static ::proberen::ipc::detail::Entry proberen_entry_##entry_name = ::proberen::ipc::detail::make_entry<(__VA_ARGS__)>(#entry_name); \
  static const ::proberen::ipc::detail::Registration proberen_entry_registration_##entry_name(proberen_entry_##entry_name)

namespace proberen::ipc {
namespace detail {

class AppendingBuffer final : public std::streambuf {
 public:
  explicit AppendingBuffer(std::string& bytes) : bytes_(bytes) {}

 private:
  std::streamsize xsputn(const char* data, std::streamsize size) override {
    bytes_.append(data, static_cast<std::size_t>(size));
    return size;
  }
  int_type overflow(int_type character) override {
    bytes_.push_back(traits_type::to_char_type(character));
    return character;
  }

  std::string& bytes_;
};

class DiscardingBuffer final : public std::streambuf {
  std::streamsize xsputn(const char* /*data*/, std::streamsize size) override { return size; }
  int_type overflow(int_type character) override { return traits_type::not_eof(character); }
};

class ReadingBuffer final : public std::streambuf {
 public:
  explicit ReadingBuffer(std::string_view bytes = {}) { read_from(bytes); }
  void read_from(std::string_view bytes) {
    // setg() wants char*; nothing writes through it.
    char* const begin = const_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }
};

/// cereal's binary archives, with the descriptors that travel beside the bytes.
struct ArgumentWriter final : cereal::BinaryOutputArchive {
  ArgumentWriter(std::ostream& stream, std::vector<int>& list) : BinaryOutputArchive(stream), descriptors(list) {}
  std::vector<int>& descriptors;
};
struct ArgumentReader final : cereal::BinaryInputArchive {
  ArgumentReader(std::istream& stream, std::vector<Descriptor>& list) : BinaryInputArchive(stream), descriptors(list) {}
  std::vector<Descriptor>& descriptors;
};

template <class Callable>
struct Signature;
template <class Result, class... Parameters>
struct Signature<std::function<Result(Parameters...)>> {
  static_assert(std::is_same_v<Result, int> || std::is_same_v<Result, void>, "an entry returns int or void");
  using Returned = Result;
  using Arguments = std::tuple<std::decay_t<Parameters>...>;
};

template <auto kFunction>
struct EntryFunctions {
  using Function = Signature<decltype(std::function{kFunction})>;
  using Arguments = typename Function::Arguments;

  static int call(void* tuple) {
    auto& arguments = *static_cast<Arguments*>(tuple);
    if constexpr (std::is_void_v<typename Function::Returned>) {
      std::apply(function_of<kFunction>(), std::move(arguments));
      return 0;
    } else {
      return std::apply(function_of<kFunction>(), std::move(arguments));
    }
  }

  static void save(const void* tuple, std::string& bytes, std::vector<int>& descriptors) {
    AppendingBuffer buffer(bytes);
    std::ostream stream(&buffer);
    ArgumentWriter archive(stream, descriptors);
    visit(archive, *static_cast<const Arguments*>(tuple));
  }

  static void list_descriptors(const void* tuple, std::vector<int>& descriptors) {
    DiscardingBuffer buffer;
    std::ostream stream(&buffer);
    ArgumentWriter archive(stream, descriptors);
    visit(archive, *static_cast<const Arguments*>(tuple));
  }

  static int load_and_call(std::string_view bytes, std::vector<Descriptor>& descriptors) {
    ReadingBuffer buffer(bytes);
    std::istream stream(&buffer);
    ArgumentReader archive(stream, descriptors);
    Arguments arguments;
    visit(archive, arguments);
    return call(&arguments);
  }

 private:
  template <class Archive, class Tuple>
  static void visit(Archive& archive, Tuple& tuple) {
    std::apply([&](auto&... argument) { (archive(argument), ...); }, tuple);
  }
};

template <auto kFunction>
Entry make_entry(const char* name) {
  using Functions = EntryFunctions<kFunction>;
  return {name,
          typeid(typename Functions::Arguments),
          &Functions::call,
          &Functions::save,
          &Functions::list_descriptors,
          &Functions::load_and_call};
}

}  // namespace detail

/// A descriptor travels beside the bytes, which hold its place in the list; one that owns nothing is -1. Only for entries' arguments: any
/// other archive throws std::bad_cast.
inline void save(cereal::BinaryOutputArchive& archive, const Descriptor& descriptor) {
  std::vector<int>& descriptors = dynamic_cast<detail::ArgumentWriter&>(archive).descriptors;
  archive(descriptor ? static_cast<std::int32_t>(descriptors.size()) : -1);
  if (descriptor) descriptors.push_back(descriptor.get());
}
inline void load(cereal::BinaryInputArchive& archive, Descriptor& descriptor) {
  std::int32_t place = -1;
  archive(place);
  std::vector<Descriptor>& descriptors = dynamic_cast<detail::ArgumentReader&>(archive).descriptors;
  descriptor = place < 0 ? Descriptor() : std::move(descriptors.at(static_cast<std::size_t>(place)));
}

}  // namespace proberen::ipc
