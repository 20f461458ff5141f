/// NamedSemaphore beside sem_open's. For SubjectBuilder::with.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include <unistd.h>

#include "proberen/benchmark.hpp"
#include "proberen/ipc/named_semaphore.hpp"
#include "subjects/benchmarks/peers/named_semaphores.hpp"

namespace proberen::benchmarks {
namespace named_bench {

inline std::string bench_name() { return "bench-" + std::to_string(::getpid()); }

/// Ours, with the constructor of a peer.
struct OurNamedSemaphore : ipc::NamedSemaphore {
  OurNamedSemaphore(const std::string& name, unsigned units) : ipc::NamedSemaphore(ipc::create_only, name, units) {}
};

/// One unit, under a name that is removed at once.
template <class Named>
struct Opened {
  Named semaphore = made();

  void turn() {
    semaphore.acquire();
    (void)semaphore.release();
  }

 private:
  static Named made() {
    // Elided, so that peers need not move; the name goes before anybody could leave it behind.
    struct Remover {
      ~Remover() { Named::remove(bench_name()); }
    } remover;
    return Named(bench_name(), 1);
  }
};

template <class Named>
struct Renewed {
  std::string name = bench_name() + "-new";

  void turn() {
    const Named semaphore(name, 1);
    Named::remove(name);
  }
};

inline constexpr auto kTurn = [](auto& object) { object.turn(); };

}  // namespace named_bench

inline constexpr auto named_semaphore_benchmarks = [](auto& subject) {
  using namespace named_bench;
  const auto versus = [&]<class Named>(const char* peer, std::type_identity<Named>) {
    subject.template peer<Opened<Named>>("uncontended", peer, {1}, kTurn);
    subject.template peer<Renewed<Named>>("create and remove", peer, {1}, kTurn);
  };
  versus("", std::type_identity<OurNamedSemaphore>());
  versus("sem_open", std::type_identity<peers::PosixNamedSemaphore>());

  subject.goal(
      {.text = "uncontended at most 0.85 of the time of sem_open's", .benchmark = "uncontended", .peers = {"sem_open"}, .limit = 0.85});
  subject.goal({.text = "creating and removing at most 1.5 of the time of sem_open and sem_unlink",
                .benchmark = "create and remove",
                .peers = {"sem_open"},
                .limit = 1.5});
};

}  // namespace proberen::benchmarks
