# SPDX-License-Identifier: EUPL-1.2
# What bench/run.py runs; included by CMakeLists.txt after the modules. Not part of `all`.
add_executable(bench_match EXCLUDE_FROM_ALL bench/match_bench.cc bench/match_data.cc)
target_link_libraries(bench_match PRIVATE lotse_match)
add_executable(bench_match_sql EXCLUDE_FROM_ALL bench/match_sql_bench.cc bench/match_sql.cc bench/match_data.cc)
target_link_libraries(bench_match_sql PRIVATE lotse_match SQLite::SQLite3 PostgreSQL::PostgreSQL)
add_executable(bench_page_fill EXCLUDE_FROM_ALL bench/page_fill.cc)
target_precompile_headers(bench_page_fill REUSE_FROM lotse_pch)
target_link_libraries(bench_page_fill PRIVATE lotse_app)
add_executable(bench_load EXCLUDE_FROM_ALL bench/load.cc)
target_link_libraries(bench_load PRIVATE Threads::Threads)
add_executable(bench_static EXCLUDE_FROM_ALL bench/static_server.cc)
target_link_libraries(bench_static PRIVATE lotse_http)
