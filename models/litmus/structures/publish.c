/* An object is made and published by pointer. W and R are the orders of the pointer. */
#include "../litmus.h"

struct object {
  int a, b;
};

static struct object object;
static _Atomic(struct object*) published;
static int sum;

THREAD(writer) {
  object.a = 1;
  object.b = 2;
  store(published, &object, W);
}

THREAD(reader) {
  const struct object* const seen = load(published, R);
  if (seen != NULL) sum = seen->a + seen->b;
}

int main(void) {
  run(writer, reader);
  observe(sum);
}
