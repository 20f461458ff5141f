#include "proberen/ipc/start_method.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace proberen::ipc {
namespace {

struct Name {
  StartMethod method;
  std::string_view text;
};
constexpr std::array kNames{Name{StartMethod::fork, "fork"}, Name{StartMethod::spawn, "spawn"},
                            Name{StartMethod::forkserver, "forkserver"}};

}  // namespace

std::string_view to_string(StartMethod method) {
  for (const Name& name : kNames) {
    if (name.method == method) return name.text;
  }
  return "unknown";
}

StartMethod parse_start_method(std::string_view name) {
  std::string known;
  for (const Name& candidate : kNames) {
    if (candidate.text == name) return candidate.method;
    known += known.empty() ? "" : ", ";
    known += candidate.text;
  }
  throw std::invalid_argument("unknown start method '" + std::string(name) + "'; known ones: " + known);
}

}  // namespace proberen::ipc
