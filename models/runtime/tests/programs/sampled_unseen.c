// expect: pass
// options: search=random executions=1 seed=1
// limit: with a probability of about 100 %: of 1, 1 have
#include "sampled_seen.c"
