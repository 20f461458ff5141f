// A stream in memory is the execution's own.
// expect: pass complete
// native: 0
#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  char* text = NULL;
  size_t size = 0;
  FILE* file = open_memstream(&text, &size);
  fprintf(file, "%d and %d\n", 1, 2);
  fclose(file);
  assert(size == 8 && strcmp(text, "1 and 2\n") == 0);
  file = fmemopen(text, size, "r");
  int first = 0, second = 0;
  assert(fscanf(file, "%d and %d", &first, &second) == 2 && first == 1 && second == 2);
  fclose(file);
  free(text);
}
