/* What a lock is tried with: every thread adds to a plain counter under it. A lock that excludes nobody, or orders nothing, is a data race. */
#pragma once

#include "litmus.h"

#ifndef N
#define N 2
#endif

static int counter;
static int last_owner;

/* The threads' body: `enter` and `leave` are around two plain accesses. */
#define TRY_LOCK_OUT(enter, leave)  \
  THREAD(body) {                    \
    enter;                          \
    counter += 1;                   \
    last_owner = me + 1;            \
    leave;                          \
  }                                 \
  int main(void) {                  \
    run_times(N, body);             \
    observe(counter);               \
    observe(last_owner);            \
  }
