// What an execution has set in the C and the C++ library is not there in the next one.
// expect: pass complete
// executions: 2
#include <atomic>
#include <cassert>
#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <locale>
#include <memory_resource>
#include <new>
#include <thread>

#include <locale.h>
#include <unistd.h>

std::atomic<int> x;

void no_more() { std::abort(); }

struct Comma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

int main() {
  assert(errno == 0);
  assert(std::strcmp(std::setlocale(LC_ALL, nullptr), "C") == 0);
  assert(uselocale(nullptr) == LC_GLOBAL_LOCALE);
  assert(std::get_new_handler() == nullptr && std::get_terminate() != no_more);
  assert((std::cout.flags() & std::ios::hex) == 0 && std::cout.good());
  assert(std::locale() == std::locale::classic());
  assert(std::pmr::get_default_resource() == std::pmr::new_delete_resource());
  char program[] = "program", options[] = "-abc";
  char* given[] = {program, options, nullptr};
  assert(optind == 1 && getopt(2, given, "abc") == 'a');
  std::setlocale(LC_ALL, "C.UTF-8");
  uselocale(newlocale(LC_ALL_MASK, "C.UTF-8", nullptr));
  std::set_new_handler(no_more);
  std::set_terminate(no_more);
  std::cout << std::hex << 255;
  std::cout.setstate(std::ios::failbit);
  std::locale::global(std::locale(std::locale::classic(), new Comma));
  std::pmr::set_default_resource(std::pmr::null_memory_resource());
  std::thread thread([] {
    assert(errno == 0);
    errno = ENOENT;
    x.fetch_add(1);
  });
  x.fetch_add(1);
  thread.join();
  errno = EINTR;
}
