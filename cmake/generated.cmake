# SPDX-License-Identifier: EUPL-1.2
# What is made from files that are no C++: translations, access matrix, migrations, topic catalogue, sample, style and script.
include(cmake/words.cmake)
set(GEN ${CMAKE_BINARY_DIR}/gen)
file(MAKE_DIRECTORY ${GEN}/access ${GEN}/ui)

set(LOTSE_MATRIX ${GEN}/access/matrix.gen.cc)
add_custom_command(OUTPUT ${LOTSE_MATRIX}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/matrix.py compile ${CMAKE_SOURCE_DIR}/src/access/matrix.csv ${LOTSE_MATRIX}
  DEPENDS ${CMAKE_SOURCE_DIR}/src/access/matrix.csv ${CMAKE_SOURCE_DIR}/tools/matrix.py
  COMMENT "Access matrix" VERBATIM)

file(GLOB LOTSE_SQL CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*/20*.sql)
set(LOTSE_MIGRATIONS ${GEN}/migrations.gen.cc)
add_custom_command(OUTPUT ${LOTSE_MIGRATIONS}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/embed.py migrations ${LOTSE_MIGRATIONS} ${LOTSE_SQL}
  DEPENDS ${LOTSE_SQL} ${CMAKE_SOURCE_DIR}/tools/embed.py
  COMMENT "Migrations" VERBATIM)

function(lotse_embed out)
  set(files)
  foreach(pair ${ARGN})
    string(REGEX REPLACE "^[^=]*=" "" file ${pair})
    list(APPEND files ${file})
  endforeach()
  add_custom_command(OUTPUT ${out}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/embed.py text ${out} ${ARGN}
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/tools/embed.py VERBATIM)
  set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS "${files}")
endfunction()
lotse_embed(${GEN}/topics.gen.S lotse_topic_catalogue=${CMAKE_SOURCE_DIR}/src/topic/catalogue.json)
lotse_embed(${GEN}/sample.gen.S lotse_sample_town=${CMAKE_SOURCE_DIR}/sample/town.json)

# Style and script: built by the front-end tools that `npm ci` brought (tools/setup).
file(GLOB_RECURSE LOTSE_UI CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ui/*)
set(LOTSE_NODE ${CMAKE_SOURCE_DIR}/ui/node)
set(LOTSE_ASSETS ${GEN}/ui/assets.gen.cc ${GEN}/ui/assets.gen.S)
add_custom_command(OUTPUT ${LOTSE_ASSETS}
  COMMAND ${LOTSE_NODE} ${CMAKE_SOURCE_DIR}/ui/build.mjs ${GEN}/ui
  DEPENDS ${LOTSE_UI} ${CMAKE_SOURCE_DIR}/package-lock.json
  COMMENT "Style and script" VERBATIM)
set_source_files_properties(${GEN}/ui/assets.gen.S PROPERTIES COMPILE_OPTIONS "-I${GEN}/ui")
