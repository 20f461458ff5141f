#include "proberen/ipc/detail/entry_table.hpp"

#include <cstdio>
#include <cstdlib>

namespace proberen::ipc::detail {
namespace {

// Constant-initialized, so that it is there for every registration, whatever the order of the sources.
constinit const Entry* first_entry = nullptr;

}  // namespace

Registration::Registration(Entry& entry) {
  if (find_entry(entry.name) != nullptr) {
    std::fprintf(stderr, "proberen: two entries are registered as '%s'\n", entry.name);
    std::abort();
  }
  entry.next = first_entry;
  first_entry = &entry;
}

const Entry* find_entry(std::string_view name) noexcept {
  const Entry* entry = first_entry;
  while (entry != nullptr && entry->name != name) entry = entry->next;
  return entry;
}

}  // namespace proberen::ipc::detail
