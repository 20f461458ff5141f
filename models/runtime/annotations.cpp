// The annotations that programs make for ThreadSanitizer (<sanitizer/tsan_interface.h> and its older kin), so that annotated programs link.
// They are not heeded: what synchronizes is seen as it is, or it is not seen (unseen.hpp says so of inline assembly).

#include "models/runtime/real.hpp"

#define PROBEREN_ANNOTATION(name) \
  PROBEREN_INTERPOSED void name() {}

PROBEREN_ANNOTATION(__tsan_acquire)
PROBEREN_ANNOTATION(__tsan_release)
PROBEREN_ANNOTATION(__tsan_mutex_create)
PROBEREN_ANNOTATION(__tsan_mutex_destroy)
PROBEREN_ANNOTATION(__tsan_mutex_pre_lock)
PROBEREN_ANNOTATION(__tsan_mutex_post_lock)
PROBEREN_INTERPOSED int __tsan_mutex_pre_unlock() { return 1; }
PROBEREN_ANNOTATION(__tsan_mutex_post_unlock)
PROBEREN_ANNOTATION(__tsan_mutex_pre_signal)
PROBEREN_ANNOTATION(__tsan_mutex_post_signal)
PROBEREN_ANNOTATION(__tsan_mutex_pre_divert)
PROBEREN_ANNOTATION(__tsan_mutex_post_divert)
PROBEREN_INTERPOSED void* __tsan_external_register_tag() { return nullptr; }
PROBEREN_ANNOTATION(__tsan_external_register_header)
PROBEREN_ANNOTATION(__tsan_external_assign_tag)
PROBEREN_ANNOTATION(__tsan_external_read)
PROBEREN_ANNOTATION(__tsan_external_write)
PROBEREN_ANNOTATION(__tsan_flush_memory)
PROBEREN_ANNOTATION(AnnotateHappensBefore)
PROBEREN_ANNOTATION(AnnotateHappensAfter)
PROBEREN_ANNOTATION(AnnotateRWLockCreate)
PROBEREN_ANNOTATION(AnnotateRWLockCreateStatic)
PROBEREN_ANNOTATION(AnnotateRWLockDestroy)
PROBEREN_ANNOTATION(AnnotateRWLockAcquired)
PROBEREN_ANNOTATION(AnnotateRWLockReleased)
PROBEREN_ANNOTATION(AnnotateBenignRace)
PROBEREN_ANNOTATION(AnnotateBenignRaceSized)
PROBEREN_ANNOTATION(AnnotateIgnoreReadsBegin)
PROBEREN_ANNOTATION(AnnotateIgnoreReadsEnd)
PROBEREN_ANNOTATION(AnnotateIgnoreWritesBegin)
PROBEREN_ANNOTATION(AnnotateIgnoreWritesEnd)
PROBEREN_ANNOTATION(AnnotateIgnoreSyncBegin)
PROBEREN_ANNOTATION(AnnotateIgnoreSyncEnd)
