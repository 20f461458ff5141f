// expect: fail crash
// message: SIGTRAP
int main(void) {
  __asm__ volatile("int3");  // HERE
}
