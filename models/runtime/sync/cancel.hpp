/// ExitPlace: where glibc's pthread_exit() stops unwinding: the frame that registered it last on the running thread pointer.
#pragma once

#include <pthread.h>
#include <csetjmp>

extern "C" {
void __pthread_register_cancel(__pthread_unwind_buf_t* buffer);
void __pthread_unregister_cancel(__pthread_unwind_buf_t* buffer);
}

namespace proberen::runtime {

struct ExitPlace {
  __pthread_unwind_buf_t buffer;
  /// Nobody comes back here any more.
  void forget() { __pthread_unregister_cancel(&buffer); }
};

}  // namespace proberen::runtime

/// As setjmp: 0 at first, not 0 when pthread_exit() has come here.
#define PROBEREN_SET_EXIT_PLACE(place)                                                           \
  (__sigsetjmp(reinterpret_cast<struct __jmp_buf_tag*>((place).buffer.__cancel_jmp_buf), 0) != 0 \
       ? 1                                                                                       \
       : (__pthread_register_cancel(&(place).buffer), 0))
