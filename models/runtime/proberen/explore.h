/* What a program may say to an exploration of itself. Plain C, and harmless everywhere: in a program that is not linked with
 * libproberen_runtime, or not explored at the moment, these functions do nothing.
 *
 *     proberen_assume(i < 3);            what is explored is only what satisfies this
 *     proberen_assert(x == 1);           a failure of kind `assertion`
 *     switch (proberen_choose(3)) { … }  0, 1 and 2 are all explored
 *     proberen_spin_hint();              in a loop that waits: go on only when something that the loop has read changes
 *     proberen_observe("r0", r0);        the values observed in an execution are its outcome; outcomes are counted
 *     proberen_acceptable("r0=1 r1=0");  with any outcome declared, an undeclared one is a failure of kind `outcome`; declared forbidden
 *                                        ones are always, and where nothing else is declared all others are acceptable
 */
#ifndef PROBEREN_EXPLORE_H
#define PROBEREN_EXPLORE_H

#ifdef __cplusplus
extern "C" {
#endif

extern void proberen_runtime_assume(int holds) __attribute__((weak));
extern void proberen_runtime_assert(int holds, const char* text, const char* file, unsigned line) __attribute__((weak));
extern unsigned proberen_runtime_choose(unsigned count) __attribute__((weak));
extern void proberen_runtime_spin_hint(void) __attribute__((weak));
extern void proberen_runtime_observe(const char* name, long long value) __attribute__((weak));
/* 0: acceptable, 1: interesting, 2: forbidden */
extern void proberen_runtime_outcome(int kind, const char* outcome) __attribute__((weak));

#define PROBEREN_INLINE static inline __attribute__((always_inline, unused))

PROBEREN_INLINE void proberen_assume(int holds) {
  if (proberen_runtime_assume) proberen_runtime_assume(holds);
}

/* Prefer the macro below, which knows the words of the condition. */
PROBEREN_INLINE void proberen_assert_that(int holds, const char* text, const char* file, unsigned line) {
  if (proberen_runtime_assert) proberen_runtime_assert(holds, text, file, line);
}
#define proberen_assert(condition) proberen_assert_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

PROBEREN_INLINE unsigned proberen_choose(unsigned count) { return proberen_runtime_choose ? proberen_runtime_choose(count) : 0; }

PROBEREN_INLINE void proberen_spin_hint(void) {
  if (proberen_runtime_spin_hint) proberen_runtime_spin_hint();
}

PROBEREN_INLINE void proberen_observe(const char* name, long long value) {
  if (proberen_runtime_observe) proberen_runtime_observe(name, value);
}

PROBEREN_INLINE void proberen_outcome(int kind, const char* outcome) {
  if (proberen_runtime_outcome) proberen_runtime_outcome(kind, outcome);
}
PROBEREN_INLINE void proberen_acceptable(const char* outcome) { proberen_outcome(0, outcome); }
PROBEREN_INLINE void proberen_interesting(const char* outcome) { proberen_outcome(1, outcome); }
PROBEREN_INLINE void proberen_forbidden(const char* outcome) { proberen_outcome(2, outcome); }

#undef PROBEREN_INLINE

#ifdef __cplusplus
}
#endif
#endif
