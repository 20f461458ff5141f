# How this repository builds itself: variants, libraries per variant, tests, dependencies.
include_guard(GLOBAL)

set(PROBEREN_SANITIZE "" CACHE STRING "Build everything with this sanitizer: address, undefined or thread")
option(PROBEREN_WARNINGS_AS_ERRORS "Treat warnings as errors" OFF)

# A variant is a way to build a check: every check is one executable per variant.
#   native   fuzz, stress, bench
#   relacy   explore, on Relacy's platform
#   tsan     stress under ThreadSanitizer
#   asan     stress under AddressSanitizer and UndefinedBehaviorSanitizer
#   explored explore, on the native platform, under models/runtime/
include(ProberenVariants)

# proberen_require(<package> <debian package> [component ...]): find_package() that says what to install.
macro(proberen_require package debian_package)
  find_package(${package} QUIET ${ARGN})
  if(NOT ${package}_FOUND)
    message(FATAL_ERROR "proberen needs ${package}: install the Debian package ${debian_package} (or run ci/setup, which installs all of them)")
  endif()
endmacro()

# proberen_require_header(<variable> <header> <debian package>): sets the variable to the folder of the header.
function(proberen_require_header variable header debian_package)
  find_path(${variable} ${header})
  if(NOT ${variable})
    message(FATAL_ERROR "proberen needs <${header}>: install the Debian package ${debian_package} (or run ci/setup, which installs all of them)")
  endif()
endfunction()

# What we ask of our own code; never of a user's. GCC 12 sees uninitialized reads in std::variant and std::optional where sanitizers are on;
# libstdc++ 12's own std::stable_sort uses what it has deprecated itself, and clang says so.
add_library(proberen_own INTERFACE)
target_compile_options(proberen_own INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${PROBEREN_WARNINGS_AS_ERRORS}>:-Werror>)
target_include_directories(proberen_own INTERFACE "${PROJECT_SOURCE_DIR}")
if(PROBEREN_SANITIZE)
  # UBSan must fail a test rather than print and go on.
  target_compile_options(proberen_own INTERFACE -fsanitize=${PROBEREN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(proberen_own INTERFACE -fsanitize=${PROBEREN_SANITIZE})
  if(PROBEREN_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(proberen_own INTERFACE -Wno-tsan)  # as in the variant
  endif()
endif()

option(PROBEREN_PRECOMPILE "Precompile the standard headers: builds sooner, and does not see that a file forgets to include one" OFF)

# proberen_precompile(<target> <variant> [TEST]): the target reads its standard headers, or those of a test, from a file shared by all such
# targets of the variant. Its flags must be those of the variant.
function(proberen_precompile target variant)
  if(NOT PROBEREN_PRECOMPILE)
    return()
  endif()
  set(headers <algorithm> <array> <atomic> <chrono> <cstdint> <cstring> <functional> <map> <memory> <mutex> <optional> <span> <stdexcept>
    <string> <string_view> <system_error> <thread> <utility> <vector>)
  set(shared precompiled.${variant})
  if("TEST" IN_LIST ARGN)
    set(shared precompiled.test.${variant})
    list(APPEND headers <gtest/gtest.h>)
  endif()
  if(NOT TARGET ${shared})
    file(WRITE "${PROJECT_BINARY_DIR}/precompiled.cpp" "")
    add_library(${shared} OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
    target_compile_features(${shared} PRIVATE cxx_std_20)
    proberen_apply_variant(${shared} ${variant})
    target_link_libraries(${shared} PRIVATE proberen_own)
    if("TEST" IN_LIST ARGN)
      proberen_apply_test(${shared} ${variant})
    endif()
    target_precompile_headers(${shared} PRIVATE ${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${shared})
  # With a precompiled header GCC 12 forgets which warnings it does not give in the library's own code.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds$<SEMICOLON>-Wno-stringop-overflow>)
endfunction()

# What a test's own code has beside its variant.
function(proberen_apply_test target variant)
  if(variant STREQUAL "asan")
    # Optimizing it under two sanitizers would double the time that it takes to compile.
    target_compile_options(${target} PRIVATE -O0)
  endif()
  target_link_libraries(${target} PRIVATE proberen_own GTest::gtest)
endfunction()

# proberen_add_library(<name> [OWN_FLAGS] [UNITY] VARIANTS … [SOURCES …] [INCLUDE <folder>] [LINK …] [PRIVATE_LINK …])
# One static library <name>.<variant> for each variant. LINK and PRIVATE_LINK name other such libraries (without the variant) or
# ordinary targets. OWN_FLAGS says that the caller will give it flags that the variant has not. UNITY compiles the sanitized variants ten
# sources at a time, which is a third of the work; that each source stands by itself is seen in the native one.
function(proberen_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OWN_FLAGS;UNITY" "INCLUDE" "VARIANTS;SOURCES;LINK;PRIVATE_LINK")
  if(NOT arg_INCLUDE)
    set(arg_INCLUDE "${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  foreach(variant IN LISTS arg_VARIANTS)
    set(target ${name}.${variant})
    add_library(${target} STATIC ${arg_SOURCES})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME proberen_${name}_${variant} EXPORT_NAME ${name}.${variant})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${arg_INCLUDE}> $<INSTALL_INTERFACE:include>)
    proberen_apply_variant(${target} ${variant})
    if(arg_UNITY AND variant MATCHES "^(asan|tsan)$")
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    endif()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:proberen_own>)
    foreach(kind IN ITEMS LINK PRIVATE_LINK)
      set(scope PUBLIC)
      if(kind STREQUAL PRIVATE_LINK)
        set(scope PRIVATE)
      endif()
      foreach(library IN LISTS arg_${kind})
        if(TARGET ${library}.${variant})
          target_link_libraries(${target} ${scope} ${library}.${variant})
        elseif(TARGET ${library}.native)
          target_link_libraries(${target} ${scope} ${library}.native)
        else()
          target_link_libraries(${target} ${scope} ${library})
        endif()
      endforeach()
    endforeach()
    if(NOT arg_OWN_FLAGS)
      proberen_precompile(${target} ${variant})
    endif()
    set_property(GLOBAL APPEND PROPERTY PROBEREN_LIBRARIES ${target})
  endforeach()
endfunction()

# proberen_add_test(<name> SOURCES … [LINK …] [VARIANT <variant>] [TIMEOUT <seconds>] [LABELS …]): a GoogleTest program. LINK and OWN_FLAGS as above.
function(proberen_add_test name)
  if(NOT PROBEREN_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "OWN_FLAGS" "VARIANT;TIMEOUT" "SOURCES;LINK;LABELS")
  if(NOT arg_VARIANT)
    set(arg_VARIANT native)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 240)
  endif()
  proberen_require(GTest libgtest-dev)
  add_executable(${name} ${arg_SOURCES})
  proberen_apply_variant(${name} ${arg_VARIANT})
  proberen_apply_test(${name} ${arg_VARIANT})
  if(NOT arg_OWN_FLAGS)
    proberen_precompile(${name} ${arg_VARIANT} TEST)
  endif()
  target_link_libraries(${name} PRIVATE GTest::gtest_main)
  foreach(library IN LISTS arg_LINK)
    if(TARGET ${library}.${arg_VARIANT})
      target_link_libraries(${name} PRIVATE ${library}.${arg_VARIANT})
    elseif(TARGET ${library}.native)
      target_link_libraries(${name} PRIVATE ${library}.native)
    else()
      target_link_libraries(${name} PRIVATE ${library})
    endif()
  endforeach()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "unit;${arg_LABELS}")
  if(PROBEREN_SANITIZE STREQUAL "thread")
    # Some tests fork a process that has threads, which is asked for by name there.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "TSAN_OPTIONS=die_after_fork=0")
  endif()
endfunction()
