// expect: pass complete
//
// Memory that somebody has written, in whichever way, or that comes as zero, may be read by atomics: even where what was written is what
// malloc happens to leave there.
#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  atomic_int* const plain = malloc(sizeof(*plain));
  atomic_init(plain, 3);
  assert(atomic_load(plain) == 3);
  atomic_int* const stored = malloc(sizeof(*stored));
  atomic_store(stored, 4);
  assert(atomic_fetch_add(stored, 1) == 4);
  atomic_uchar* const bytes = malloc(256);
  for (unsigned i = 0; i < 256; ++i) ((unsigned char*)bytes)[i] = (unsigned char)i;
  for (unsigned i = 0; i < 256; ++i) assert(atomic_load(bytes + i) == i);
  atomic_uchar* const same = malloc(256);
  for (unsigned i = 0; i < 256; ++i) atomic_store(same + i, (unsigned char)i);
  for (unsigned i = 0; i < 256; ++i) assert(atomic_load(same + i) == i);
  char* const text = malloc(64);
  snprintf(text, 64, "written by the C library");  // which has no hooks
  assert(atomic_load((atomic_char*)text) == 'w');
  atomic_int* zeros = calloc(4, sizeof(*zeros));
  assert(atomic_load(zeros) == 0);
  zeros = realloc(zeros, 8 * sizeof(*zeros));
  assert(atomic_load(zeros) == 0 && atomic_load(zeros + 3) == 0);
  free(plain);
  free(stored);
  free(bytes);
  free(same);
  free(text);
  free(zeros);
  return 0;
}
