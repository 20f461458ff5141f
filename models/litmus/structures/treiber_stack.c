/* Treiber's stack, nodes never used again: two pushers and a popper. W publishes a node, R takes it. */
#include "../litmus.h"

struct node {
  struct node* next;
  int value;
};

static _Atomic(struct node*) top;
static struct node nodes[2];
static int got;

static void push(struct node* node) {
  struct node* expected = load(top, relaxed);
  do {
    node->next = expected;
  } while (!atomic_compare_exchange_strong_explicit(&top, &expected, node, ORDER(W), memory_order_relaxed));
}

static struct node* pop(void) {
  struct node* expected = load(top, R);
  while (expected != NULL && !atomic_compare_exchange_strong_explicit(&top, &expected, expected->next, ORDER(R), ORDER(R))) {
  }
  return expected;
}

THREAD(pusher) {
  nodes[me].value = me + 1;
  push(&nodes[me]);
}

THREAD(popper) {
  const struct node* const node = pop();
  got = node != NULL ? node->value : 0;
}

int main(void) {
  run(pusher, pusher, popper);
  observe(got);
}
