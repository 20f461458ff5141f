#include "models/runtime/real.hpp"

#include <unistd.h>
#include <cstring>

namespace proberen::runtime {
namespace {

[[noreturn]] void missing(const char* name) {
  const char* text = "proberen: the C library has no ";
  (void)!::write(2, text, std::strlen(text));
  (void)!::write(2, name, std::strlen(name));
  (void)!::write(2, "\n", 1);
  _exit(2);
}

/// By hand: strncmp is one of those that are looked up here.
bool starts_with(const char* name, const char* start) {
  for (; *start != '\0'; ++name, ++start) {
    if (*name != *start) return false;
  }
  return true;
}

}  // namespace

void* next_symbol(const char* name) {
  // Condition variables have two versions on x86-64; without a version dlsym may give the old one.
  if (starts_with(name, "pthread_cond_")) {
    if (void* found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2")) return found;
  }
  void* found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) missing(name);
  return found;
}

}  // namespace proberen::runtime
