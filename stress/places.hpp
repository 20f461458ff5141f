/// Places in a program's source, for reports.
#pragma once

#include "proberen/record.hpp"

namespace proberen::stress {

/// Turns every `MODULE+0xOFFSET` in the failure's words into `FILE:LINE`, by addr2line(1), which comes with the compiler; where that cannot
/// tell, it stays. Folders are left out. The calling process has one thread.
void find_places(Failure& failure);

}  // namespace proberen::stress
