// [42, none, "hello"] from a child to its parent, through a queue and through a pipe.
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include <cereal/types/variant.hpp>
#include <proberen/ipc/connection.hpp>
#include <proberen/ipc/queue.hpp>

namespace ipc = proberen::ipc;
using Items = std::vector<std::variant<std::monostate, int, std::string>>;

void send_items(const ipc::Queue<Items>& queue, ipc::Connection pipe) {
  const Items items{42, std::monostate(), "hello"};
  queue.put(items);
  pipe.send(items);
}
PROBEREN_ENTRY(send_items, send_items);

int main(int argc, char** argv) {
  ipc::initialize(argc, argv);
  const ipc::Queue<Items> queue(10);
  auto [here, there] = ipc::pipe();
  ipc::Process child = ipc::Context(ipc::StartMethod::spawn).start("send_items", queue, std::move(there));
  for (const Items& items : {queue.get().value(), here.recv<Items>()})
    std::printf("[%d, %s, \"%s\"]\n", std::get<int>(items[0]), items[1].index() == 0 ? "none" : "?", std::get<2>(items[2]).c_str());
  return child.join();
}
