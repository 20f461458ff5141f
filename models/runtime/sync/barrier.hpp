/// Barriers, of which two kinds are told apart. Mostly no more threads come to one than it waits for: then each round is a meeting of all
/// of them, and in which order they arrive is no difference. Where more threads come, who is in a round together is one: such a barrier is
/// crowded, and arrivals are updates of one location. That is found out by the search, which starts again then.
#pragma once

#include <cstdint>
#include <string>

namespace proberen::runtime {

void crowds_clear();
/// The crowded barriers for a witness, and back: `B<address>,…;`.
[[nodiscard]] std::string crowds_text();
/// Whether the search knows by now that the place is crowded, and that it has just found out: it starts again.
[[nodiscard]] bool is_crowded(std::uintptr_t place);
[[noreturn]] void note_crowd(std::uintptr_t place);
/// Takes the text off the front of a witness.
void crowds_parse(std::string& witness);
/// Whether a thread has come to any barrier.
[[nodiscard]] bool barriers_used();

}  // namespace proberen::runtime
