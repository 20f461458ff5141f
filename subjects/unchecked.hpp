/// PROBEREN_UNCHECKED: a function in which neither ThreadSanitizer's hooks nor those of the exploration runtime, which are the same, are
/// called. For what the harness around a subject keeps for itself.
///
/// That is no part of what is checked, so no checker may see it. A sanitizer would take its atomics for synchronization of the subject's;
/// an explorer of executions would visit every order of them, which multiplies the executions by orders on which no result depends. What is
/// unchecked must not depend on the order of threads that nothing orders: then an execution would not be determined by what is seen of it.
#pragma once

#if defined(__clang__)
#define PROBEREN_UNCHECKED [[gnu::noinline, clang::disable_sanitizer_instrumentation]]
#else
#define PROBEREN_UNCHECKED [[gnu::noinline, gnu::no_sanitize("thread")]]
#endif
