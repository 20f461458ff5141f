/* The queue of Michael and Scott: one thread puts two values, another takes twice. W links a node, R follows a link. */
#include "../litmus.h"

struct node {
  _Atomic(struct node*) next;
  int value;
};

static struct node nodes[3];
static _Atomic(struct node*) head = &nodes[0];
static _Atomic(struct node*) tail = &nodes[0];
static int first, second;

static void put(struct node* node, int value) {
  node->value = value;
  for (;;) {
    struct node* last = load(tail, R);
    struct node* none = NULL;
    struct node* const next = load(last->next, R);
    if (next != NULL) {
      atomic_compare_exchange_strong_explicit(&tail, &last, next, ORDER(W), memory_order_relaxed);
    } else if (atomic_compare_exchange_strong_explicit(&last->next, &none, node, ORDER(W), memory_order_relaxed)) {
      atomic_compare_exchange_strong_explicit(&tail, &last, node, ORDER(W), memory_order_relaxed);
      return;
    }
  }
}

static int take(void) {
  for (;;) {
    struct node* before = load(head, R);
    struct node* const next = load(before->next, R);
    if (next == NULL) return 0;
    const int value = next->value;
    if (atomic_compare_exchange_strong_explicit(&head, &before, next, ORDER(W), memory_order_relaxed)) return value;
  }
}

THREAD(producer) {
  put(&nodes[1], 1);
  put(&nodes[2], 2);
}

THREAD(consumer) {
  first = take();
  second = take();
}

int main(void) {
  run(producer, consumer);
  observe(first);
  observe(second);
}
