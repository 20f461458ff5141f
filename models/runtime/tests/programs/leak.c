// Blocks that are pointed to are no leaks, be it only by each other, as long as a variable points to the first.
// options: leaks=1
// expect: fail leak
// message: 24 bytes
#include <stdlib.h>

struct List { struct List* next; };
static struct List* list;
static void* volatile lost;

int main(void) {
  list = calloc(1, sizeof *list);
  list->next = calloc(1, sizeof *list);
  lost = malloc(24);  // HERE
  lost = 0;
}
