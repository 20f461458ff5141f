// A loop that asks nothing of anybody.
// expect: fail runaway
volatile int go = 1;

__attribute__((no_sanitize("thread"))) static void turn(void) {
  while (go) {
  }
}

int main(void) { turn(); }
