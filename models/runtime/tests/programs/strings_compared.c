// Comparisons and searches read no more than their result depends on: what another thread writes behind that is no race.
// expect: pass complete
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

char text[16] = "abcdefgh";
const char* volatile other = "abXdefgh";
unsigned long volatile eight = 8;
int volatile found;

static void* writer(void* unused) {
  text[6] = 'x';
  return unused;
}

int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, writer, 0);
  found = memcmp(text, other, eight) != 0 && strcmp(text, other) != 0 && strncmp(text, "abcd", 4) == 0 &&
          strchr(text, 'c') == text + 2 && memchr(text, 'c', eight) == text + 2 && strstr(text, "cd") == text + 2 && strnlen(text, 6) == 6;
  char* block = malloc(3);  // no end is needed where there is a limit
  memset(block, 'a', 3);
  if (!found || strncmp(block, "aaa", 3) != 0 || strnlen(block, 3) != 3 || strchr(block, 'a') != block) abort();
  free(block);
  pthread_join(thread, 0);
}
