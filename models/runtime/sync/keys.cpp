#include "models/runtime/sync/keys.hpp"

#include <pthread.h>
#include <threads.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "models/runtime/call.hpp"

namespace proberen::runtime {
namespace {

/// Keys made inside an execution are numbered from here on; lower ones are the C library's own.
constexpr unsigned kFirstKey = 4096;

struct Key {
  bool used = false;
  void (*destructor)(void*) = nullptr;
};
/// Those made outside of every execution, by the C library's numbers. Each is written by who makes or deletes that key.
std::array<Key, kMaxKeys> made_outside;

struct KeptKey {
  unsigned name = 0;
  const void* of_main = nullptr;  ///< the value that thread 0 starts with
};
std::array<KeptKey, kMaxKeys> kept;
int kept_count = 0;

/// Those of the running execution: first the kept ones, then those that it has made.
std::array<Key, kMaxKeys> keys;
int keys_used = 0;

constexpr int kNotOurs = -1;
/// Where the running execution, if there is one, has the key.
int index_of(unsigned key) {
  if (!explored()) return kNotOurs;
  if (key >= kFirstKey) {
    const unsigned index = key - kFirstKey;
    return index >= static_cast<unsigned>(kept_count) && index < static_cast<unsigned>(keys_used) ? static_cast<int>(index) : kNotOurs;
  }
  for (int i = 0; i < kept_count; ++i) {
    if (kept[static_cast<std::size_t>(i)].name == key) return i;
  }
  return kNotOurs;
}

int create(unsigned* key, void (*destructor)(void*)) {
  if (keys_used == kMaxKeys) return EAGAIN;
  effect();
  keys[static_cast<std::size_t>(keys_used)] = {true, destructor};
  *key = kFirstKey + static_cast<unsigned>(keys_used++);
  return 0;
}

int remove(int index) {
  Key& key = keys[static_cast<std::size_t>(index)];
  if (!key.used) return EINVAL;
  effect();
  key = {};
  return 0;
}

int set(int index, const void* value) {
  const auto at = static_cast<std::size_t>(index);
  if (!keys[at].used) return EINVAL;
  effect();
  current->values[at] = value;
  if (value != nullptr && current->values_used <= index) current->values_used = index + 1;
  return 0;
}

void note_made(unsigned key, void (*destructor)(void*)) { made_outside[key] = {true, destructor}; }
void note_deleted(unsigned key) {
  if (key < kMaxKeys) made_outside[key] = {};
}

}  // namespace

void keys_keep() {
  kept_count = 0;
  for (std::size_t name = 0; name < made_outside.size(); ++name) {
    if (!made_outside[name].used) continue;
    const auto key = static_cast<pthread_key_t>(name);
    kept[static_cast<std::size_t>(kept_count++)] = {key, PROBEREN_REAL(pthread_getspecific)(key)};
  }
}

void keys_begin_execution(Fiber& main) {
  for (int i = kept_count; i < keys_used; ++i) keys[static_cast<std::size_t>(i)] = {};
  keys_used = kept_count;
  for (int i = 0; i < kept_count; ++i) {
    const auto index = static_cast<std::size_t>(i);
    keys[index] = made_outside[kept[index].name];
    main.values[index] = kept[index].of_main;
  }
  main.values_used = kept_count;
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
    const int error = PROBEREN_REAL(pthread_key_create)(key, destructor);
    if (error == 0) note_made(*key, destructor);
    return error;
  }
  const Inside inside;
  return create(key, destructor);
}

PROBEREN_INTERPOSED int pthread_key_delete(pthread_key_t key) noexcept {
  const int index = index_of(key);
  if (index == kNotOurs) {
    note_deleted(key);
    return PROBEREN_REAL(pthread_key_delete)(key);
  }
  const Inside inside;
  return remove(index);
}

PROBEREN_INTERPOSED int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  const int index = index_of(key);
  if (index == kNotOurs) return PROBEREN_REAL(pthread_setspecific)(key, value);
  const Inside inside;
  return set(index, value);
}

PROBEREN_INTERPOSED void* pthread_getspecific(pthread_key_t key) noexcept {
  const int index = index_of(key);
  if (index == kNotOurs) return PROBEREN_REAL(pthread_getspecific)(key);
  return const_cast<void*>(current->values[static_cast<std::size_t>(index)]);
}

PROBEREN_INTERPOSED int tss_create(tss_t* key, tss_dtor_t destructor) {
  if (!explored()) {
    const int result = PROBEREN_REAL(tss_create)(key, destructor);
    if (result == thrd_success) note_made(*key, destructor);
    return result;
  }
  const Inside inside;
  return create(key, destructor) == 0 ? thrd_success : thrd_error;
}

PROBEREN_INTERPOSED void tss_delete(tss_t key) {
  const int index = index_of(key);
  if (index == kNotOurs) {
    note_deleted(key);
    return PROBEREN_REAL(tss_delete)(key);
  }
  const Inside inside;
  remove(index);
}

PROBEREN_INTERPOSED int tss_set(tss_t key, void* value) {
  const int index = index_of(key);
  if (index == kNotOurs) return PROBEREN_REAL(tss_set)(key, value);
  const Inside inside;
  return set(index, value) == 0 ? thrd_success : thrd_error;
}

PROBEREN_INTERPOSED void* tss_get(tss_t key) {
  const int index = index_of(key);
  if (index == kNotOurs) return PROBEREN_REAL(tss_get)(key);
  return const_cast<void*>(current->values[static_cast<std::size_t>(index)]);
}
