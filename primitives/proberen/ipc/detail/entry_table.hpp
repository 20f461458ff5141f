/// The table of entry points. For entry.hpp.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>
#include <vector>

#include "proberen/ipc/descriptor.hpp"

namespace proberen::ipc::detail {

/// One registered function. The table is a list of such objects, filled before main, so that it allocates nothing.
struct Entry {
  const char* name;
  /// std::tuple of the parameters' types.
  const std::type_info& arguments;
  /// Calls the function with such a tuple.
  int (*call)(void* tuple);
  /// Appends the tuple's bytes to `bytes`, and the numbers of its descriptors, which it keeps, to `descriptors`.
  void (*save)(const void* tuple, std::string& bytes, std::vector<int>& descriptors);
  /// Appends the numbers of the tuple's descriptors, which it keeps.
  void (*list_descriptors)(const void* tuple, std::vector<int>& descriptors);
  /// Calls the function with what save() wrote.
  int (*load_and_call)(std::string_view bytes, std::vector<Descriptor>& descriptors);
  const Entry* next = nullptr;
};

/// Puts an entry into the table. A name that is there already is the end of the program, with a message.
class Registration {
 public:
  explicit Registration(Entry& entry);
};

/// nullptr when there is none.
[[nodiscard]] const Entry* find_entry(std::string_view name) noexcept;

}  // namespace proberen::ipc::detail
