# SPDX-License-Identifier: EUPL-1.2
# Benches of match/; included by CMakeLists.txt after the modules. Not part of `all`.
add_executable(bench_match EXCLUDE_FROM_ALL
  ${CMAKE_SOURCE_DIR}/bench/match_bench.cc ${CMAKE_SOURCE_DIR}/bench/match_data.cc)
target_link_libraries(bench_match PRIVATE lotse_match)
if(EXISTS ${CMAKE_SOURCE_DIR}/bench/match_sql_bench.cc)
  add_executable(bench_match_sql EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/match_sql_bench.cc
    ${CMAKE_SOURCE_DIR}/bench/match_sql.cc ${CMAKE_SOURCE_DIR}/bench/match_data.cc)
  target_link_libraries(bench_match_sql PRIVATE lotse_match SQLite::SQLite3 PostgreSQL::PostgreSQL)
endif()
