// Through operator delete, too.
// expect: fail crash
// message: no allocation has returned
int object;

int main() {
  int* volatile pointer = &object;
  delete pointer;  // HERE
}
