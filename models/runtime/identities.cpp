#include "models/runtime/identities.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "models/runtime/arch/arch.hpp"

namespace proberen::runtime {

SharedBlock shared_block;

namespace {

constexpr std::size_t kMost = 4096;  ///< beyond that, exchanging costs as much as the system call

/// These keep data in the control block, or they tell threads apart by its address.
constexpr std::string_view kNeedPointer[] = {
    "pthread_exit", "thrd_exit",   "__pthread_register_cancel", "_pthread_cleanup_push", "pthread_setcancelstate", "flockfile",
    "ftrylockfile", "funlockfile", "pthread_setcanceltype",     "__tls_get_addr"};
bool needs_pointer(const Module& module) {
  if (module.system || module.own || module.of_compiler || module.of_runtime) return false;
  if (module.tls_size != 0) return true;
  return any_import(module, [](const Import& import) {
    return std::find(std::begin(kNeedPointer), std::end(kNeedPointer), std::string_view(import.name)) != std::end(kNeedPointer);
  });
}

std::size_t size_of_block(const std::vector<Module>& modules) {
  std::size_t size = 0;
  for (const Module& module : modules) {
    if (module.tls_size != 0) size = std::max(size, module.tls_below);
  }
  return size;
}

}  // namespace

Identities::Identities(const std::vector<Module>& modules, std::optional<IdentityBy> wanted) : loop_pointer_(thread_pointer()) {
  detect_processor();
  if (wanted.value_or(proberen_has_fsgsbase ? IdentityBy::kPointer : IdentityBy::kContents) == IdentityBy::kPointer) return;
  if (std::any_of(modules.begin(), modules.end(), needs_pointer)) return;
  const std::size_t size = size_of_block(modules);
  if (size > kMost) return;
  kept_.resize(size);
  shared_block = {loop_pointer_ - size, size, 0};
}

std::uintptr_t Identities::change(std::uintptr_t running, std::uintptr_t next) {
  if (running == next) return 0;
  if (kept_.empty()) return next;
  char* const here = reinterpret_cast<char*>(loop_pointer_) - kept_.size();
  std::memcpy(home(running), here, kept_.size());
  std::memcpy(here, home(next), kept_.size());
  shared_block.offset = next - loop_pointer_;
  return 0;
}

}  // namespace proberen::runtime
