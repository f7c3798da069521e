#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""THIRD_PARTY.md: what of others is linked into Lotse or embedded in it, under which licence; LICENSES/: their texts.

    tools/third_party.py            writes THIRD_PARTY.md and LICENSES/
    tools/third_party.py --check    exit 1 if they are not up to date, or if something is linked, compiled in or embedded that the
                                    tables here do not know

The check looks at what CMake finds, at what the sources include, at what the built programs need (where there are some), at
package-lock.json, at what the scripts and style sheets import, and at the licence texts that are installed here.

LICENSES/ holds a text for everything of which the program itself contains a part: libraries of headers, headers of linked libraries
that hold code, style sheets and icons. It goes wherever the program goes. What is only linked comes with its own package and text.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUT, TEXTS = ROOT / "THIRD_PARTY.md", ROOT / "LICENSES"

# headers: what the sources include of it, as the beginning of a path. In the program are those with "compiled in".
Library = collections.namedtuple("Library", "name package licence how cmake sonames headers marker")
LINKED = [
    Library("Boost (headers)", "libboost1.74-dev", "BSL-1.0", "compiled in", "Boost", "", "boost/", "Boost Software License"),
    Library("CLI11", "libcli11-dev", "BSD-3-Clause", "compiled in", "CLI11", "", "CLI/", "BSD-3-clause"),
    Library("date (Howard Hinnant)", "libdate-tz3", "MIT", "linked, headers compiled in", "date", "libdate-tz", "date/", "Expat|MIT"),
    Library("{fmt}", "libfmt9", "MIT", "linked, headers compiled in", "fmt", "libfmt", "fmt/", "Expat|MIT"),
    Library("GNU C library", "libc6", "LGPL-2.1-or-later", "linked", "", "libc libm ld-linux-x86-64 ld-linux-aarch64", "",
            "GNU Lesser General Public"),
    Library("GCC runtime libraries", "libstdc++6", "GPL-3.0-or-later WITH GCC-exception-3.1", "linked", "",
            "libstdc++ libgcc_s libatomic", "", "Runtime Library Exception"),
    Library("ICU", "libicu72", "ICU (Unicode-DFS-2016)", "linked, headers compiled in", "ICU", "libicuuc libicui18n libicudata", "unicode/",
            "Unicode"),
    Library("libcurl", "libcurl4", "curl", "linked", "CURL", "libcurl", "curl/curl.h", "curl"),
    Library("libpq (PostgreSQL)", "libpq5", "PostgreSQL", "linked", "PostgreSQL", "libpq", "libpq-fe.h", "PostgreSQL"),
    Library("libmagic", "libmagic1", "BSD-2-Clause", "linked", "MAGIC", "libmagic", "magic.h", "BSD-2|Redistribution"),
    Library("liboath (OATH Toolkit)", "liboath0", "LGPL-2.1-or-later", "linked", "OATH", "liboath", "liboath/", "LGPL-2.1|Lesser General Public"),
    Library("libqrencode", "libqrencode4", "LGPL-2.1-or-later", "linked", "QRENCODE", "libqrencode", "qrencode.h", "LGPL-2.1|Lesser General Public"),
    Library("libsodium", "libsodium23", "ISC", "linked", "SODIUM", "libsodium", "sodium.h", "ISC"),
    Library("libzip", "libzip4", "BSD-3-Clause", "linked", "ZIP", "libzip", "zip.h", "endorse or promote"),
    Library("JSON for Modern C++", "nlohmann-json3-dev", "MIT", "compiled in", "nlohmann_json", "", "nlohmann/", "Expat|MIT"),
    Library("OpenSSL (libcrypto)", "libssl3", "Apache-2.0", "linked", "OpenSSL", "libcrypto", "openssl/", "Apache"),
    Library("OpenSSL (libssl)", "libssl3", "Apache-2.0", "linked", "OpenSSL", "libssl", "openssl/", "Apache"),
    Library("Snowball stemmers", "libstemmer0d", "BSD-3-Clause", "linked", "STEMMER", "libstemmer", "libstemmer.h", "BSD-3"),
    Library("spdlog", "libspdlog1.10", "MIT", "linked, headers compiled in", "spdlog", "libspdlog", "spdlog/", "Expat|MIT"),
    Library("SQLite", "libsqlite3-0", "public domain", "linked", "SQLite3", "libsqlite3", "sqlite3.h", "public-domain|public domain"),
    Library("tl::expected", "libexpected-dev", "CC0-1.0", "compiled in", "", "", "tl/", "CC0"),
    Library("toml++", "libtomlplusplus3", "MIT", "linked, headers compiled in", "tomlplusplus", "libtomlplusplus", "toml++/", "Expat|MIT"),
    Library("zlib", "zlib1g", "Zlib", "linked", "ZLIB", "libz", "zlib.h", "arising from the use of this software"),
]
NOT_LINKED = {"PkgConfig", "Python3", "Threads"}  # found by CMake, tools only
FOR_TESTS = {"aiosmtpd": ("aiosmtpd", "Apache-2.0"), "GTest": ("GoogleTest", "BSD-3-Clause"), "benchmark": ("Google Benchmark", "Apache-2.0")}
OF_TESTS = ("gtest/", "gmock/")
# Headers of the operating system; those of C++ have no dot.
SYSTEM = re.compile(r"(arpa|linux|netinet|sys)/|(fcntl|poll|pwd|signal|spawn|unistd)\.h$")
SANITIZERS = {"libasan", "libubsan", "libtsan"}
EMBEDDED = {"@kern-ux/native": "style sheets, compiled from its SCSS sources (changed: see `ui/style`, `ui/css.mjs`)"}
# The package says EUPL-1.2 and nothing on its icons. All of them are drawn in this box, which is that of Google's Material Symbols, and have
# the shapes of its rounded set; Google gives these under Apache-2.0, without a NOTICE file.
KERN_ICONS, ICON_BOX = ROOT / "node_modules/@kern-ux/native/src/scss/core/utilities/_icons.scss", "0 -960 960 960"
COMMON = pathlib.Path("/usr/share/common-licenses")


def lock():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    return {path.rpartition("node_modules/")[2]: data for path, data in packages.items() if path}


def page():
    packages = lock()
    lines = ["<!-- SPDX-License-Identifier: EUPL-1.2 -->", "<!-- Made by tools/third_party.py. Do not edit. -->", "# The work of others in Lotse", "",
             "Lotse itself is under the European Union Public Licence 1.2 (`LICENSE`). `LICENSES/` holds the notices and licences of everything of",
             "which the program contains a part; give it along with the program. What is only linked is not in the program, and brings its own",
             "text: `/usr/share/doc/PACKAGE/copyright` on Debian.", "",
             "## In the program", "", "| library | Debian 12 package | licence | how | text |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {x.name} | {x.package} | {x.licence} | {x.how} | {f'`LICENSES/{text_name(x)}`' if in_program(x) else ''} |" for x in sorted(LINKED, key=lambda x: x.name.lower())]
    lines += ["", "“Linked” libraries are shared ones, taken as Debian delivers them. What these need in their turn is Debian's. What the compiler puts",
             "of its own into the program (start-up code, templates) may be passed on under any terms: that is what its exception says.", "",
              "## In the pages", "", "| what | version | licence | how | text |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {name} | {packages[name]['version']} | {packages[name]['license']} | {how} | `LICENSES/{npm_text_name(name)}` |" for name, how in sorted(EMBEDDED.items())]
    lines += [f"| Material Symbols (rounded) by Google | in @kern-ux/native {packages['@kern-ux/native']['version']} | Apache-2.0 | "
              "the icons of KERN that pages use, as masks in the style sheets; the icons in `ui/icons` are our own | `LICENSES/material-symbols.txt` |",
              "| fonts | | | none: pages use the fonts of the device | |", "",
              "## For building and testing only", "", "Nothing of these is in the program.", "", "| what | version | licence |", "| --- | --- | --- |"]
    direct = packages_of_root()
    rest = collections.Counter(data["license"] for name, data in packages.items() if name not in direct)
    lines += [f"| {name} | Debian 12 | {licence} |" for name, licence in sorted(FOR_TESTS.values())]
    lines += [f"| {name} | {packages[name]['version']} | {packages[name]['license']} |" for name in sorted(direct) if name not in EMBEDDED]
    lines += [f"| what these need ({count} npm packages) | | {licence} |" for licence, count in sorted(rest.items())]
    return "\n".join(lines) + "\n"


def in_program(library):
    return "compiled in" in library.how


def text_name(library):
    return re.sub(r"[\d.]+$", "", library.package.removesuffix("-dev")) + ".txt"


def npm_text_name(name):
    return re.sub(r"\W+", "-", name).strip("-") + ".txt"


def notice(title, source, text):
    return f"{title}\n{source}\n{'-' * 80}\n\n{text.strip()}\n"


def debian_text(library):
    """Notice and licence as Debian delivers them; None where the package is not installed here."""
    path = pathlib.Path("/usr/share/doc", library.package, "copyright")
    if not path.exists():
        return None
    text = path.read_text(encoding="utf-8", errors="replace")
    if library.licence == "BSL-1.0":  # two megabytes on files that we do not include: only the licence of its headers
        found = re.search(r"^License: BSL-1\.0\n((?: .*\n)+)", text, re.M).group(1)
        text = "Copyright: the authors named in each header\n\n" + re.sub(r"^\.$", "", textwrap.dedent(found), flags=re.M)
    if library.licence == "CC0-1.0" and (COMMON / "CC0-1.0").exists():
        text += "\n" + (COMMON / "CC0-1.0").read_text(encoding="utf-8")
    return notice(library.name, f"{library.licence}; from the Debian package {library.package}", text)


def texts():
    """Files of LICENSES/, and what belongs into them: None where it cannot be known here."""
    found = {text_name(x): debian_text(x) for x in LINKED if in_program(x)}
    packages = lock()
    for name in EMBEDDED:
        paths = [p for p in sorted((ROOT / "node_modules" / name).glob("LICEN[CS]E*")) if p.is_file()]
        found[npm_text_name(name)] = notice(f"{name} {packages[name]['version']}", packages[name]["license"] + "; its source: the npm package of this name",
                                            paths[0].read_text(encoding="utf-8")) if paths else None
    apache = COMMON / "Apache-2.0"
    found["material-symbols.txt"] = notice("Material Symbols (rounded) by Google", "Apache-2.0; https://github.com/google/material-design-icons",
                                           "Copyright 2016 - 2020 Google LLC and Contributors\n\n" + apache.read_text(encoding="utf-8")) if apache.exists() else None
    return found


def text_faults():
    wanted = texts()
    there = {p.name for p in TEXTS.iterdir()} if TEXTS.is_dir() else set()
    yield from (f"LICENSES/{name}: belongs to nothing in the program" for name in sorted(there - set(wanted)))
    for name, text in sorted(wanted.items()):
        if name not in there or not (TEXTS / name).stat().st_size:
            yield f"LICENSES/{name}: missing; run tools/third_party.py"
        elif text is not None and (TEXTS / name).read_text(encoding="utf-8") != text:
            yield f"LICENSES/{name}: not up to date; run tools/third_party.py"
    if KERN_ICONS.exists():
        boxes = set(re.findall(r'viewBox="([^"]+)"', KERN_ICONS.read_text(encoding="utf-8")))
        if boxes != {ICON_BOX}:
            yield f"{KERN_ICONS.relative_to(ROOT)}: icons that are not Material Symbols: find out whose they are"


def packages_of_root():
    data = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return {name for part in ("dependencies", "devDependencies", "optionalDependencies") for name in data.get(part, {})}


def found_by_cmake():
    for path in [ROOT / "CMakeLists.txt", *sorted((ROOT / "cmake").glob("*.cmake")), *sorted((ROOT / "bench").glob("*.cmake"))]:
        for name in re.findall(r"(?:find_package|pkg_check_modules|find_library)\(\s*(\w+)", path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT), name


def included():
    """(file, header) of what the program's sources include from outside, but for C++ and the operating system."""
    for path in sorted(p for ending in ("*.h", "*.cc") for p in (ROOT / "src").rglob(ending)):
        for header in re.findall(r"^\s*#\s*include\s*<([^>]+)>", path.read_text(encoding="utf-8"), re.M):
            if "." in header and not SYSTEM.match(header) and not header.startswith(OF_TESTS):
                yield path.relative_to(ROOT), header


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
    prefixes = tuple(x.headers for x in LINKED if x.headers)
    yield from (f"{where}: includes <{header}>, which is not in the table of tools/third_party.py" for where, header in included()
                if not header.startswith(prefixes))
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
    if arguments:
        found += text_faults()
    for fault in found:
        print(fault)
    if not arguments:
        OUT.write_text(page(), encoding="utf-8")
        TEXTS.mkdir(exist_ok=True)
        wanted = texts()
        for path in TEXTS.iterdir():
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            if text is None:
                found.append(f"LICENSES/{name}: its text is not installed here; left as it is")
            else:
                (TEXTS / name).write_text(text, encoding="utf-8")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
