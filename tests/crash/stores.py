#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""SQLite and PostgreSQL give the same answers, byte by byte; and nothing is lost between export and import.

    stores.py --binary PATH        prints "ok NAME" or "not ok NAME - reason" for each test
"""
import argparse
import itertools
import json
import os
import pathlib
import shutil
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench"), str(pathlib.Path(__file__).resolve().parent / "lib")]
from harness import Lotse, check  # noqa: E402
from questions import questions  # noqa: E402

QUESTIONS, TODAY = 200, "2026-12-08"
LANGUAGES = ["de", "uk", "ar", "en"]


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return f"at {at}: …{a[max(0, at - 60):at + 60]!r} and …{b[max(0, at - 60):at + 60]!r}"


def both_stores_answer_alike(lotse, store):
    """200 questions with all filters, and every entry that they find; in several languages."""
    data = lotse.folder / "data"
    with lotse.serve("--data", data, "--sample", "--today", TODAY) as ours, lotse.serve("--store", store, "--sample", "--today", TODAY) as theirs:
        found, full = {}, 0

        def alike(path, language):
            answers = [server.get(path, **{"Accept-Language": language}) for server in (ours, theirs)]
            check(answers[0] == answers[1], f"{path} in {language} differs, {first_difference(*map(str, answers))}")
            check(answers[0][0] == 200, f"{path}: {answers[0]}")
            return json.loads(answers[0][1])

        for number, path in enumerate(itertools.islice(questions(data / "lotse.db", 14), QUESTIONS)):
            language = LANGUAGES[number % len(LANGUAGES)]
            answer = alike(path, language)
            full += len(answer["offers"]) > 0
            found.update((each["id"], language) for each in answer["offers"])
        check(full > QUESTIONS // 4, f"only {full} questions found anything: nothing was compared")
        check(len(found) > 100, f"only {len(found)} different offers were found")
        for offer, language in sorted(found.items()):
            alike(f"/offers/{offer}", language)


def exports_of_both_stores_are_the_same(lotse, store):
    data = lotse.folder / "data"
    for where in (("--data", data), ("--store", store)):
        with lotse.serve(*where, "--sample", "--today", TODAY):
            pass
    for form in ("json", "csv"):
        a, b = lotse.folder / f"{form}-sqlite", lotse.folder / f"{form}-postgresql"
        lotse.run("export", "hsds", "--data", data, "--form", form, "--to", a)
        lotse.run("export", "hsds", "--store", store, "--form", form, "--to", b)
        same_files(a, b)


def what_comes_back_from_an_export_is_what_was_exported(lotse, _):
    """Exported, imported into an empty store, exported again: the same files."""
    data, back, once, twice = (lotse.folder / name for name in ("data", "back", "once", "twice"))
    with lotse.serve("--data", data, "--sample", "--today", TODAY):
        pass
    lotse.run("export", "hsds", "--data", data, "--to", once)
    lotse.run("import", "hsds", once, "--data", back, "--source", "copy")
    lotse.run("export", "hsds", "--data", back, "--to", twice)
    same_files(once, twice)


def same_files(a, b):
    names = sorted(each.name for each in a.iterdir())
    check(names and names == sorted(each.name for each in b.iterdir()), f"{names} and {sorted(each.name for each in b.iterdir())}")
    for name in names:
        one, other = (a / name).read_text(encoding="utf-8"), (b / name).read_text(encoding="utf-8")
        check(len(one) > 2, f"{name} is empty")
        check(one == other, f"{name} differs, {first_difference(one, other)}")


TESTS = [both_stores_answer_alike, exports_of_both_stores_are_the_same, what_comes_back_from_an_export_is_what_was_exported]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only")
    options = parser.parse_args()
    store = os.environ.get("LOTSE_TEST_STORE")
    if not store:  # once more, with a PostgreSQL beside it
        binary = str(pathlib.Path(options.binary).resolve())
        os.execv(sys.executable, [sys.executable, "-B", str(ROOT / "tools/postgres.py"), "run", "--fast", "--migrate", binary, "--",
                                  sys.executable, "-B", *sys.argv])
    folder, failed = pathlib.Path(tempfile.mkdtemp(prefix="lotse_stores_")), False
    try:
        for test in TESTS:
            if options.only and options.only not in test.__name__:
                continue
            lotse = Lotse(str(pathlib.Path(options.binary).resolve()), pathlib.Path(tempfile.mkdtemp(dir=folder)))
            try:
                test(lotse, store)
                print(f"ok {test.__name__}", flush=True)
            except Exception:  # a test's failure is its result
                failed = True
                print(f"not ok {test.__name__} - " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:900], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
