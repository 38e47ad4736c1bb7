# SPDX-License-Identifier: Apache-2.0
# What every target of ours is compiled and linked with: kdiag_settings and kdiag_warnings, never for third-party code.
include(CheckLinkerFlag)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}) # build/release/kdiag
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(KDIAG_CCACHE ccache)
if(KDIAG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${KDIAG_CCACHE})
endif()

add_library(kdiag_settings INTERFACE)
target_include_directories(kdiag_settings INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(kdiag_settings INTERFACE KDIAG_VERSION="${PROJECT_VERSION}")
target_compile_options(kdiag_settings INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -fstack-protector-strong -fcf-protection)
target_link_options(kdiag_settings INTERFACE -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
if(KDIAG_SANITIZE)
  target_compile_options(kdiag_settings INTERFACE -fsanitize=${KDIAG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(kdiag_settings INTERFACE -fsanitize=${KDIAG_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(kdiag_settings INTERFACE _FORTIFY_SOURCE=2)
endif()
target_compile_definitions(kdiag_settings INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  check_linker_flag(CXX LINKER:-z,pack-relative-relocs KDIAG_PACKS_RELOCATIONS) # 40,000 of them otherwise, a megabyte to read at each start
  if(KDIAG_PACKS_RELOCATIONS)
    target_link_options(kdiag_settings INTERFACE LINKER:-z,pack-relative-relocs)
  endif()
  target_compile_options(kdiag_settings INTERFACE -ffunction-sections -fdata-sections)
  target_link_options(kdiag_settings INTERFACE -Wl,--gc-sections)
  if(NOT KDIAG_BENCH) # profilers need the names
    target_link_options(kdiag_settings INTERFACE -s)
  endif()
endif()

add_library(kdiag_warnings INTERFACE)
target_compile_options(kdiag_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion
                                                -Wsign-conversion -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough)
# Designated initialisers that skip members with defaults are how options and findings are written here.
target_compile_options(kdiag_warnings INTERFACE -Wno-missing-field-initializers)
if(KDIAG_DEV)
  target_compile_options(kdiag_warnings INTERFACE -Werror)
endif()
# False positives of g++ 12 in inlined standard library code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(kdiag_warnings INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
