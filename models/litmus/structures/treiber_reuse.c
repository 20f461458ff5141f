/* Treiber's stack with nodes used again at once: a pop that was interrupted puts a top back that is out of date (ABA). TAGGED: a count beside the
 * top that each change raises. */
#include "../litmus.h"

enum { kNone = 0xff };
static atomic_uint top;  /* index of the top node, and the tag above it */
static atomic_uint next[2];
static atomic_int taken[2];

#ifdef TAGGED
#define RETAGGED(old, index) ((((old) >> 8) + 1) << 8 | (index))
#else
#define RETAGGED(old, index) ((void)(old), (index))
#endif

static unsigned pop(void) {
  unsigned old = atomic_load(&top);
  for (;;) {
    const unsigned index = old & 0xff;
    if (index == kNone) return kNone;
    const unsigned below = atomic_load(&next[index]);
    if (atomic_compare_exchange_strong(&top, &old, RETAGGED(old, below))) {
      proberen_assert(atomic_fetch_add(&taken[index], 1) == 0); /* nobody else has it */
      return index;
    }
  }
}

static void push(unsigned index) {
  atomic_fetch_sub(&taken[index], 1);
  unsigned old = atomic_load(&top);
  do {
    atomic_store(&next[index], old & 0xff);
  } while (!atomic_compare_exchange_strong(&top, &old, RETAGGED(old, index)));
}

THREAD(first) { pop(); }

THREAD(second) {
  const unsigned a = pop();
  const unsigned b = pop();
  if (a != kNone) push(a);
  (void)b; /* kept: it is not in the stack any more */
  pop();
}

int main(void) {
  atomic_init(&top, 0);
  atomic_init(&next[0], 1);
  atomic_init(&next[1], kNone);
  run(first, second);
}
