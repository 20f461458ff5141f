/// Whether sequentially consistent accesses and fences can be put in one order: the relation psc of RC11 must not have a cycle
/// (Lahav, Vafeiadis, Kang, Hur, Dreyer: "Repairing sequential consistency in C/C++11", PLDI 2017), with `po ; hb ; po` as the standard has
/// it
/// ("strongly happens before", P0668), where the paper leaves out steps within one location.
///
///   scb      = po | po ; hb ; po | hb|=loc | mo | fr
///   psc_base = ([SC] | [Fsc] ; hb?) ; scb ; ([SC] | hb? ; [Fsc])
///   psc_F    = [Fsc] ; (hb | hb ; eco ; hb) ; [Fsc]
///   psc      = psc_base | psc_F
///
/// Where every access is SC this is the acyclicity of po | rf | mo | fr, which is decided faster.
#pragma once

#include "models/explore/graph.hpp"

namespace proberen::explore {

/// `pivot`, and `second` unless kNoEvent, are the events added or changed since the graph was last known to be consistent; nothing comes
/// after them in program order or reads-from but each other.
[[nodiscard]] bool sc_order_exists(const Graph& graph, EventId pivot, EventId second);

}  // namespace proberen::explore
