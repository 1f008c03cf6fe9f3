# One static library per folder of src/. A folder sees the headers of the folders it may use and no others: each
# library exports a directory that holds nothing but a link to its own folder, so an #include against the arrows of
# docs/architecture.md does not compile.

add_library(ouro_flags INTERFACE)
target_compile_options(ouro_flags INTERFACE -Wall -Wextra -fno-strict-aliasing)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(ouro_flags INTERFACE -Wno-gnu-statement-expression)
endif()
if(OURO_WERROR)
  target_compile_options(ouro_flags INTERFACE -Werror)
endif()
if(OURO_SANITIZE OR OURO_FUZZ)
  target_compile_options(ouro_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                              -fno-omit-frame-pointer)
  target_link_options(ouro_flags INTERFACE -fsanitize=address,undefined)
endif()
if(OURO_FUZZ)
  target_compile_options(ouro_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(OURO_LTO)
  target_compile_options(ouro_flags INTERFACE -flto=thin)
  target_link_options(ouro_flags INTERFACE -flto=thin)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_link_options(ouro_flags INTERFACE -fuse-ld=lld)
endif()

# ouro_library(NAME [uses...]): the library of src/NAME.
function(ouro_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main/[a-z_]+\\.cpp$")
  add_library(ouro_${name} STATIC ${sources})
  set(layer ${CMAKE_BINARY_DIR}/layers/${name})
  file(MAKE_DIRECTORY ${layer})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${layer}/${name} SYMBOLIC)
  target_include_directories(ouro_${name} PUBLIC ${layer})
  target_link_libraries(ouro_${name} PUBLIC ouro_flags)
  foreach(use IN LISTS ARGN)
    target_link_libraries(ouro_${name} PUBLIC ouro_${use})
  endforeach()
  set_target_properties(ouro_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# ouro_function_order(TARGET): what programs run stands side by side, in the order of cmake/function_order.txt
# (tools/function_order.py makes it), which saves a fifth of an empty program's memory. Local functions that the optimiser
# has shared among files are named after their file, as seen from a build directory inside the source tree.
function(ouro_function_order target)
  if(NOT OURO_LTO OR NOT CMAKE_CXX_COMPILER_ID MATCHES Clang OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
    return()
  endif()
  set(order ${PROJECT_SOURCE_DIR}/cmake/function_order.txt)
  target_link_options(${target} PRIVATE -Wl,-mllvm,-use-source-filename-for-promoted-locals
                      -Wl,--symbol-ordering-file=${order} -Wl,--no-warn-symbol-ordering)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${order})
endfunction()

# ouro_tests(NAME): the GoogleTest program of tests/NAME. It links ouro_NAME alone, which is also the proof that the
# library stands without those above it.
function(ouro_tests name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(ouro_${name}_tests ${sources})
  target_link_libraries(ouro_${name}_tests PRIVATE ouro_${name} GTest::gtest GTest::gtest_main)
  target_compile_definitions(ouro_${name}_tests PRIVATE OURO_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/${name}")
  add_test(NAME ${name} COMMAND ouro_${name}_tests)
endfunction()
