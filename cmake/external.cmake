# Libraries from outside, as the folders of src/ link them. The program itself (a target with the property
# OURO_SELF_CONTAINED) takes them from static archives where the system has these: finding and relocating a dozen
# shared libraries takes longer than the rest of a short program's start. All others link the shared libraries.
option(OURO_STATIC_LIBRARIES "Link the program's libraries statically where possible" ON)
if(OURO_SANITIZE OR OURO_FUZZ)
  set(OURO_STATIC_LIBRARIES OFF)
endif()

# ouro_external(NAME SHARED shared... ARCHIVES archive...): makes ouro_external_NAME. An archive is a file's name or a
# target.
function(ouro_external name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SHARED;ARCHIVES")
  add_library(ouro_external_${name} INTERFACE)
  set(found ${OURO_STATIC_LIBRARIES})
  set(files)
  foreach(archive IN LISTS arg_ARCHIVES)
    if(TARGET ${archive})
      list(APPEND files ${archive})
      continue()
    endif()
    find_library(OURO_ARCHIVE_${archive} ${archive})
    if(NOT OURO_ARCHIVE_${archive})
      set(found OFF)
    endif()
    mark_as_advanced(OURO_ARCHIVE_${archive})
    list(APPEND files ${OURO_ARCHIVE_${archive}})
  endforeach()
  if(NOT found)
    target_link_libraries(ouro_external_${name} INTERFACE ${arg_SHARED})
    return()
  endif()
  set(self_contained $<BOOL:$<TARGET_PROPERTY:OURO_SELF_CONTAINED>>)
  foreach(library IN LISTS arg_SHARED)
    target_link_libraries(ouro_external_${name} INTERFACE $<$<NOT:${self_contained}>:${library}>)
  endforeach()
  foreach(library IN LISTS files)
    target_link_libraries(ouro_external_${name} INTERFACE $<${self_contained}:${library}>)
  endforeach()
endfunction()

# ouro_self_contained(TARGET): the program's way of linking. Fixed addresses, as in Debian's python3.11, save the
# relocation of every table of pointers at each start.
function(ouro_self_contained target)
  if(NOT OURO_STATIC_LIBRARIES)
    return()
  endif()
  set_target_properties(${target} PROPERTIES OURO_SELF_CONTAINED ON)
  target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc -no-pie)
endfunction()

# Debian's libfmt-dev has no archive; the library is one file of its headers.
add_library(ouro_fmt STATIC EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
ouro_external(fmt SHARED fmt::fmt ARCHIVES ouro_fmt)
ouro_external(icu SHARED ICU::i18n ICU::uc ARCHIVES libicui18n.a libicuuc.a libicudata.a)
ouro_external(gmp SHARED ${GMP_LIBRARY} ARCHIVES libgmp.a)
ouro_external(zlib SHARED ZLIB::ZLIB ARCHIVES libz.a)
ouro_external(expat SHARED EXPAT::EXPAT ARCHIVES libexpat.a)
ouro_external(crypt SHARED crypt ARCHIVES libcrypt.a)
ouro_external(pcre2 SHARED pcre2-8 ARCHIVES libpcre2-8.a)
