#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A loss of power loses nothing that was acknowledged. What the program does to its files is recorded (recorder.c); from that, states
are made in which a disk may be when the power is cut at any moment (lib/disk.py); each must open, be sound and hold every
acknowledged change.

    power.py --binary PATH [--long] [--images N] [--seed N]       crash_writer and libcrash_recorder.so lie beside PATH

1,000 states, with --long 100,000. One of the recordings has fsyncs that fail. A last one is of a program that believes its fsyncs of the
write-ahead log to be done when they are not: if nothing is found there, the test itself is broken and fails.
"""
import argparse
import functools
import os
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from acked import Held, Looker, Writing, preloaded  # noqa: E402
from disk import MODES, Disk, read_log  # noqa: E402
from harness import Lotse, check  # noqa: E402

LEASE_S, SIDE_BY_SIDE = 40, 2
# Of each: name, what the recorder is told (START: fsyncs before the first acknowledgement), share of the states, whether losses must be
# found.
RECORDINGS = [("as it is", {}, 0.6, False), ("failing fsyncs", {"DISK_FAIL": "sync:START:5:3"}, 0.3, False),
              ("deaf fsyncs", {"DISK_DEAF": "-wal"}, 0.1, True)]


def record(build, folder, more, changes, *words):
    """The records of a store from its beginning on, and what its writer said, which is told `words` as well."""
    store, log = folder / "store", folder / "log"
    store.mkdir()
    package = Lotse(str(build / "lotse"), folder).hsds()
    writing = Writing([build / "crash_writer", "write", store, "--threads", 8, "--changes", changes, "--import", package, *words], preloaded(build, store, log, more))
    code = writing.end()
    check(code == 0, f"the recorded writer ended with {code}: {writing.errors[-500:]}")
    records = read_log(log)
    shutil.rmtree(store)
    log.unlink()
    return store, records, writing


class Cuts:
    """States of one recording, looked at one after the other."""

    def __init__(self, build, folder, records, store, seed):
        self.build, self.folder, self.records, self.store = build, folder, records, store
        self.random = random.Random(seed)
        self.bad, self.looked, self.with_acks, self.error = [], 0, 0, ""

    def run(self, count):
        looker, disk = Looker(str(self.build / "crash_writer")), Disk(self.store)
        try:
            first = [each[0] for each in self.records].index("A")
            # Most of them where there is something to lose; the others while the store is being made.
            cuts = (self.random.randrange(first, len(self.records) + 1) if self.random.random() < 0.8 else self.random.randrange(1, first + 1)
                    for _ in range(count // len(MODES)))
            for cut in sorted(cuts):
                while disk.number < cut:
                    disk.apply(self.records[disk.number])
                for mode in MODES:
                    self.look(looker, disk, mode, f"cut {cut} of {len(self.records)}, {mode}")
        except Exception:  # of the test; a fault of the store is in `bad`
            self.error = " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:1500]
        finally:
            looker.close()

    def look(self, looker, disk, mode, name):
        image = self.folder / f"image{id(self)}"
        image.mkdir()
        disk.image(mode, self.random, image)
        self.looked += 1
        self.with_acks += bool(disk.acks)
        faults = looker.faults(image, LEASE_S)
        if not faults:
            held = Held(image)
            lost, gaps = held.lost(disk.acks), held.gaps()
            faults = f"lost {len(lost)} {lost[:2]}, by halves {len(gaps)} {gaps[:2]}" if lost or gaps else ""
        if faults:
            self.bad.append(f"{name}: {faults[:300]}")
        shutil.rmtree(image)


def syncs_of_start(build, folder):
    """How many fsyncs a writer needs before its first change is acknowledged."""
    kinds = [each[0] for each in record(build, folder, {}, changes=1)[1]]
    return kinds[:kinds.index("A")].count("B")


def cut_all(build, folder, recording, count, seed):
    """(states looked at, those with acknowledgements, faults found)."""
    name, more, _, _ = recording
    more = {key: value.replace("START", str(syncs_of_start(build, folder) + 10)) if "START" in value else value for key, value in more.items()}
    store, records, writing = record(build, folder, more, changes=12)
    check(len(writing.acks) > 20, f"{name}: only {len(writing.acks)} changes were acknowledged")
    check(bool(writing.refused) == (name == "failing fsyncs"), f"{name}: {writing.refused} changes were refused; {writing.others[:3]}")
    cuts = [Cuts(build, folder, records, store, seed + i) for i in range(SIDE_BY_SIDE)]
    threads = [threading.Thread(target=each.run, args=(count // SIDE_BY_SIDE,)) for each in cuts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in cuts:
        check(not each.error, f"{name}: {each.error}")
    return sum(each.looked for each in cuts), sum(each.with_acks for each in cuts), [fault for each in cuts for fault in each.bad]


def power_is_cut(build, folder, recording, images, seed):
    _, _, share, must_fail = recording
    looked, with_acks, bad = cut_all(build, folder, recording, int(images * share), seed)
    check(with_acks > looked // 4, f"only {with_acks} of {looked} states were after an acknowledgement")
    check(bool(bad) == must_fail, bad[0] if bad else "no loss was found: this test finds nothing")
    return f"{looked} states, {with_acks} after acknowledgements, {len(bad)} bad"


def a_series_of_copies_is_named_durably(build, folder):
    """Each file of a copy gets its name after the folder of its series has one that a loss of power does not take."""
    copies = f"{folder}/store/copies"
    folders, synced, named = {}, set(), 0
    for kind, number, at, text, more in record(build, folder, {}, 4, "--follow", copies)[1]:
        if kind == "N" and at == 2:
            folders[number] = text.decode()
        elif kind == "S" and number in folders:
            synced.add(folders[number])
        elif kind == "L" and more.startswith(copies + "/"):
            named += 1
            check(copies in synced, f"{more} was named before its series")
    check(named >= 2, "nothing was copied")
    return f"{named} files"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--images", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    images = options.images or (100_000 if options.long else 1_000)
    build = pathlib.Path(options.binary).resolve().parent
    # States are written and thrown away by the thousand: in memory where there is some.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    failed, tests = False, [("a_series_of_copies_is_named_durably", a_series_of_copies_is_named_durably)]
    for number, recording in enumerate(RECORDINGS):
        tests.append(("nothing_acknowledged_is_lost_with_the_power_" + recording[0].replace(" ", "_"),
                      functools.partial(power_is_cut, recording=recording, images=images, seed=options.seed + 10 * number)))
    for test, run in tests:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_power_", dir=memory))
        try:
            print(f"ok {test} - {run(build, folder)}", flush=True)
        except Exception as error:  # a test's failure is its result
            failed = True
            print(f"not ok {test} - seed {options.seed}: {type(error).__name__}: {str(error)[:1500]}", flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
