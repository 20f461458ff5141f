#include "models/runtime/sync/keys.hpp"

#include <pthread.h>
#include <threads.h>

#include <cerrno>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

/// Keys made inside an execution are numbered from here on; lower ones are the C library's own.
constexpr unsigned kFirstKey = 4096;

struct Key {
  bool used = false;
  void (*destructor)(void*) = nullptr;
};
std::array<Key, kMaxKeys> keys;
int keys_used = 0;

bool ours(unsigned key) { return key >= kFirstKey && key < kFirstKey + static_cast<unsigned>(keys_used); }
Key& entry(unsigned key) { return keys[key - kFirstKey]; }

int create(unsigned* key, void (*destructor)(void*)) {
  if (keys_used == kMaxKeys) return EAGAIN;
  effect();
  keys[static_cast<std::size_t>(keys_used)] = {true, destructor};
  *key = kFirstKey + static_cast<unsigned>(keys_used++);
  return 0;
}

int remove(unsigned key) {
  if (!entry(key).used) return EINVAL;
  effect();
  entry(key) = {};
  return 0;
}

int set(unsigned key, const void* value) {
  if (!entry(key).used) return EINVAL;
  effect();
  const auto index = static_cast<int>(key - kFirstKey);
  current->values[static_cast<std::size_t>(index)] = value;
  if (value != nullptr && current->values_used <= index) current->values_used = index + 1;
  return 0;
}

}  // namespace

void keys_begin_execution() {
  for (int i = 0; i < keys_used; ++i) keys[static_cast<std::size_t>(i)] = {};
  keys_used = 0;
}

void run_key_destructors(Fiber& fiber) {
  const int used = fiber.values_used;
  fiber.values_used = 0;  // what a destructor sets is for the next round
  for (int i = 0; i < used; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const void* const value = fiber.values[index];
    fiber.values[index] = nullptr;
    if (value == nullptr || !keys[index].used || keys[index].destructor == nullptr) continue;
    const Outside outside;
    keys[index].destructor(const_cast<void*>(value));
  }
}

}  // namespace proberen::runtime

using namespace proberen::runtime;  // NOLINT: what follows is the C library's interface

PROBEREN_INTERPOSED int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  if (!explored()) {
    note_key_made_outside();
    return PROBEREN_REAL(pthread_key_create)(key, destructor);
  }
  const Inside inside;
  return create(key, destructor);
}

PROBEREN_INTERPOSED int pthread_key_delete(pthread_key_t key) noexcept {
  if (!explored() || !ours(key)) return PROBEREN_REAL(pthread_key_delete)(key);
  const Inside inside;
  return remove(key);
}

PROBEREN_INTERPOSED int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  if (!explored() || !ours(key)) return PROBEREN_REAL(pthread_setspecific)(key, value);
  const Inside inside;
  return set(key, value);
}

PROBEREN_INTERPOSED void* pthread_getspecific(pthread_key_t key) noexcept {
  if (!explored() || !ours(key)) return PROBEREN_REAL(pthread_getspecific)(key);
  return const_cast<void*>(current->values[key - kFirstKey]);
}

PROBEREN_INTERPOSED int tss_create(tss_t* key, tss_dtor_t destructor) {
  if (!explored()) {
    note_key_made_outside();
    return PROBEREN_REAL(tss_create)(key, destructor);
  }
  const Inside inside;
  return create(key, destructor) == 0 ? thrd_success : thrd_error;
}

PROBEREN_INTERPOSED void tss_delete(tss_t key) {
  if (!explored() || !ours(key)) return PROBEREN_REAL(tss_delete)(key);
  const Inside inside;
  remove(key);
}

PROBEREN_INTERPOSED int tss_set(tss_t key, void* value) {
  if (!explored() || !ours(key)) return PROBEREN_REAL(tss_set)(key, value);
  const Inside inside;
  return set(key, value) == 0 ? thrd_success : thrd_error;
}

PROBEREN_INTERPOSED void* tss_get(tss_t key) {
  if (!explored() || !ours(key)) return PROBEREN_REAL(tss_get)(key);
  return const_cast<void*>(current->values[key - kFirstKey]);
}
