# SPDX-License-Identifier: Apache-2.0
# Two checks of UBSan are a third of what compiling with it costs, so they stand where raw bytes are read: in every layer below the rules.
# Above them ASan stops at a null pointer too, and nothing is cast.
add_library(kdiag_fewer_checks INTERFACE) # linked last, for its options have to stand after those of kdiag_settings
target_compile_options(kdiag_fewer_checks INTERFACE -fno-sanitize=null,alignment)
add_library(kdiag_no_undefined INTERFACE) # of tests: what they call is checked where it is compiled, and their long tables cost a quarter more with it
target_compile_options(kdiag_no_undefined INTERFACE -fno-sanitize=undefined)
function(kdiag_lighten target checks)
  if(KDIAG_SANITIZE MATCHES "undefined")
    target_link_libraries(${target} PRIVATE kdiag_${checks})
  endif()
endfunction()

if(KDIAG_COUNT_STEPS)
  add_library(kdiag_steps STATIC ${PROJECT_SOURCE_DIR}/tests/support/step_count.cpp)
endif()

# kdiag_layer(NAME SOURCES ... [LAYERS ...] [LIBRARIES ...]): one static library. LAYERS are ours and pass on; LIBRARIES are
# third-party and stay private, so that no other layer can include them.
function(kdiag_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
  add_library(kdiag_${name} STATIC ${arg_SOURCES})
  add_library(kdiag::${name} ALIAS kdiag_${name})
  target_link_libraries(kdiag_${name} PUBLIC kdiag_settings PRIVATE kdiag_warnings ${arg_LIBRARIES})
  foreach(layer ${arg_LAYERS})
    target_link_libraries(kdiag_${name} PUBLIC kdiag_${layer})
  endforeach()
  if(KDIAG_COUNT_STEPS)
    target_compile_options(kdiag_${name} PRIVATE -fsanitize-coverage=trace-pc)
    target_link_libraries(kdiag_${name} PUBLIC kdiag_steps)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release" AND name MATCHES "^(app|config|client|local|probe)$") # much code, which waits for people and servers
    target_compile_options(kdiag_${name} PRIVATE -Os)
  endif()
  if(name MATCHES "^(rules|rules_.+|report|app)$")
    kdiag_lighten(kdiag_${name} fewer_checks)
    if(KDIAG_PRECOMPILE AND name STREQUAL "app")
      target_precompile_headers(kdiag_app PRIVATE <algorithm> ${PROJECT_SOURCE_DIR}/src/app/environment.hpp ${PROJECT_SOURCE_DIR}/src/client/api_client.hpp
                                                  ${PROJECT_SOURCE_DIR}/src/rules/rule.hpp ${PROJECT_SOURCE_DIR}/src/util/format.hpp ${PROJECT_SOURCE_DIR}/src/util/strings.hpp)
    elseif(KDIAG_PRECOMPILE AND NOT name STREQUAL "rules_core")
      target_precompile_headers(kdiag_${name} REUSE_FROM kdiag_rules_core)
    endif()
  endif()
endfunction()

# kdiag_test(NAME SOURCES ... [LAYERS ...] [LIBRARIES ...]): one doctest program and one ctest test.
function(kdiag_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES})
  if(KDIAG_PRECOMPILE)
    target_precompile_headers(test_${name} REUSE_FROM kdiag_test_support)
  endif()
  target_link_libraries(test_${name} PRIVATE kdiag_test_support kdiag_settings kdiag_warnings ${arg_LIBRARIES})
  foreach(layer ${arg_LAYERS})
    target_link_libraries(test_${name} PRIVATE kdiag_${layer})
  endforeach()
  kdiag_lighten(test_${name} no_undefined)
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/tests)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300 SKIP_RETURN_CODE 125)
endfunction()
