# SPDX-License-Identifier: Apache-2.0
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
endfunction()

# kdiag_test(NAME SOURCES ... [LAYERS ...] [LIBRARIES ...]): one doctest program and one ctest test.
function(kdiag_test name)
  cmake_parse_arguments(arg "" "LABEL" "SOURCES;LAYERS;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE kdiag_test_support kdiag_settings kdiag_warnings ${arg_LIBRARIES})
  foreach(layer ${arg_LAYERS})
    target_link_libraries(test_${name} PRIVATE kdiag_${layer})
  endforeach()
  add_test(NAME ${name} COMMAND test_${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/tests)
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300 SKIP_RETURN_CODE 125)
endfunction()
