# proberen_add_check(<name> SOURCES … [LINK …] [VARIANTS …] [NOT_EXPLORED …]): builds a check, the program of one or more subjects, in every variant that the
# four methods need, and notes it where `proberen` finds it: <build>/proberen-checks/<name>.json.
#
# VARIANTS names those that are enough, for subjects that some method has nothing to do with: benchmarks alone need only `native`.
# NOT_EXPLORED names those of SOURCES whose subjects are none for the exploration runtime, because they need other processes or come to no end
# there: the variant `explored` is built without them.
# LINK names the libraries of what is under check. A sanitizer sees only code that is compiled with it: list the sources of a small library
# under SOURCES rather than linking it, or prefer headers.
include_guard(GLOBAL)

function(proberen_add_check name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;VARIANTS;NOT_EXPLORED")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "proberen_add_check(${name}): no SOURCES")
  endif()
  if(NOT TARGET proberen-checks)
    add_custom_target(proberen-checks)
  endif()
  set(variants "")
  if(NOT arg_VARIANTS)
    set(arg_VARIANTS ${PROBEREN_VARIANTS})
  endif()
  foreach(variant IN LISTS arg_VARIANTS)
    if(NOT variant IN_LIST PROBEREN_VARIANTS)
      message(FATAL_ERROR "proberen_add_check(${name}): there is no variant ${variant}: this build has ${PROBEREN_VARIANTS}")
    endif()
    set(target ${name}.${variant})
    set(sources ${arg_SOURCES})
    if(variant STREQUAL "explored" AND arg_NOT_EXPLORED)
      list(REMOVE_ITEM sources ${arg_NOT_EXPLORED})
      if(NOT sources)
        continue()
      endif()
    endif()
    add_executable(${target} ${sources})
    if(variant STREQUAL "explored")
      proberen_link_runtime(${target})
    endif()
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/checks")
    if(TARGET check.${variant})
      target_link_libraries(${target} PRIVATE check.${variant})
    else()
      target_link_libraries(${target} PRIVATE proberen::check.${variant})
    endif()
    target_link_libraries(${target} PRIVATE ${arg_LINK})
    add_dependencies(proberen-checks ${target})
    list(APPEND variants "    \"${variant}\": \"$<TARGET_FILE:${target}>\"")
  endforeach()
  list(JOIN variants ",\n" variants)
  file(GENERATE OUTPUT "${CMAKE_BINARY_DIR}/proberen-checks/${name}.json"
    CONTENT "{\n  \"check\": \"${name}\",\n  \"variants\": {\n${variants}\n  }\n}\n")
endfunction()
