#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What is run once before an issue closes: all tests with the release build, 5,000 kills and 100,000 losses of power among them, the
thread sanitizer, and a minute of fuzzing for each target.

    tools/check_long.py [--only release|tsan|fuzz …] [--seconds 60]

Ends like tools/check.py. What a fuzz target finds is kept in build/fuzz/found/.
"""
import argparse
import sys
import time

import check
from check_tests import result

TSAN_TESTS = ["test_http", "test_sql", "test_access", "test_directory"]


def release(run, _options):
    check.run_stages(run, ["build", "unit", "browser", "crash"])


def tsan(run, _options):
    command = ["cmake", "--build", "--preset", "tsan", "--parallel", "2", "--target", *TSAN_TESTS]
    if run.command("build", "configure tsan", ["cmake", "--preset", "tsan"]) and run.command("build", "build tsan", command, 3600):
        run.tests(TSAN_TESTS, tsan=True)


def corpus_of(target):
    """Inputs kept in the sources: src/<module>/<file>_corpus beside <file>.cc, for fuzz_<module>_<file>."""
    for folder in (check.ROOT / "src").glob("*/*_corpus"):
        if f"fuzz_{folder.parent.name}_{folder.name.removesuffix('_corpus')}" == target.name:
            return [str(folder)]
    return []


def fuzz(run, options):
    built = run.command("build", "configure fuzz", ["cmake", "--preset", "fuzz"]) and run.command(
        "build", "build fuzz", ["cmake", "--build", "--preset", "fuzz", "--parallel", "2"], 3600)
    targets = [p for p in sorted((check.ROOT / run.build).glob("fuzz_*")) if p.is_file() and not p.suffix] if built else []
    for target in targets:
        own, found = check.ROOT / run.build / "corpus" / target.name, check.ROOT / run.build / "found" / target.name
        own.mkdir(parents=True, exist_ok=True)
        found.mkdir(parents=True, exist_ok=True)
        run.command("fuzz", target.name, [str(target), f"-max_total_time={options.seconds}", "-timeout=10", "-rss_limit_mb=3000",
                                          "-print_final_stats=1", f"-artifact_prefix={found}/", str(own), *corpus_of(target)],
                    options.seconds + 300)
    if built and not targets:
        run.add([result("fuzz", "fuzz targets", "failed", 0, f"none in {run.build}")])


PARTS = {"release": release, "tsan": tsan, "fuzz": fuzz}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    started, whole = time.monotonic(), check.Run()
    for name, part in PARTS.items():
        if options.only and name not in options.only:
            continue
        print(f"==== {name}", flush=True)
        run = check.Run(name, long=True)
        part(run, options)
        for r in run.results:
            r.update(kind=f"{name} {r['kind']}")
        whole.results += run.results
    return whole.summary(time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
