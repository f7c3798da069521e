#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""THIRD_PARTY.md: what of others is linked into Lotse or embedded in it, and under which licence.

    tools/third_party.py            writes THIRD_PARTY.md
    tools/third_party.py --check    exit 1 if it is not up to date, or if something is linked or embedded that it does not know

The check looks at what CMake finds, at what the built programs need (where there are some), at package-lock.json, at what the
scripts import, and at the licence texts of the Debian packages that are installed here.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT = ROOT / "THIRD_PARTY.md"

Library = collections.namedtuple("Library", "name package licence how cmake sonames marker")
LINKED = [
    Library("Boost (headers)", "libboost1.74-dev", "BSL-1.0", "compiled in", "Boost", "", "Boost Software License"),
    Library("CLI11", "libcli11-dev", "BSD-3-Clause", "compiled in", "CLI11", "", "BSD-3-clause"),
    Library("date (Howard Hinnant)", "libdate-tz3", "MIT", "linked", "date", "libdate-tz", "Expat|MIT"),
    Library("{fmt}", "libfmt9", "MIT", "linked", "fmt", "libfmt", "Expat|MIT"),
    Library("GNU C library", "libc6", "LGPL-2.1-or-later", "linked", "", "libc libm ld-linux-x86-64 ld-linux-aarch64",
            "GNU Lesser General Public"),
    Library("GCC runtime libraries", "libstdc++6", "GPL-3.0-or-later WITH GCC-exception-3.1", "linked", "",
            "libstdc++ libgcc_s libatomic", "Runtime Library Exception"),
    Library("ICU", "libicu72", "ICU (Unicode-DFS-2016)", "linked", "ICU", "libicuuc libicui18n libicudata", "Unicode"),
    Library("libpq (PostgreSQL)", "libpq5", "PostgreSQL", "linked", "PostgreSQL", "libpq", "PostgreSQL"),
    Library("libsodium", "libsodium23", "ISC", "linked", "SODIUM", "libsodium", "ISC"),
    Library("libzip", "libzip4", "BSD-3-Clause", "linked", "ZIP", "libzip", "endorse or promote"),
    Library("JSON for Modern C++", "nlohmann-json3-dev", "MIT", "compiled in", "nlohmann_json", "", "Expat|MIT"),
    Library("Snowball stemmers", "libstemmer0d", "BSD-3-Clause", "linked", "STEMMER", "libstemmer", "BSD-3"),
    Library("spdlog", "libspdlog1.10", "MIT", "linked", "spdlog", "libspdlog", "Expat|MIT"),
    Library("SQLite", "libsqlite3-0", "public domain", "linked", "SQLite3", "libsqlite3", "public-domain|public domain"),
    Library("tl::expected", "libexpected-dev", "CC0-1.0", "compiled in", "", "", "CC0"),
    Library("toml++", "libtomlplusplus3", "MIT", "linked", "tomlplusplus", "libtomlplusplus", "Expat|MIT"),
    Library("zlib", "zlib1g", "Zlib", "linked", "ZLIB", "libz", "arising from the use of this software"),
]
NOT_LINKED = {"PkgConfig", "Python3", "Threads"}  # found by CMake, tools only
FOR_TESTS = {"GTest": ("GoogleTest", "BSD-3-Clause"), "benchmark": ("Google Benchmark", "Apache-2.0")}
SANITIZERS = {"libasan", "libubsan", "libtsan"}
EMBEDDED = {"@kern-ux/native": "style sheets, compiled from its SCSS sources (changed: see `ui/style`, `ui/css.mjs`)"}


def lock():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {path.rpartition("node_modules/")[2]: data for path, data in packages.items() if path}


def page():
    packages = lock()
    lines = ["<!-- SPDX-License-Identifier: EUPL-1.2 -->", "<!-- Made by tools/third_party.py. Do not edit. -->", "# The work of others in Lotse", "",
             "Lotse itself is under the European Union Public Licence 1.2 (`LICENSE`). The full texts of the licences below come with the",
             "packages: `/usr/share/doc/PACKAGE/copyright` on Debian, `LICENSE` in the npm package.", "",
             "## In the program", "", "| library | Debian 12 package | licence | how |", "| --- | --- | --- | --- |"]
    lines += [f"| {x.name} | {x.package} | {x.licence} | {x.how} |" for x in sorted(LINKED, key=lambda x: x.name.lower())]
    lines += ["", "“Linked” libraries are shared ones, taken as Debian delivers them. What these need in their turn is Debian's.", "",
              "## In the pages", "", "| what | version | licence | how |", "| --- | --- | --- | --- |"]
    lines += [f"| {name} | {packages[name]['version']} | {packages[name]['license']} | {how} |" for name, how in sorted(EMBEDDED.items())]
    lines += [f"| icons of KERN | {packages['@kern-ux/native']['version']} | Apache-2.0 (to be confirmed) | "
              "Material Symbols by Google as delivered in @kern-ux/native |",
              "| fonts | | | none: pages use the fonts of the device |", "",
              "## For building and testing only", "", "Nothing of these is in the program.", "", "| what | version | licence |", "| --- | --- | --- |"]
    direct = packages_of_root()
    rest = collections.Counter(data["license"] for name, data in packages.items() if name not in direct)
    lines += [f"| {name} | Debian 12 | {licence} |" for name, licence in sorted(FOR_TESTS.values())]
    lines += [f"| {name} | {packages[name]['version']} | {packages[name]['license']} |" for name in sorted(direct) if name not in EMBEDDED]
    lines += [f"| what these need ({count} npm packages) | | {licence} |" for licence, count in sorted(rest.items())]
    return "\n".join(lines) + "\n"


def packages_of_root():
    data = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return {name for part in ("dependencies", "devDependencies", "optionalDependencies") for name in data.get(part, {})}


def found_by_cmake():
    for path in [ROOT / "CMakeLists.txt", *sorted((ROOT / "cmake").glob("*.cmake")), *sorted((ROOT / "bench").glob("*.cmake"))]:
        for name in re.findall(r"(?:find_package|pkg_check_modules|find_library)\(\s*(\w+)", path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT), name


def needed_by_programs():
    for build in ("release", "asan", "dev"):
        program = ROOT / "build" / build / "lotse"
        if not program.exists():
            continue
        said = subprocess.run(["readelf", "-d", str(program)], capture_output=True, text=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.+?)\.so", said):
            yield program.relative_to(ROOT), name


def faults():
    known = {x.cmake for x in LINKED if x.cmake} | NOT_LINKED | set(FOR_TESTS)
    yield from (f"{where}: {name} is not in the table of tools/third_party.py" for where, name in found_by_cmake() if name not in known)
    sonames = {name for x in LINKED for name in x.sonames.split()} | SANITIZERS
    for where, name in needed_by_programs():
        if not {name, re.sub(r"-[\d.]+$", "", name)} & sonames:
            yield f"{where}: needs {name}.so, which is not in the table of tools/third_party.py"
    for x in LINKED:
        text = pathlib.Path("/usr/share/doc", x.package, "copyright")
        if text.exists() and not re.search(x.marker, text.read_text(encoding="utf-8", errors="replace")):
            yield f"{text}: no sign of {x.licence}"
    for name, data in lock().items():
        if "license" not in data:
            yield f"package-lock.json: {name} has no licence"
    for path in sorted((ROOT / "ui/script").rglob("*.ts")):
        for name in re.findall(r"""\bfrom\s+['"]([^.'"][^'"]*)|^import\s+['"]([^.'"][^'"]*)""", path.read_text(encoding="utf-8"), re.M):
            yield f"{path.relative_to(ROOT)}: embeds {''.join(name)}, which is not in the table of tools/third_party.py"
    for path in sorted((ROOT / "ui/style").rglob("*.scss")):
        for name in re.findall(r"@(?:use|import|forward)\s+'((?:@[\w-]+/)?[\w-]+)/", path.read_text(encoding="utf-8")):
            if name.startswith("@") and name not in EMBEDDED:
                yield f"{path.relative_to(ROOT)}: embeds {name}, which is not in the table of tools/third_party.py"


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    found = list(faults())
    if arguments and (not OUT.exists() or OUT.read_text(encoding="utf-8") != page()):
        found.append("THIRD_PARTY.md: not up to date; run tools/third_party.py")
    for fault in found:
        print(fault)
    if not arguments:
        OUT.write_text(page(), encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
