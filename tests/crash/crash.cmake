# SPDX-License-Identifier: EUPL-1.2
# What tests/crash/*.py run; included by CMakeLists.txt after the modules. Never installed.
add_executable(crash_writer tests/crash/writer.cc)
target_precompile_headers(crash_writer REUSE_FROM lotse_pch)
target_link_libraries(crash_writer PRIVATE lotse_app)
