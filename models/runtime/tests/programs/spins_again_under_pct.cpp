// The same as spins_again_when_sampled.cpp by priorities: those of the thread that never waits may be the highest.
// expect: pass
// options: search=pct executions=20 seed=1 events=2000
#include "spins_again_when_sampled.cpp"
