// options: leaks=1
// expect: pass complete
#include <map>
#include <memory>
#include <string>
#include <thread>

std::map<std::string, std::unique_ptr<int>> table;
thread_local std::string name;

int main() {
  name = "long enough to be on the heap, for sure";
  table["a key that is too long to be inside"] = std::make_unique<int>(3);
  std::thread thread([] { name = "another that is as long as the first"; });
  thread.join();
}
