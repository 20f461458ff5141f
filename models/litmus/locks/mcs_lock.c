/* The queued lock of Mellor-Crummey and Scott: each waits on a flag of its own. W hands over, R takes over, U joins the queue and leaves it. */
#include "../counter.h"

struct node {
  _Atomic(struct node*) next;
  atomic_int waiting;
};

static _Atomic(struct node*) tail;
static struct node nodes[N];

static void lock(struct node* mine) {
  store(mine->next, NULL, relaxed);
  store(mine->waiting, 1, relaxed);
  struct node* const before = swap(tail, mine, U);
  if (before == NULL) return;
  store(before->next, mine, W);
  while (load(mine->waiting, R) != 0) {
  }
}

static void unlock(struct node* mine) {
  struct node* next = load(mine->next, R);
  if (next == NULL) {
    struct node* expected = mine;
    if (atomic_compare_exchange_strong_explicit(&tail, &expected, NULL, ORDER(U), memory_order_relaxed)) return;
    while ((next = load(mine->next, R)) == NULL) {
    }
  }
  store(next->waiting, 0, W);
}

TRY_LOCK_OUT(lock(&nodes[me]), unlock(&nodes[me]))
