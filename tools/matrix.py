#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Checks src/access/matrix.csv and writes it as a C++ table, every group of unit kinds written out.

    tools/matrix.py check MATRIX.csv            exit 1 and one line per fault
    tools/matrix.py compile MATRIX.csv OUT.cc   the same, then the table
"""
import csv
import sys

COLUMNS = "unit_kind function category purpose scope action condition basis rule".split()
UNIT_KINDS = ("jobcentre_joint jobcentre_municipal agency youth_care_desk youth_social_service family_centre "
              "multigen_house contact_point course_provider recognition_advice secrecy_advice partner_service "
              "interpreter_pool coordination audit_body self").split()
GROUPS = {
    "jobcentre": ["jobcentre_joint", "jobcentre_municipal"],
    "employment": ["jobcentre_joint", "jobcentre_municipal", "agency"],
    "youth_office": ["youth_care_desk", "youth_social_service"],
    "house": ["family_centre", "multigen_house"],
    "voluntary": ["family_centre", "multigen_house", "contact_point", "secrecy_advice", "partner_service"],
}
FUNCTIONS = ("case_worker lead organiser directory_editor personnel interpreter helper bca coordinator auditor admin dpo "
             "citizen visitor").split()
SCOPES = "own_assigned own_unit own_event envelope author minimal aggregate self public".split()
ACTIONS = "read write transmit delete approve".split()
FILE_PURPOSES = {"P1", "P3", "P4", "P5"}  # here `any` means every kind with a row of its own in the purpose


def load(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
        return rows


def faults(rows):
    seen = set()
    for number, row in enumerate(rows, 2):
        def bad(text):
            return f"line {number}: {text}"
        if list(row) != COLUMNS or None in row.values():
            yield bad(f"the columns are not {','.join(COLUMNS)}")
            continue
        if row["unit_kind"] not in UNIT_KINDS + list(GROUPS) + ["any"]:
            yield bad(f"unknown unit kind '{row['unit_kind']}'")
        if row["function"] not in FUNCTIONS:
            yield bad(f"unknown function '{row['function']}'")
        if row["category"] not in [f"D{i}" for i in range(32)] or row["category"] == "D4":
            yield bad(f"category '{row['category']}' is none, or D4, which is never kept")
        if row["purpose"] not in [f"P{i}" for i in range(13)] or row["purpose"] == "P2":
            yield bad(f"purpose '{row['purpose']}' is none, or P2, which is never served")
        if row["scope"] not in SCOPES:
            yield bad(f"unknown scope '{row['scope']}'")
        if row["action"] not in ACTIONS:
            yield bad(f"unknown action '{row['action']}'")
        if not row["basis"] or not row["rule"]:
            yield bad("a row needs its basis and the rules it rests on")
        key = tuple(row[c] for c in COLUMNS[:7])
        if key in seen:
            yield bad("the same row twice")
        seen.add(key)


def kinds(row, rows):
    kind = row["unit_kind"]
    if kind in GROUPS:
        return GROUPS[kind]
    if kind != "any":
        return [kind]
    if row["purpose"] not in FILE_PURPOSES:
        return [k for k in UNIT_KINDS if k != "self"]
    own = {k for r in rows if r["purpose"] == row["purpose"] and r["unit_kind"] != "any"
           for k in GROUPS.get(r["unit_kind"], [r["unit_kind"]])}
    return [k for k in UNIT_KINDS if k in own]


def text(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def compile_to(rows, out):
    with open(out, "w", encoding="utf-8") as f:
        f.write("// SPDX-License-Identifier: EUPL-1.2\n// Generated from src/access/matrix.csv.\n"
                '#include "access/matrix.h"\n\nnamespace lotse::access {\nnamespace {\n'
                "constexpr MatrixRow kRows[] = {\n")
        for row in rows:
            for kind in kinds(row, rows):
                cells = [text(kind), text(row["function"]), row["category"][1:], row["purpose"][1:],
                         text(row["scope"]), f"Action::{'erase' if row['action'] == 'delete' else row['action']}",
                         text(row["condition"]), text(row["basis"]), text(row["rule"])]
                f.write("    {" + ", ".join(cells) + "},\n")
        f.write("};\n}  // namespace\n\nstd::span<const MatrixRow> matrix() { return kRows; }\n\n}  // namespace lotse::access\n")


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("check", "compile"):
        sys.exit(__doc__)
    rows = load(arguments[1])
    found = list(faults(rows))
    for fault in found:
        print(f"{arguments[1]}: {fault}", file=sys.stderr)
    if found:
        sys.exit(1)
    if arguments[0] == "compile":
        compile_to(rows, arguments[2])


if __name__ == "__main__":
    main(sys.argv[1:])
