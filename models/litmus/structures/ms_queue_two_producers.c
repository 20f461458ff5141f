/* The same with two producers, and what is left is counted at the end: nothing is lost. */
#include "../litmus.h"

struct node {
  _Atomic(struct node*) next;
  int value;
};

static struct node nodes[3];
static _Atomic(struct node*) tail = &nodes[0];

THREAD(producer) {
  struct node* const node = &nodes[me + 1];
  node->value = me + 1;
  for (;;) {
    struct node* last = load(tail, acquire);
    struct node* next = NULL;
    if (atomic_compare_exchange_strong_explicit(&last->next, &next, node, memory_order_release, memory_order_acquire)) {
      atomic_compare_exchange_strong_explicit(&tail, &last, node, memory_order_release, memory_order_relaxed);
      return;
    }
    atomic_compare_exchange_strong_explicit(&tail, &last, next, memory_order_release, memory_order_relaxed);
  }
}

int main(void) {
  run(producer, producer);
  int sum = 0;
  for (struct node* node = load(nodes[0].next, relaxed); node != NULL; node = load(node->next, relaxed)) sum = sum * 10 + node->value;
  observe(sum);
}
