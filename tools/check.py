#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Everything that is checked before a change lands, stage by stage, with one build (address and undefined behaviour sanitizers).

    tools/check.py [--only STAGE…] [--stop]

Stages: format source layers words ui build assets compile-fail unit browser crash. All stages run even if one fails, unless
--stop is given; what needs the build is left out if that failed. The last line is "N passed, N failed, N skipped"; exit 0 only
if nothing failed.

A test may be skipped only because the shared test data (LOTSE_SHARED, or the folder "shared" beside the project) is missing;
where it is there, or for any other reason, a skip is a failure.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from check_tests import result, run_limited

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONG_CRASH = {"faults.py", "flood.py", "kills.py", "power.py", "restarts.py"}  # of tests/crash: they do more of the same when told so
PYTHON = [sys.executable, "-B"]


def shared_folder():
    folder = pathlib.Path(os.environ.get("LOTSE_SHARED") or ROOT.parent / "shared")
    return folder.resolve() if folder.is_dir() else None


class Run:
    """One run of the checks: results so far, minutes by kind, and how commands are called."""

    def __init__(self, build="asan", long=False):
        """`long`: the tests of crashes are run as long as before an issue closes."""
        self.build, self.long = f"build/{build}", long
        self.preset = build
        self.results, self.kind_seconds = [], {}
        self.shared = shared_folder()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_check_"))
        os.environ.update({"LC_ALL": "C.UTF-8", "UBSAN_OPTIONS": "print_stacktrace=1"})
        if self.shared:
            os.environ["LOTSE_SHARED"] = str(self.shared)

    def add(self, found):
        """Takes results; a skip that is not allowed becomes a failure. Failures are shown at once."""
        for r in found:
            if r["status"] == "skipped" and (self.shared or "shared" not in r["detail"].lower()):
                r.update(status="failed", detail="skipped, which is allowed only where the shared test data is missing\n" + r["detail"])
            if r["status"] == "failed":
                print(f"FAILED {r['kind']}: {r['name']}\n" + indented(r["detail"]), flush=True)
            self.results.append(r)

    def command(self, kind, name, command, limit=900, show=False):
        """One command is one check: passed if it ends with 0. Returns whether it did."""
        log = self.folder / "log"
        try:
            code, said, seconds = run_limited(command, limit, log, cwd=ROOT)
        except OSError as error:
            code, said, seconds = 127, str(error), 0
        why = {None: f"took longer than {limit // 60} minutes\n"}.get(code, "")
        self.add([result(kind, name, "passed" if code == 0 else "failed", seconds, why + tail(said))])
        if code == 0 and show and said.strip():
            print(indented(said), flush=True)
        return code == 0

    def protocol(self, kind, command, limit):
        """A command that says "ok NAME", "not ok NAME" or "skip NAME" for each of its tests."""
        log = self.folder / "log"
        code, said, seconds = run_limited(command, limit, log, cwd=ROOT)
        found = parse_protocol(kind, said)
        for r in found:
            r["seconds"] = seconds / len(found)
        good = code == 0 or code == 1 and any(r["status"] == "failed" for r in found)
        if not good or not found:
            why = f"took longer than {limit // 60} minutes" if code is None else f"ended with {code} after {len(found)} test(s)"
            found.append(result(kind, " ".join(command[:3]), "failed", seconds, f"{why}\n{tail(said)}"))
        self.add(found)

    def tests(self, only=(), tsan=False):
        """The test programs of the build, each with a PostgreSQL of its own."""
        out = self.folder / "tests.json"
        out.unlink(missing_ok=True)
        command = [*PYTHON, "tools/check_tests.py", self.build, "--out", str(out)]
        command += ["--tsan"] if tsan else []
        command += ["--only", *only] if only else []
        code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL).returncode
        if code or not out.exists():
            self.add([result("unit", "test programs", "failed", 0, f"tools/check_tests.py ended with {code}")])
        else:
            self.add(json.loads(out.read_text(encoding="utf-8")))

    def summary(self, elapsed):
        """The table of minutes, skipped and failed tests, and the closing line. Returns the exit code."""
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"\n{'kind':<14} {'tests':>6} {'passed':>7} {'failed':>7} {'skipped':>8} {'minutes':>8}")
        kinds = dict.fromkeys(r["kind"] for r in self.results)
        for kind in kinds:
            of_kind = [r for r in self.results if r["kind"] == kind]
            n = {s: sum(r["status"] == s for r in of_kind) for s in ("passed", "failed", "skipped")}
            minutes = sum(r["seconds"] for r in of_kind) / 60
            print(f"{kind:<14} {len(of_kind):>6} {n['passed']:>7} {n['failed']:>7} {n['skipped']:>8} {minutes:>8.2f}")
        print(f"{'from start to end (some run side by side)':<47} {elapsed / 60:>8.2f}\n")
        total = {s: [r for r in self.results if r["status"] == s] for s in ("passed", "failed", "skipped")}
        if total["skipped"]:
            print("Skipped, since the shared test data is missing (LOTSE_SHARED, or the folder “shared” beside the project):")
            for r in total["skipped"]:
                print(f"  {r['name']}")
        if total["failed"]:
            print("Failed:")
            for r in total["failed"]:
                print(f"  {r['kind']}: {r['name']}")
        print(f"{len(total['passed'])} passed, {len(total['failed'])} failed, {len(total['skipped'])} skipped", flush=True)
        return 1 if total["failed"] or not total["passed"] else 0


def indented(text):
    return "\n".join("    " + line for line in text.splitlines())


def tail(text, lines=60):
    """The end of what a program said, and compiler errors from before it."""
    all_lines = text.splitlines()
    errors = [line for line in all_lines[:-lines] if re.search(r"\b(error|FAILED):", line)][:20]
    return "\n".join(errors + all_lines[-lines:])


def parse_protocol(kind, said):
    """Results of lines "ok NAME", "not ok NAME", "skip NAME"; what follows a line belongs to it."""
    found = []
    for line in said.splitlines():
        match = re.match(r"(ok|not ok|skip) (?:\d+ )?(?:- )?(.+)", line)
        if match:
            status = {"ok": "passed", "not ok": "failed", "skip": "skipped"}[match.group(1)]
            found.append(result(kind, match.group(2).strip(), status, 0, line if status == "skipped" else ""))
        elif found and found[-1]["status"] != "passed":
            found[-1]["detail"] = (found[-1]["detail"] + "\n" + line).strip()
    return found


def stage_format(run):
    formatter = shutil.which("clang-format-14") or "clang-format"
    files = sorted(str(p.relative_to(ROOT)) for folder in ("src", "bench", "tests") for ending in ("*.h", "*.cc", "*.c")
                   for p in (ROOT / folder).rglob(ending))
    run.command("format", "clang-format (mend: make format)", [formatter, "--dry-run", "-Werror", "--ferror-limit=3", *files])


def stage_source(run):
    run.command("source", "licence lines, sizes, words", [*PYTHON, "tools/check_source.py"], show=True)
    run.command("source", "THIRD_PARTY.md (mend: tools/third_party.py)", [*PYTHON, "tools/third_party.py", "--check"])
    run.command("source", "the checks themselves", [*PYTHON, "tools/check_test.py"])


def stage_layers(run):
    run.command("layers", "src/LAYERS", [*PYTHON, "tools/layers.py"], show=True)
    run.command("layers", "tools/layers_test.py", [*PYTHON, "tools/layers_test.py"])
    run.command("layers", "access matrix", [*PYTHON, "tools/matrix.py", "check", "src/access/matrix.csv"])


def stage_words(run):
    run.command("words", "translations (tools/po.py check)", [*PYTHON, "tools/po.py", "check"])
    run.command("words", "tools/po_test.py", [*PYTHON, "tools/po_test.py"])


def stage_ui(run):
    run.command("ui", "types of the scripts", ["npm", "run", "--silent", "check"])


def stage_build(run):
    jobs = str(os.cpu_count() or 2)
    if run.command("build", f"configure {run.preset}", ["cmake", "--preset", run.preset]):
        run.command("build", f"build {run.preset}", ["cmake", "--build", "--preset", run.preset, "--parallel", jobs], limit=2700)


def stage_assets(run):
    for name in ("budget", "contrast"):
        run.command("ui", f"{name} of the assets", ["ui/node", f"ui/{name}.mjs", f"{run.build}/gen/ui"], show=True)


def stage_compile_fail(run):
    run.protocol("compile-fail", [*PYTHON, "tools/check_compile_fail.py"], 900)


def stage_unit(run):
    run.tests()


def stage_browser(run):
    if not (ROOT / "tests/browser/run.mjs").exists():
        return print("  there are no browser journeys yet")
    # Journeys that read and write run a second time, on PostgreSQL; only the shell knows its address.
    journeys = ["ui/node", "tests/browser/run.mjs", "--binary", f"{run.build}/lotse", "--classes", f"{run.build}/gen/ui/classes.txt",
                "--translated"]
    server = [*PYTHON, "tools/postgres.py", "run", "--fast", "--migrate", f"{run.build}/lotse", "--"]
    run.protocol("browser", [*server, "sh", "-c", 'exec "$@" --store "$LOTSE_TEST_STORE"', "sh", *journeys], 2700)


def stage_crash(run):
    for path in sorted((ROOT / "tests/crash").glob("*.py")):
        long = run.long and path.name in LONG_CRASH
        command = [*PYTHON, str(path.relative_to(ROOT)), "--binary", f"{run.build}/lotse", *(["--long"] if long else [])]
        run.protocol("crash", command, 4 * 3600 if long else 600)


STAGES = {"format": stage_format, "source": stage_source, "layers": stage_layers, "words": stage_words, "ui": stage_ui,
          "build": stage_build, "assets": stage_assets, "compile-fail": stage_compile_fail, "unit": stage_unit,
          "browser": stage_browser, "crash": stage_crash}
NEED_BUILD = {"assets", "unit", "browser", "crash"}


def run_stages(run, names, stop=False):
    for name in names:
        if name in NEED_BUILD and any(r["kind"] == "build" and r["status"] == "failed" for r in run.results):
            run.add([result(name, f"stage {name}", "failed", 0, "not run: the build failed")])
            continue
        print(f"== {name} ({run.preset})", flush=True)
        started, before = time.monotonic(), len(run.results)
        try:
            STAGES[name](run)
        except Exception as error:  # a broken stage is a failure, and the others still run
            run.add([result(name, f"stage {name}", "failed", 0, f"{type(error).__name__}: {error}")])
        failed = sum(r["status"] == "failed" for r in run.results[before:])
        print(f"   {name}: {'ok' if not failed else f'{failed} failed'} in {time.monotonic() - started:.1f} s", flush=True)
        if failed and stop:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=STAGES, metavar="STAGE", help=" ".join(STAGES))
    parser.add_argument("--stop", action="store_true", help="end after the first stage that fails")
    parser.add_argument("--keep-going", dest="stop", action="store_false", help="the default")
    options = parser.parse_args()
    started, run = time.monotonic(), Run()
    run_stages(run, [name for name in STAGES if not options.only or name in options.only], options.stop)
    return run.summary(time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
