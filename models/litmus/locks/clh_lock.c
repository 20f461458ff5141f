/* The queued lock of Craig, Landin and Hagersten: each waits on the flag of the one before it. */
#include "../counter.h"

struct node {
  atomic_int busy;
};

static struct node nodes[N + 1];
static _Atomic(struct node*) tail = &nodes[N];

static struct node* lock(struct node* mine) {
  store(mine->busy, 1, relaxed);
  struct node* const before = swap(tail, mine, U);
  while (load(before->busy, R) != 0) {
  }
  return mine;
}

TRY_LOCK_OUT(struct node* const mine = lock(&nodes[me]), store(mine->busy, 0, W))
