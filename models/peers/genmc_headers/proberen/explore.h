/* proberen/explore.h as GenMC understands it: in front of the real one on the include path, so that the litmus programs are taken unchanged.
 * Outcomes are not counted there. */
#pragma once

#include <assert.h>
#include <genmc.h>

#define proberen_assume(condition) __VERIFIER_assume(condition)
#define proberen_assert(condition) assert(condition)
#define proberen_spin_hint() ((void)0)
#define proberen_observe(name, value) ((void)(value))
#define proberen_acceptable(outcome) ((void)0)
#define proberen_interesting(outcome) ((void)0)
#define proberen_forbidden(outcome) ((void)0)
