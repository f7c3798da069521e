#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What must not compile does not: tests/compile_fail/*.cc.

    tools/check_compile_fail.py [FILE…]

The first line of a file is "// EXPECT: regular expression": compiling must fail with an error that matches. "// EXPECT: OK":
it must compile, which shows that the others fail for their own reason. Prints "ok NAME" or "not ok NAME".
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMAND = ["g++", "-std=c++20", "-fdiagnostics-color=never", "-DSPDLOG_FMT_EXTERNAL", "-Isrc"]
ENVIRONMENT = dict(os.environ, LC_ALL="C")


def compile_with(*arguments):
    return subprocess.run([*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          stdin=subprocess.DEVNULL, env=ENVIRONMENT)


def precompile(files, folder):
    """All headers that the files include, read once; returns what is wrong with them, or None."""
    lines = {line for path in files for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#include")}
    header = pathlib.Path(folder, "all.h")
    header.write_text('#include "base/pch.h"\n' + "\n".join(sorted(lines)) + "\n", encoding="utf-8")
    run = compile_with("-x", "c++-header", str(header), "-o", f"{header}.gch")
    return run.stdout[:3000] or "g++ failed" if run.returncode else None


def judge(path, folder):
    """What is wrong with how this file compiles, or None."""
    expected = re.match(r"// EXPECT: (.+)\n", path.read_text(encoding="utf-8"))
    if not expected:
        return "begins without // EXPECT:"
    run = compile_with("-fsyntax-only", "-include", f"{folder}/all.h", str(path))
    if expected.group(1) == "OK":
        return None if run.returncode == 0 else "does not compile:\n" + run.stdout[:3000]
    if run.returncode == 0:
        return "compiles, but must not"
    lines = run.stdout.splitlines()
    errors = ["\n".join(lines[i:i + 2]) for i, line in enumerate(lines) if "error: " in line]
    if not any(re.search(expected.group(1), error) for error in errors):
        return f"fails for another reason than /{expected.group(1)}/:\n" + "\n".join(errors[:5])
    # What fails is the file itself, not a header that it includes.
    return None if f"{path.name}:" in run.stdout else "the error is not in this file:\n" + "\n".join(errors[:5])


def main(arguments):
    files = [pathlib.Path(a).resolve() for a in arguments] or sorted((ROOT / "tests/compile_fail").glob("*.cc"))
    failed = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        broken = precompile(files, folder)
        if broken:
            print(f"not ok headers do not compile:\n{broken}")
            return 1
        for path, fault in zip(files, pool.map(lambda path: judge(path, folder), files)):
            failed += fault is not None
            print(f"not ok {path.stem} {fault}" if fault else f"ok {path.stem}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
