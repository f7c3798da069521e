#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs the test programs of a build, two at a time, and writes what came out as JSON.

    tools/check_tests.py BUILD --out RESULTS.json [--only NAME…] [--tsan]

A test program is BUILD/test_<module>. A crash or more than ten minutes count as one failure; the end of what it said is shown.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

LIMIT = 600  # seconds for one program
KINDS = [("fuzz", r"_fuzz(_test)?\.cc$"), ("page", r"pages?(_\w+)?_test\.cc$|api(_\w+)?_test\.cc$"), ("action", r"actions?(_\w+)?_test\.cc$")]


def result(kind, name, status, seconds, detail=""):
    return {"kind": kind, "name": name, "status": status, "seconds": round(seconds, 3), "detail": detail}


def run_limited(command, limit, log, **options):
    """
    Runs a command in a process group of its own; (exit code, or None if it took too long; what it said; seconds). While it runs,
    its last line is shown once a minute.
    """
    started = time.monotonic()
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True, **options)
        try:
            while (code := wait_a_minute(process, started + limit)) is None and time.monotonic() < started + limit:
                said = pathlib.Path(log).read_text(encoding="utf-8", errors="replace").splitlines()
                print(f"   … {(time.monotonic() - started) / 60:.0f} min: {said[-1][:150] if said else ''}", flush=True)
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)  # the rest of the group too
            except ProcessLookupError:
                pass
            process.wait()
    return code, pathlib.Path(log).read_text(encoding="utf-8", errors="replace"), time.monotonic() - started


def wait_a_minute(process, deadline):
    try:
        return process.wait(max(0, min(60, deadline - time.monotonic())))
    except subprocess.TimeoutExpired:
        return None


def kind_of(file):
    return next((kind for kind, pattern in KINDS if re.search(pattern, file or "")), "unit")


def read_report(path, program):
    """The results of one program's XML report; None if there is no whole one."""
    try:
        tree = xml.etree.ElementTree.parse(path)
    except (OSError, xml.etree.ElementTree.ParseError):
        return None
    found = []
    for case in tree.iter("testcase"):
        name = f"{program}: {case.get('classname')}.{case.get('name')}"
        failures = [node.text or node.get("message", "") for node in case.findall("failure")]
        skip = case.find("skipped")
        if failures:
            status, detail = "failed", "\n".join(failures)
        elif skip is not None:
            status, detail = "skipped", skip.text or skip.get("message", "")
        elif case.get("status") != "run":
            status, detail = "failed", "switched off (DISABLED_)"
        else:
            status, detail = "passed", ""
        found.append(result(kind_of(case.get("file")), name, status, float(case.get("time", 0)), detail.strip()))
    return found


def run_program(path, prefix, folder):
    report, log = pathlib.Path(folder, path.name + ".xml"), pathlib.Path(folder, path.name + ".log")
    # A server for each program: on a shared one, a long transaction of one program holds back the followers of another.
    server = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("postgres.py")), "run", "--fast", "--"]
    code, said, seconds = run_limited([*server, *prefix, str(path), f"--gtest_output=xml:{report}", "--gtest_brief=1"], LIMIT, log)
    if code is not None and code > 128:  # what a shell makes of a signal; the server's script hands it on so
        code = 128 - code
    results = read_report(report, path.name)
    tail = "\n".join(said.splitlines()[-60:])
    if code is None:
        why = f"took longer than {LIMIT // 60} minutes"
    elif results is None or code not in (0, 1) or (code and all(r["status"] != "failed" for r in results)):
        why = f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}" + ("" if results else " and no report")
    else:
        return results
    return (results or []) + [result("unit", path.name, "failed", seconds, f"{why}\n{tail}")]


def programs(build, only):
    """(the build's test programs, names of those that should be there and are not)."""
    src = pathlib.Path(__file__).resolve().parent.parent / "src"
    found = [p for p in sorted(pathlib.Path(build).glob("test_*")) if p.is_file() and os.access(p, os.X_OK) and not p.suffix]
    found = [p for p in found if not only or p.name in only]
    wanted = set(only) or {f"test_{p.parent.name}" for p in src.glob("*/*_test.cc")}
    return found, sorted(wanted - {p.name for p in found})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--tsan", action="store_true", help="the thread sanitizer wants its addresses where they are")
    options = parser.parse_args()
    found, absent = programs(options.build, options.only)
    prefix = ["setarch", "-R"] if options.tsan else []
    results = [result("unit", name, "failed", 0, f"not in {options.build}") for name in absent]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        waiting = {pool.submit(run_program, path.resolve(), prefix, folder): path.name for path in found}
        for done in concurrent.futures.as_completed(waiting):
            results += done.result()
            count = {status: sum(r["status"] == status for r in done.result()) for status in ("passed", "failed", "skipped")}
            seconds = sum(r["seconds"] for r in done.result())
            print(f"  {waiting[done]}: {count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped "
                  f"({seconds:.1f} s)", flush=True)
    pathlib.Path(options.out).write_text(json.dumps(results), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
