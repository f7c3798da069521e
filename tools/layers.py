#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Who may use whom: compares the #include lines of src/ with src/LAYERS.

    tools/layers.py [--root FOLDER]     one line "file:line: what is wrong" for each fault; exit 1 if there are any

- A module includes only itself and the modules that its own line names; a line names only modules above it.
- Of another feature (the modules after the line "features:"), only its one header <feature>/<feature>.h is included. Tests may
  include its helpers for tests too (a header whose name has the word "test").
- Includes are written from src/ on ("module/file.h"), and the file is there, or is generated.
- A header named after the line "keys:" is included only by the sources of its own module and of those that its line names, and by tests.
- What is for tests is included by tests only. No include goes round by <…> or "..".
- Nobody opens the namespace of another module, other than to declare a class, nor makes one that is declared there: what is closed
  there would be open.
"""
import argparse
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
OTHER_INCLUDE = re.compile(r"^\s*#\s*include\s*<([^>]+)>")
NAMESPACE = re.compile(r"\bnamespace\s+(?:lotse\s*::\s*|lotse\s*\{\s*namespace\s+)(\w+)[\w:]*\s*\{")
MEMBER = re.compile(r"\b(?:class|struct)\s+lotse::(\w+)::")
DECLARATIONS = re.compile(r"(\s*(class|struct|enum class)\s+\w+(\s*:\s*[\w:]+)?;)*\s*\}")
TEST_WORD = re.compile(r"(^|_)test(_|$)")


class Layers:
    """The parsed src/LAYERS: `allowed` by module in order, `features`, and the faults of the file itself."""

    def __init__(self, text, name="src/LAYERS"):
        self.allowed, self.features, self.keys, self.faults = {}, set(), {}, []
        part = "modules"
        for number, raw in enumerate(text.splitlines(), 1):
            line = raw.partition("#")[0].strip()
            if not line:
                continue
            module, colon, rest = line.partition(":")
            if part == "keys" and colon:
                self.keys[module] = set(rest.split())
                self.faults += [f"{name}:{number}: {other} is no module" for other in rest.split() if other not in self.allowed]
            elif not colon or not re.fullmatch(r"\w+", module):
                self.faults.append(f'{name}:{number}: must be "module: modules…"')
            elif line in ("features:", "keys:"):
                part = module
            elif module in self.allowed:
                self.faults.append(f"{name}:{number}: {module} stands here twice")
            else:
                for other in rest.split():
                    if other not in self.allowed:
                        self.faults.append(f"{name}:{number}: {module} may not name {other}, which is not above it")
                self.allowed[module] = set(rest.split())
                if part == "features":
                    self.features.add(module)


def is_test(path):
    return bool(TEST_WORD.search(pathlib.PurePath(path).stem))


def module_of(path):
    """The module of a path below src/: its first folder; a file directly in src/ is the app's."""
    parts = pathlib.PurePath(path).parts
    return parts[0] if len(parts) > 1 else "app"


def judge_include(layers, source, target):
    """What is wrong with `source` (below src/) including `target`, or None."""
    me, other = module_of(source), module_of(target)
    if {"", ".", ".."} & set(target.split("/")):
        return f'"{target}" goes round: includes are written from src/ on'
    if is_test(target) and not is_test(source):
        return f'"{target}" is for tests'
    if target in layers.keys and not is_test(source):
        if me != other and me not in layers.keys[target]:
            return f'"{target}" is a key, and not for {me}'
        if me != other and source.endswith(".h"):
            return f'"{target}" is a key: a header would hand it on'
    if other == me:
        return None
    if other not in layers.allowed:
        return f'"{target}": {other} is no module of src/LAYERS'
    order = list(layers.allowed)
    if is_test(source) and is_test(target) and order.index(other) < order.index(me):
        return None  # a test may use the test helpers of any module above its own
    if other not in layers.allowed.get(me, set()):
        return f'{me} may not use {other} ("{target}")'
    if other in layers.features and target != f"{other}/{other}.h" and not (is_test(source) and is_test(target)):
        return f'of {other}, {me} may include only "{other}/{other}.h", not "{target}"'
    return None


def faults_of_file(layers, src, source, text):
    me = module_of(source)
    for number, line in enumerate(text.splitlines(), 1):
        around = OTHER_INCLUDE.match(line)
        if around and (src / around.group(1)).is_file():
            yield f'src/{source}:{number}: <{around.group(1)}> is ours: "{around.group(1)}"'
        found = INCLUDE.match(line)
        if not found:
            continue
        target = found.group(1)
        fault = judge_include(layers, source, target)
        if not fault and not (src / target).is_file():
            fault = f'"{target}": no such file in src/ (includes are written from src/ on)'
        if fault:
            yield f"src/{source}:{number}: {fault}"
    for found in NAMESPACE.finditer(text):
        if me == "app" or found.group(1) == me or found.group(1) not in layers.allowed:
            continue
        if not DECLARATIONS.match(text, found.end()):
            number = text.count("\n", 0, found.start()) + 1
            yield f"src/{source}:{number}: {me} may not add to the namespace of {found.group(1)}"
    for found in MEMBER.finditer(text):
        if found.group(1) in layers.allowed and found.group(1) != me:
            number = text.count("\n", 0, found.start()) + 1
            yield f"src/{source}:{number}: {me} may not make what {found.group(1)} only names"


def check(root):
    src = pathlib.Path(root, "src")
    layers = Layers((src / "LAYERS").read_text(encoding="utf-8"))
    faults = list(layers.faults)
    files = sorted(p for ending in ("*.h", "*.cc") for p in src.rglob(ending))
    used = {module_of(p.relative_to(src)) for p in files}
    faults += [f"src/{module}: not in src/LAYERS" for module in sorted(used - set(layers.allowed))]
    for path in files:
        source = path.relative_to(src).as_posix()
        if module_of(source) in layers.allowed:
            faults += faults_of_file(layers, src, source, path.read_text(encoding="utf-8"))
    return faults, len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent)
    faults, files = check(parser.parse_args().root)
    for fault in faults:
        print(fault)
    print(f"{len(faults)} fault(s) in the layers" if faults else f"layers: {files} files in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
