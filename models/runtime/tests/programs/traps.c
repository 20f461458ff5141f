// expect: fail crash
// message: illegal instruction \(SIGILL\)
int main(void) {
  __builtin_trap();  // HERE
}
