/// Which litmus programs are compared, with which orders, by which names.
#pragma once

#include "models/peers/litmus_programs.hpp"

namespace proberen::peers {

/// All of them, each with its name.
template <class A, class Visit>
void each_litmus(Visit visit) {
  visit.template operator()<Sb<A, relaxed, relaxed>>("SB");
  visit.template operator()<Sb<A, release, acquire>>("SB release acquire");
  visit.template operator()<Sb<A, seq_cst, seq_cst>>("SB seq_cst");
  visit.template operator()<Sb<A, seq_cst, acquire>>("SB seq_cst stores");
  visit.template operator()<Sb<A, relaxed, relaxed, seq_cst>>("SB seq_cst fences");
  visit.template operator()<Sb<A, relaxed, relaxed, acq_rel>>("SB acq_rel fences");
  visit.template operator()<SbUpdate<A, acq_rel, acquire>>("SB updates");
  visit.template operator()<SbUpdate<A, seq_cst, seq_cst>>("SB seq_cst updates");
  visit.template operator()<Mp<A, relaxed, relaxed>>("MP");
  visit.template operator()<Mp<A, release, acquire>>("MP release acquire");
  visit.template operator()<Mp<A, release, relaxed>>("MP release alone");
  visit.template operator()<Mp<A, relaxed, acquire>>("MP acquire alone");
  visit.template operator()<Mp<A, seq_cst, seq_cst>>("MP seq_cst");
  visit.template operator()<Mp<A, relaxed, relaxed, release, acquire>>("MP fences");
  visit.template operator()<Mp<A, relaxed, acquire, release>>("MP release fence");
  visit.template operator()<Mp<A, release, relaxed, kNoFence, acquire>>("MP acquire fence");
  visit.template operator()<MpUpdate<A, relaxed>>("MP updates");
  visit.template operator()<MpUpdate<A, acq_rel>>("MP acq_rel updates");
  visit.template operator()<MpForeignUpdate<A>>("MP foreign update");
  visit.template operator()<MpForeignStore<A>>("MP foreign store");
  visit.template operator()<MpOwnStore<A>>("MP own store");
  visit.template operator()<Iriw<A, relaxed, relaxed>>("IRIW");
  visit.template operator()<Iriw<A, release, acquire>>("IRIW release acquire");
  visit.template operator()<Iriw<A, seq_cst, acquire>>("IRIW seq_cst stores");
  visit.template operator()<Iriw<A, seq_cst, seq_cst>>("IRIW seq_cst");
  visit.template operator()<Wrc<A, relaxed, relaxed>>("WRC");
  visit.template operator()<Wrc<A, release, acquire>>("WRC release acquire");
  visit.template operator()<Isa2<A>>("ISA2 release acquire");
  visit.template operator()<Rwc<A, kNoFence>>("RWC");
  visit.template operator()<Rwc<A, seq_cst>>("RWC seq_cst fences");
  visit.template operator()<TwoPlusTwoW<A, relaxed>>("2+2W");
  visit.template operator()<TwoPlusTwoW<A, release>>("2+2W release");
  visit.template operator()<TwoPlusTwoW<A, seq_cst>>("2+2W seq_cst");
  visit.template operator()<TwoPlusTwoW<A, relaxed, seq_cst>>("2+2W seq_cst fences");
  visit.template operator()<ShapeR<A, relaxed, relaxed>>("R");
  visit.template operator()<ShapeR<A, seq_cst, seq_cst>>("R seq_cst");
  visit.template operator()<ShapeS<A, relaxed, relaxed>>("S");
  visit.template operator()<ShapeS<A, release, acquire>>("S release acquire");
  visit.template operator()<Lb<A>>("LB");
  visit.template operator()<CoRr<A>>("CoRR");
  visit.template operator()<CoWr<A>>("CoWR");
  visit.template operator()<Additions<A, 2>>("two additions");
  visit.template operator()<Additions<A, 3>>("three additions");
  visit.template operator()<Swaps<A>>("swaps and a store");
  visit.template operator()<Winner<A>>("compare-and-swap");
}

}  // namespace proberen::peers
