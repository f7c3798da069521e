#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Rules that every source file keeps: its licence line, its size, words that are not wanted.

    tools/check_source.py              one line for each fault; exit 1 if there are any
    tools/check_source.py --tighten    lowers tools/ratchet.txt to the sizes of today (never raises them, adds nothing)
    tools/check_source.py --sizes      prints what is over the limits, in the form of tools/ratchet.txt

Files have at most 500 lines, functions 70. What was larger when the rule came stands in tools/ratchet.txt with its size, and
may only shrink.
"""
import ast
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = {".git", "build", "dist", "node_modules", "__pycache__"}
ENDINGS = {".h", ".cc", ".c", ".ts", ".mjs", ".py", ".scss", ".sql", ".cmake", ".sh"}
NAMES = {"Makefile", "CMakeLists.txt", "LAYERS", "packages.txt", "ratchet.txt"}
MAX_FILE, MAX_FUNCTION = 500, 70
SPDX = "SPDX-License-Identifier: EUPL-1.2"

# (pattern, files it counts for, what to do instead); paths are matched from the project's folder on.
BANNED = [
    (r"\b(sqlite3_exec|PQexec\w*)\b", r"^src/(?!sql/)", "SQL goes through sql::Tx"),
    (r'#\s*include\s*<(sqlite3|libpq-fe|libpq/.*)\.h>', r"^src/(?!sql/)", "only src/sql knows the databases"),
    (r"\b\w*TestAccess\b", r"^src/(?!.*(_test\.cc|_test_[a-z]+\.h|/test_[a-z_]+\.h)$|sql/sql\.h$|access/(store|desk)\.h$)",
     "the back door is for tests"),
    (r"\bconst_cast\b", r"^src/(?!http/compress)", "what is const stays so"),
    (r"\b(TO" r"DO|FIX" r"ME)\b", r".", "finish it, or describe it as an issue"),
    (r"\b(DISABLED_\w+|\w+\.only\()", r".*(_test\.cc|\.mjs)$", "tests are on"),
]

CONTROL = re.compile(r"^(namespace|class|struct|union|enum|extern|export|concept)\b|^(inline\s+)?namespace\b")
TEMPLATE = re.compile(r"^template\s*<[^{}]*?>\s*(?=(class|struct|union)\b)")


def sources():
    """Path below the project, sorted: everything that is source or a script."""
    for path in sorted(ROOT.rglob("*")):
        relative = path.relative_to(ROOT)
        if SKIPPED & set(relative.parts) or path.is_symlink() or not path.is_file():
            continue
        if path.suffix in ENDINGS or path.name in NAMES or is_script(path):
            yield relative.as_posix()


def is_script(path):
    if path.suffix:
        return False
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def without_comments(text):
    """C++ with comments and the inside of literals made blank; lines stay where they are."""
    literal = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(\s]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|'
                         r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
    return literal.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def header_kind(header):
    """What a brace after `header` (the text since the last statement) opens: scope, function or value."""
    header = TEMPLATE.sub("", re.sub(r"^(public|private|protected)\s*:\s*", "", header.strip()))
    if CONTROL.match(header) or header.startswith(("template", "requires")) and re.search(r"\b(class|struct)\s+\w+\s*$", header):
        return "scope"
    flat = header
    while True:
        smaller = re.sub(r"\([^()]*\)", "@", flat)
        if smaller == flat:
            break
        flat = smaller
    if "@" not in flat or ("=" in re.sub(r"operator\s*\S+|[<>!=]=", "", flat) and "operator" not in flat):
        return "value"
    return "function"


def cpp_functions(text):
    """(name, first line, lines) of each function: brace blocks behind parentheses, at namespace or class level."""
    code, opened, header, header_line, line, inside = without_comments(text), [], "", 1, 1, None
    for at, c in enumerate(code):
        if c == "{":
            kind = "value" if inside else header_kind(header)
            if kind == "function":
                name = re.search(r"([\w:~]+|operator\s*[^\s(]+)\s*\(", header)
                label = name.group(1) if name else "?"
                if re.match(r"TEST(_[FP])?$", label):
                    label = "test " + re.sub(r"\s+", "", header[header.index("(") + 1:header.index(")")]).replace(",", ".")
                inside = (label, header_line, len(opened))
            opened.append((kind, header))
            if kind != "value" or inside:
                header = ""
        elif c == "}":
            kind, before = opened.pop() if opened else ("scope", "")
            if inside and len(opened) == inside[2]:
                # The braces of an initialiser list (`: a_{1}, b_(2) {`) look like a body; what follows tells.
                if re.match(r"\s*[,{]", code[at + 1:at + 200]):
                    header, header_line = before + "{}", inside[1]
                else:
                    yield inside[0], inside[1], line - inside[1] + 1
                    header = ""
                inside = None
            elif not inside:
                header = before + "{}" if kind == "value" else ""
        elif c == ";" and not inside:
            if header.count("(") == header.count(")"):
                header = ""
        elif not inside:
            if not header.strip():
                header, header_line = "", line
            header += c
        if c == "\n":
            line += 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def giants(path, text):
    """(key, line, size, limit) of what is over the limits; the key is that of tools/ratchet.txt."""
    size = text.count("\n")
    if size > MAX_FILE:
        yield path, 1, size, MAX_FILE
    functions = {".cc": cpp_functions, ".h": cpp_functions, ".py": python_functions}.get(pathlib.PurePath(path).suffix)
    for name, line, size in functions(text) if functions else []:
        if size > MAX_FUNCTION:
            yield f"{path}:{name.replace(' ', '_')}", line, size, MAX_FUNCTION


def read_ratchet():
    path = ROOT / "tools/ratchet.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.split() for line in lines if line.strip() and not line.startswith("#"))
    return {key: int(size) for key, size in pairs}


def write_ratchet(allowed):
    text = (f"# {SPDX}\n# Files and functions that were over the limits ({MAX_FILE} and {MAX_FUNCTION} lines) when the rule came, "
            "with their lines. They may only shrink;\n# `make format` lowers the numbers. Never add a line.\n")
    text += "".join(f"{key} {size}\n" for key, size in sorted(allowed.items()))
    (ROOT / "tools/ratchet.txt").write_text(text, encoding="utf-8")


def faults_of_text(path, text):
    if SPDX not in "\n".join(text.splitlines()[:3]):
        yield f"{path}:1: begins without {SPDX}"
    for pattern, where, instead in BANNED:
        if re.search(where, path):
            for found in re.finditer(pattern, text):
                yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {found.group()!r}: {instead}"


def check(texts, allowed):
    for path, text in texts.items():
        yield from faults_of_text(path, text)
        for key, line, size, limit in giants(path, text):
            if size > allowed.get(key, limit):
                yield f"{path}:{line}: {key} has {size} lines, allowed are {allowed.get(key, limit)}"


def main(arguments):
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in sources()}
    allowed = read_ratchet()
    sizes = {}
    for path, text in texts.items():
        for key, _, size, _ in giants(path, text):
            sizes[key] = max(size, sizes.get(key, 0))
    if arguments == ["--sizes"]:
        print("".join(f"{key} {size}\n" for key, size in sorted(sizes.items())), end="")
        return 0
    if arguments == ["--tighten"]:
        write_ratchet({key: min(size, sizes[key]) for key, size in allowed.items() if key in sizes})
        return 0
    if arguments:
        sys.exit(__doc__)
    faults = list(check(texts, allowed))
    for fault in faults:
        print(fault)
    print(f"{len(faults)} fault(s)" if faults else f"source: {len(texts)} files in order")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
