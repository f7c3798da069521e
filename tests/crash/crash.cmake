# SPDX-License-Identifier: EUPL-1.2
# What tests/crash/*.py run; included by CMakeLists.txt after the modules. Never installed.
add_executable(crash_writer tests/crash/writer.cc)
target_precompile_headers(crash_writer REUSE_FROM lotse_pch)
target_link_libraries(crash_writer PRIVATE lotse_app)
# Without sanitizers: it stands between the program with its own and libc.
add_library(crash_recorder SHARED tests/crash/recorder.c)
target_compile_options(crash_recorder PRIVATE -std=c11 -U_FORTIFY_SOURCE -fno-sanitize=all)
target_link_options(crash_recorder PRIVATE -fno-sanitize=all)
target_link_libraries(crash_recorder PRIVATE ${CMAKE_DL_LIBS} Threads::Threads)
