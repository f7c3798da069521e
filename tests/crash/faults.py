#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What the disk refuses is not acknowledged, and what was acknowledged stays: single operations that fail, a disk that is full and has
room again, a clock that jumps.

    faults.py --binary PATH [--long] [--seed N]       crash_writer and libcrash_recorder.so lie beside PATH

Of each kind of operation the n-th fails once; with --long for every n that there is, else for some, chosen by the seed.
"""
import argparse
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from acked import Held, Looker, Writing, preloaded  # noqa: E402
from disk import read_log  # noqa: E402
from harness import Lotse, check  # noqa: E402

LEASE_S, SIDE_BY_SIDE, SOME = 40, 2, 14
EINTR, EIO, EMFILE, ENOSPC = 4, 5, 24, 28
CASES = [("write", EIO), ("write", ENOSPC), ("write", EINTR), ("short", 0), ("sync", EIO), ("sync", EINTR), ("open", EIO), ("open", EMFILE),
         ("name", EIO), ("name", ENOSPC)]


class Ground:
    """A store that has been at work, to be copied for each try."""

    def __init__(self, build, folder, options):
        self.build, self.folder, self.options = build, folder, options
        self.writer = build / "crash_writer"
        self.first = folder / "first"
        writing = Writing([self.writer, "write", self.first, "--changes", 12])
        check(writing.end() == 0, writing.errors)
        self.acks = writing.acks

    def sound(self, looker, store, acks):
        faults = looker.faults(store, 2 * LEASE_S)
        check(not faults, faults)
        held = Held(store)
        lost, gaps = held.lost(acks), held.gaps()
        check(not lost and not gaps, f"lost {lost[:3]}, by halves {gaps[:3]}")


def try_fault(ground, looker, kind, error, number, store):
    """One writer whose `number`-th operation of this kind fails. Whether there were so many; how many changes were refused, and how it
    ended."""
    shutil.copytree(ground.first, store)
    log = store.with_suffix(".log")
    env = preloaded(ground.build, store, log, {"DISK_FAIL": f"{kind}:{number}:{error}:1"})
    writing = Writing([ground.writer, "write", store, "--threads", 4, "--changes", 4, "--ahead", LEASE_S], env)
    code = writing.end()
    came = any(each[0] == "X" for each in read_log(log))
    what = f"{kind} {number} with error {error}"
    # It says what is wrong and ends, or it goes on: it never just falls over.
    check(code == 0 or code == 1 and "crash_writer: " in writing.errors, f"{what}: ended with {code}: {writing.errors[-400:]}")
    # Nor does it take the disk's fault for one of its own, or for one that stays.
    check(all(each.startswith("unsealed") for each in writing.others), f"{what}: {writing.others[:2]}")
    check(code == 1 or writing.refused < 16, f"{what}: one fault, and every change was refused")
    try:
        ground.sound(looker, store, ground.acks + writing.acks)
    except AssertionError as fault:
        raise AssertionError(f"{what}: {fault}") from None
    shutil.rmtree(store)
    log.unlink()
    return came, writing.refused, code


def fault_series(ground, cases, folder, told):
    """Each of `cases` for its operations, one after the other; adds up what was seen in `told`."""
    looker, random_ = Looker(str(ground.writer)), random.Random(f"{ground.options.seed} {cases}")
    try:
        for kind, error in cases:
            number, step = 1, 1
            while True:
                came, refused, code = try_fault(ground, looker, kind, error, number, folder / "store")
                if not came:
                    break
                told["faults"] += 1
                told["refused"] += refused
                told["ended"] += code
                # Later operations are more, and more alike.
                step = 1 if ground.options.long else random_.randint(1, 1 + 2 * number // SOME * 2)
                number += step
            check(number > 1, f"no {kind} was ever made")
    except Exception:  # the other series goes on
        told["failure"] = " | ".join(traceback.format_exc().strip().splitlines()[-2:])[:1200]
    finally:
        looker.close()


def single_operations_that_fail_lose_nothing(ground):
    told = [{"faults": 0, "refused": 0, "ended": 0, "failure": ""} for _ in range(SIDE_BY_SIDE)]
    threads = []
    for i in range(SIDE_BY_SIDE):
        folder = pathlib.Path(tempfile.mkdtemp(dir=ground.folder))
        threads.append(threading.Thread(target=fault_series, args=(ground, CASES[i::SIDE_BY_SIDE], folder, told[i])))
        threads[-1].start()
    for thread in threads:
        thread.join()
    for each in told:
        check(not each["failure"], each["failure"])
    sums = {key: sum(each[key] for each in told) for key in ("faults", "refused", "ended")}
    check(sums["refused"] > 0 and sums["ended"] > 0, f"these faults were never felt: {sums}")
    return f"{sums['faults']} operations failed, {sums['refused']} changes were refused, {sums['ended']} programs ended"


def until(condition, text, limit=600):
    for _ in range(limit * 50):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(text)


def a_full_disk_refuses_and_goes_on_when_there_is_room(ground):
    store, full, looker = ground.folder / "filled", ground.folder / "full", Looker(str(ground.writer))
    env = preloaded(ground.build, store, os.devnull, {"DISK_FULL": str(full)})
    del env["DISK_LOG"]
    writing = Writing([ground.writer, "write", store], env)
    try:
        check(writing.wait_for(), "it ended before anything was acknowledged")
        for _ in range(3):
            before = writing.refused
            full.touch()
            until(lambda: writing.refused > before + 40, "a full disk was not felt")
            full.unlink()
            before = len(writing.acks)
            until(lambda: len(writing.acks) > before + 40, "it did not go on when there was room")
        writing.kill()
        check(all("unavailable" in each or each.startswith("unsealed") for each in writing.others), f"refused otherwise: {writing.others[:3]}")
        ground.sound(looker, store, writing.acks)
    finally:
        full.unlink(missing_ok=True)
        writing.process.kill()
        looker.close()
    return f"{len(writing.acks)} acknowledged, {writing.refused} refused"


def pages_are_served_while_the_disk_is_full(ground):
    data, full, wrapper = ground.folder / "served", ground.folder / "full", ground.folder / "lotse"
    env = preloaded(ground.build, data, os.devnull, {"DISK_FULL": str(full)}, program="lotse")
    words = " ".join(f"{key}='{env[key]}'" for key in ("LD_PRELOAD", "DISK_FOLDER", "DISK_FULL"))
    wrapper.write_text(f"#!/bin/sh\n{words} exec {ground.build}/lotse \"$@\"\n")
    wrapper.chmod(0o700)
    lotse, plain = Lotse(str(wrapper), ground.folder), Lotse(str(ground.build / "lotse"), ground.folder)
    plain.run("import", "hsds", plain.hsds(), "--data", data)
    invite = ("admin", "invite", "--data", data, "--unit", "1", "--name", "Anna", "--email")
    with lotse.serve("--data", data) as server:
        page = server.get("/offers?q=caf", "text/html")
        check(page[0] == 200 and "Parents" in page[1])
        full.touch()
        for i in range(5):
            done = plain.run(*invite, f"full{i}@example.org", code=1)
            check(done.stderr.strip(), "no reason was given")
            check(server.get("/offers?q=caf", "text/html")[0] == 200, "reading ended with the disk")
        full.unlink()
        check("/invitation/" in plain.run(*invite, "room@example.org").stdout)
        check(server.stop(signal.SIGTERM) == 0, server.errors())
    check("sound" in plain.run("check", "--data", data).stdout)
    return "5 changes refused, 5 pages served meanwhile"


def a_clock_that_jumps_by_a_day_breaks_nothing(ground):
    store, looker = ground.folder / "jumped", Looker(str(ground.writer))
    try:
        writing = Writing([ground.writer, "write", store, "--changes", 200, "--swing"])
        check(writing.end() == 0, writing.errors)
        check(len(writing.acks) >= 800 and not writing.refused and not writing.others, f"{len(writing.acks)} acknowledged; {writing.others[:3]}")
        for ahead_s in (-86_400, 0, 86_400):
            faults = looker.faults(store, ahead_s)
            check(not faults, f"{ahead_s} seconds ahead: {faults}")
        ground.sound(looker, store, writing.acks)
    finally:
        looker.close()
    return f"{len(writing.acks)} changes while the clock went a day on and two back"


TESTS = [single_operations_that_fail_lose_nothing, a_full_disk_refuses_and_goes_on_when_there_is_room, pages_are_served_while_the_disk_is_full,
         a_clock_that_jumps_by_a_day_breaks_nothing]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    build, failed = pathlib.Path(options.binary).resolve().parent, False
    for test in TESTS:
        if options.only and options.only not in test.__name__:
            continue
        folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_faults_"))
        try:
            print(f"ok {test.__name__} - {test(Ground(build, folder, options))}", flush=True)
        except Exception:  # a test's failure is its result
            failed = True
            print(f"not ok {test.__name__} - seed {options.seed}: " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:1500], flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
