# The variants in which a check is built, and the flags of each. Shared by this repository's build and the installed package.
include_guard(GLOBAL)

# With the whole build sanitized there is one variant: the rest would mix sanitizers.
if(PROBEREN_SANITIZE)
  set(PROBEREN_VARIANTS native)
else()
  set(PROBEREN_VARIANTS native relacy tsan asan)
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")  # the only one that the exploration runtime knows
    list(APPEND PROBEREN_VARIANTS explored)
  endif()
endif()
# Those that run real threads. What only computes is built natively and serves all variants.
set(PROBEREN_RUN_VARIANTS ${PROBEREN_VARIANTS})
list(REMOVE_ITEM PROBEREN_RUN_VARIANTS relacy explored)

# What the hooks need besides -fsanitize=thread, after everything else that a compiler is told; of the wrappers, too.
# -fno-lto: with it, code is made when the program is linked, where the sanitizer is not asked for.
set(PROBEREN_HOOKED -fno-lto)
# GCC turns calls with a known size into a few moves after the hooks are set, so that nobody sees what they touch: they stay calls, which
# the runtime is in front of. Those that compute something from constants stay as they are: programs need them to be constants.
# The C library's checks with _FORTIFY_SOURCE call built-in functions by their own names, which no option keeps: the runtime checks instead.
set(PROBEREN_HOOKED_GNU -Wno-tsan -Wp,-U_FORTIFY_SOURCE)
foreach(function IN ITEMS memcpy memmove memset mempcpy memcmp bcmp bcopy bzero strcpy strncpy stpcpy stpncpy strcat strncat)
  list(APPEND PROBEREN_HOOKED_GNU -fno-builtin-${function})
endforeach()
list(APPEND PROBEREN_HOOKED_GNU --param=builtin-string-cmp-inline-length=0)
# A read whose value nobody uses races as any other, and so does what a function does whose value nobody uses. Clang has no such options.
list(APPEND PROBEREN_HOOKED_GNU -fno-tree-dce -fno-tree-dse -fno-tree-fre -fno-tree-pre -fno-tree-forwprop -fno-tree-sink
  -fno-ipa-pure-const)
# Clang leaves out the hook of a read that a write of the same variable follows, as both would race; explored, the value that it reads counts.
set(PROBEREN_HOOKED_CLANG "-mllvm -tsan-instrument-read-before-write=1")

# proberen_apply_variant(<target> <variant>): the flags of a variant, on our own target only.
function(proberen_apply_variant target variant)
  if(variant STREQUAL "relacy")
    target_compile_definitions(${target} PUBLIC PROBEREN_PLATFORM_HEADER="proberen/relacy_platform.hpp")
  elseif(variant STREQUAL "tsan")
    # -g1: reports name functions and lines, and ask for no more.
    # -Wno-tsan: GCC warns of every fence; the verdict says what ThreadSanitizer makes of them.
    target_compile_options(${target} PUBLIC -fsanitize=thread -O1 -g1 -fno-omit-frame-pointer $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    target_link_options(${target} PUBLIC -fsanitize=thread)
  elseif(variant STREQUAL "asan")
    # Without three checks that double what there is to compile: a null pointer faults, which AddressSanitizer reports; misaligned
    # accesses and wrong dynamic types are left to the preset `ubsan`.
    target_compile_options(${target} PUBLIC -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr -O1 -g1 -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  elseif(variant STREQUAL "explored")
    # The hooks that ThreadSanitizer's compiler passes set, answered by libproberen_runtime instead of ThreadSanitizer's library.
    target_compile_options(${target} PUBLIC -fsanitize=thread -O1 -g1 ${PROBEREN_HOOKED} "$<$<CXX_COMPILER_ID:GNU>:${PROBEREN_HOOKED_GNU}>"
      "$<$<CXX_COMPILER_ID:Clang>:SHELL:${PROBEREN_HOOKED_CLANG}>")
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      proberen_link_runtime(${target})
    endif()
  endif()
endfunction()

# proberen_link_runtime(<target>): links libproberen_runtime before everything that it stands in front of, even where nothing in the program
# asks for it.
function(proberen_link_runtime target)
  if(TARGET runtime)
    set(library runtime)
  elseif(TARGET proberen::runtime)
    set(library proberen::runtime)
  else()
    message(FATAL_ERROR "${target}: this build of proberen has no exploration runtime")
  endif()
  target_link_options(${target} BEFORE PRIVATE -Wl,--push-state,--no-as-needed $<TARGET_FILE:${library}> -Wl,--pop-state -Wl,-z,now)
  # Not target_link_libraries: its two signatures do not mix, and the target's owner has chosen one.
  set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES ${library})
endfunction()
