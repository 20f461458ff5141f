# proberen_explorable(<target>): the target can be explored: compiled with the hooks, linked with libproberen_runtime. What
# proberen-c++ does for a whole build, for one target. Its own libraries are seen where they are compiled so, too.
include_guard(GLOBAL)

function(proberen_explorable target)
  if(TARGET runtime)
    set(library runtime)
  elseif(TARGET proberen::runtime)
    set(library proberen::runtime)
  else()
    message(FATAL_ERROR "proberen_explorable(${target}): this build of proberen has no exploration runtime")
  endif()
  get_target_property(type ${target} TYPE)
  foreach(language IN ITEMS C CXX)
    target_compile_options(${target} PRIVATE
      $<$<COMPILE_LANGUAGE:${language}>:-fsanitize=thread> $<$<COMPILE_LANGUAGE:${language}>:-g>
      $<$<AND:$<COMPILE_LANGUAGE:${language}>,$<${language}_COMPILER_ID:GNU>>:-Wno-tsan>)
  endforeach()
  if(type STREQUAL "EXECUTABLE" OR type STREQUAL "SHARED_LIBRARY" OR type STREQUAL "MODULE_LIBRARY")
    # Before everything that it stands in front of, even where nothing in the program asks for it.
    target_link_options(${target} BEFORE PRIVATE -Wl,--push-state,--no-as-needed $<TARGET_FILE:${library}> -Wl,--pop-state -Wl,-z,now)
  endif()
  target_link_libraries(${target} PRIVATE ${library})
endfunction()
