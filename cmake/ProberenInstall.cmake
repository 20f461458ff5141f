# The installed package: headers, one static library for each part and variant, the command, and proberen_add_check().
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# What an application links that wants the primitives alone.
add_library(primitives INTERFACE)
target_link_libraries(primitives INTERFACE primitives.native)
add_library(proberen::primitives ALIAS primitives)

get_property(libraries GLOBAL PROPERTY PROBEREN_LIBRARIES)
list(FILTER libraries EXCLUDE REGEX "^(gate|render)\\.")  # of the command alone
install(TARGETS ${libraries} primitives EXPORT proberen-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/proberen)
install(EXPORT proberen-targets NAMESPACE proberen:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/proberen)
if(TARGET proberen)
  install(TARGETS proberen RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# A floor's own folder and no deeper one: what stands in for a header elsewhere (models/peers/genmc_headers) would take the place of the real one.
file(GLOB public_folders RELATIVE "${PROJECT_SOURCE_DIR}"
  "${PROJECT_SOURCE_DIR}/primitives/proberen" "${PROJECT_SOURCE_DIR}/models/*/proberen" "${PROJECT_SOURCE_DIR}/fuzz/proberen"
  "${PROJECT_SOURCE_DIR}/stress/proberen" "${PROJECT_SOURCE_DIR}/reports/*/proberen")
foreach(folder IN LISTS public_folders)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "explore.h")
endforeach()

configure_package_config_file(cmake/proberenConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/proberenConfig.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/proberen)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/proberenConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/proberenConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/proberenConfigVersion.cmake"
  cmake/ProberenVariants.cmake cmake/ProberenAddCheck.cmake cmake/ProberenExplorable.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/proberen)
