# SPDX-License-Identifier: EUPL-1.2
# The translations of po/ become one source file; LOTSE_WORDS_SOURCES goes into lotse_module(words SOURCES …).
file(GLOB LOTSE_PO CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/po/*.po)
set(LOTSE_WORDS_SOURCES ${CMAKE_BINARY_DIR}/gen/words/catalogue.gen.cc)
add_custom_command(OUTPUT ${LOTSE_WORDS_SOURCES}
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/po.py compile ${LOTSE_WORDS_SOURCES}
  DEPENDS ${LOTSE_PO} ${CMAKE_SOURCE_DIR}/po/AUDIENCE ${CMAKE_SOURCE_DIR}/tools/po.py
    ${CMAKE_SOURCE_DIR}/tools/po_file.py ${CMAKE_SOURCE_DIR}/tools/po_checks.py ${CMAKE_SOURCE_DIR}/tools/po_compile.py
  COMMENT "Translations" VERBATIM)
if(LOTSE_TESTS)
  add_test(NAME po_test COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tools/po_test.py)
endif()
