# proberen_explorable(<target>): the target can be explored: compiled with the hooks, linked with libproberen_runtime. What
# proberen-c++ does for a whole build, for one target. Its own libraries are seen where they are compiled so, too.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/ProberenVariants.cmake)

function(proberen_explorable target)
  get_target_property(type ${target} TYPE)
  foreach(language IN ITEMS C CXX)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:${language}>:-fsanitize=thread> $<$<COMPILE_LANGUAGE:${language}>:-g>
      "$<$<COMPILE_LANGUAGE:${language}>:${PROBEREN_HOOKED}>"
      "$<$<AND:$<COMPILE_LANGUAGE:${language}>,$<${language}_COMPILER_ID:GNU>>:${PROBEREN_HOOKED_GNU}>"
      "$<$<AND:$<COMPILE_LANGUAGE:${language}>,$<${language}_COMPILER_ID:Clang>>:SHELL:${PROBEREN_HOOKED_CLANG}>"
      $<$<AND:$<COMPILE_LANGUAGE:${language}>,$<${language}_COMPILER_ID:Clang>>:-grecord-command-line>)  # says what was compiled so
  endforeach()
  if(type STREQUAL "EXECUTABLE" OR type STREQUAL "SHARED_LIBRARY" OR type STREQUAL "MODULE_LIBRARY")
    proberen_link_runtime(${target})
  endif()
endfunction()
