#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Puts files into the program.

    tools/embed.py text OUT.S SYMBOL=FILE…     each file between SYMBOL and SYMBOL_end
    tools/embed.py migrations OUT.cc FILE.sql… the migrations by name and text, for src/app.cc
"""
import pathlib
import sys


def text(out, pairs):
    lines = ["/* Generated. */", '\t.section .rodata, "a", %progbits']
    for pair in pairs:
        symbol, _, file = pair.partition("=")
        lines += [f"\t.global {symbol}", f"\t.global {symbol}_end", "\t.balign 16", f"{symbol}:", f'\t.incbin "{file}"',
                  f"{symbol}_end:", "\t.byte 0"]
    lines.append('\t.section .note.GNU-stack, "", %progbits')
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


def migrations(out, files):
    files = sorted(files, key=lambda f: pathlib.Path(f).name)
    lines = ["// SPDX-License-Identifier: EUPL-1.2", "// Generated.", '#include "app.h"', "", "namespace lotse {", "namespace {",
             "constexpr sql::Migration kMigrations[] = {"]
    for file in files:
        path = pathlib.Path(file)
        body = path.read_text(encoding="utf-8")
        assert ')sql"' not in body
        lines.append(f'    {{"{path.stem}", R"sql({body})sql"}},')
    lines += ["};", "}  // namespace", "", "std::span<const sql::Migration> migrations() { return kMigrations; }", "",
              "}  // namespace lotse"]
    pathlib.Path(out).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    {"text": text, "migrations": migrations}[sys.argv[1]](sys.argv[2], sys.argv[3:])
