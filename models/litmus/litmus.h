/* What the classic programs share: short names for accesses whose orders the compiler's command line chooses (-DW=release), and threads.
 *
 *   W, R, U  order of stores, loads and updates      F, G  fences of the first and of the other threads, or none
 *   N        number of threads
 */
#pragma once

#include <proberen/explore.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#ifndef W
#define W relaxed
#endif
#ifndef R
#define R relaxed
#endif
#ifndef U
#define U relaxed
#endif
#ifndef F
#define F none
#endif
#ifndef G
#define G F
#endif

#define ORDER_OF(order) memory_order_##order
#define ORDER(order) ORDER_OF(order)
#define store(location, value, order) atomic_store_explicit(&location, value, ORDER(order))
#define load(location, order) atomic_load_explicit(&location, ORDER(order))
#define add(location, value, order) atomic_fetch_add_explicit(&location, value, ORDER(order))
#define swap(location, value, order) atomic_exchange_explicit(&location, value, ORDER(order))

#define FENCE_none ((void)0)
#define FENCE_acquire atomic_thread_fence(memory_order_acquire)
#define FENCE_release atomic_thread_fence(memory_order_release)
#define FENCE_acq_rel atomic_thread_fence(memory_order_acq_rel)
#define FENCE_seq_cst atomic_thread_fence(memory_order_seq_cst)
#define FENCE_OF(order) FENCE_##order
#define fence(order) FENCE_OF(order)

/* The body of a thread; `me` is its number among those that run together, from 0. */
#define THREAD(name) static void name(int me __attribute__((unused)))
typedef void (*thread_body)(int);
struct started {
  thread_body body;
  int number;
};

static void* start(void* argument) {
  const struct started* what = argument;
  what->body(what->number);
  return NULL;
}

static inline void run_all(int count, const thread_body* bodies) {
  pthread_t threads[8];
  struct started started[8];
  for (int i = 0; i < count; ++i) {
    started[i] = (struct started){bodies[i], i};
    if (pthread_create(&threads[i], NULL, start, &started[i]) != 0) abort();
  }
  for (int i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

/* Runs the threads and waits for them. */
#define run(...) run_all((int)(sizeof((thread_body[]){__VA_ARGS__}) / sizeof(thread_body)), (thread_body[]){__VA_ARGS__})
/* Runs one body `count` times. */
static inline void run_times(int count, thread_body body) {
  thread_body bodies[8];
  for (int i = 0; i < count; ++i) bodies[i] = body;
  run_all(count, bodies);
}

#define observe(variable) proberen_observe(#variable, variable)
/* The last value of an atomic location, once all threads have ended. */
#define observe_last(location) proberen_observe(#location, load(location, relaxed))
