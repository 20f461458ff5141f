// Every execution starts from what static constructors have made, on the heap too.
// expect: pass complete
// executions: 2
#include <atomic>
#include <cassert>
#include <map>
#include <string>
#include <thread>

std::map<std::string, int> table{{"one", 1}};
std::atomic<int> x;

int main() {
  assert(table.size() == 1 && table.at("one") == 1);
  table["two"] = 2;
  table.erase("one");
  std::thread thread([] { x.fetch_add(1); });
  x.fetch_add(1);
  thread.join();
}
