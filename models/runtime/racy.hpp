/// Racy: with races=explore, the plain locations that race are explored like relaxed atomic ones.
///
/// The search starts with none. When it finds a race, the location is noted and the search starts again, until it finds something else or
/// ends: so only what does race costs steps. A read of such a location asks the engine for a value and puts it in memory, where the program
/// then reads it; a write is told to the engine at the thread's next call, when the program has written. An access that touches
/// several of them is one of each; where it touches a part of one, that is divided, and the search starts again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proberen/explore/types.hpp"

namespace proberen::runtime {

struct Fiber;

struct RacyPlace {
  std::uintptr_t address = 0;
  unsigned size = 0;
  [[nodiscard]] bool overlaps(std::uintptr_t other, std::size_t other_size) const {
    return address < other + other_size && other < address + size;
  }
};

/// A write that the engine has not been told of yet.
struct PendingWrite {
  RacyPlace place;
  explore::Site site = 0;
  explore::Value value = 0;  ///< known once the program has written
};

/// What a plain access that touches several of them reads.
struct RacyRead {
  RacyPlace place;
  explore::Value value = 0;
};

/// What is where a write is about to be made, while something else is there instead: see racy_hide().
struct HiddenBytes {
  std::uintptr_t address = 0;
  unsigned char before[16] = {};
  std::size_t size = 0;  ///< of them in use; 0: nothing is hidden
};

/// Whether there are any. Looked at by every plain access.
extern bool races_explored;

/// Whether it is new: a location that is known already cannot race.
[[nodiscard]] bool racy_add(std::uintptr_t address, std::size_t size);
void racy_clear();
/// For a witness, and back: `R<address>:<size>,…;`.
[[nodiscard]] std::string racy_text();
/// Takes the text off the front of a witness.
void racy_parse(std::string& witness);

/// Whether an access touches such locations; then they are dealt with, and only the rest is announced as plain.
[[nodiscard]] bool racy_access(std::uintptr_t address, std::size_t size, bool write, explore::Site site);
/// The running fiber's hook is about to return, for the program to write there. GCC puts both hooks of a copy before it, that of the write
/// first: whether the write has been made by the next call is told by whether other bytes are there than those with which these are hidden
/// until then. Fewer than 4 are not hidden, as the program may well write the same.
void racy_hide(std::uintptr_t address, std::size_t size);
/// Whether it has been made; else what is there is shown again. At every call.
[[nodiscard]] bool racy_is_made();
/// Tells the engine of what the running fiber has written.
void racy_flush();

/// The access with which a thread called last: where a data race is.
struct LastAccess {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  bool frees = false;
};
}  // namespace proberen::runtime
