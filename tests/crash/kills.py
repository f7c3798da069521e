#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A process that is killed loses nothing that it acknowledged, whatever was under way: writing, importing, sealing the audit,
copying.

    kills.py --binary PATH [--long] [--kills N] [--seed N]        crash_writer lies beside PATH; prints "ok NAME" or "not ok NAME - reason"

300 kills, with --long 5,000. Each 5 to 250 ms after the first acknowledgement; then the store is opened, looked through, compared with
all acknowledgements since it was made, and written on. Two stores are killed side by side; each is made anew after 25 kills.
"""
import argparse
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from acked import Held, Looker, Writing  # noqa: E402
from harness import Lotse, check  # noqa: E402

SIDE_BY_SIDE, KILLS_OF_A_STORE, RESTORED_EACH, LEASE_S = 2, 25, 10, 40


class Victim:
    """A series of stores, killed again and again; what was found is added up."""

    def __init__(self, binary, folder, seed, kills):
        self.binary, self.writer, self.folder, self.kills = binary, str(pathlib.Path(binary).parent / "crash_writer"), folder, kills
        self.random = random.Random(seed)
        self.figures = {"kills": 0, "acks": 0, "imports": 0, "restored": 0, "lost": 0, "gaps": 0}
        self.failure = ""

    def run(self):
        looker = Looker(self.writer)
        try:
            package = Lotse(self.binary, self.folder).hsds()
            done = 0
            while done < self.kills:
                data = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
                rounds = min(KILLS_OF_A_STORE, self.kills - done)
                self.store(data, package, looker, rounds)
                shutil.rmtree(data)
                done += rounds
        except Exception:  # the other one goes on
            self.failure = " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:1500]
        finally:
            looker.close()

    def store(self, data, package, looker, rounds):
        acks, store, copies, heads = [], data / "store", data / "copies", data / "heads.jsonl"
        copies.mkdir()
        for number in range(rounds):
            command = [self.writer, "write", store, "--threads", self.random.choice([1, 4, 16]), "--ahead", 2 * number * LEASE_S, "--follow", copies,
                       "--heads", heads]
            command += ["--import", package] if number % 3 == 0 else []
            writing = Writing(command)
            # Every second import is killed when one is done: else a slow machine would never see one acknowledged.
            check(writing.wait_for("import" if number % 6 == 0 else ""), "it ended before anything was acknowledged")
            time.sleep(self.random.uniform(0.005, 0.25))
            writing.kill()
            check(not writing.others, f"not killed, but failed: {writing.others[:3]} {writing.errors[-500:]}")
            acks += writing.acks
            self.figures["kills"] += 1
            self.figures["acks"] += len(writing.acks)
            self.figures["imports"] += sum(ack.startswith("import") for ack in writing.acks)
            faults = looker.faults(store, (2 * number + 1) * LEASE_S)
            check(not faults, faults)
            held = Held(store)
            lost, gaps = held.lost(acks), held.gaps()
            self.figures["lost"] += len(lost)
            self.figures["gaps"] += len(gaps)
            check(not lost and not gaps, f"after kill {number}: lost {lost[:3]}, by halves {gaps[:3]}")
            if number % RESTORED_EACH == RESTORED_EACH - 1:
                self.restore(store, copies, heads, data / "restored")

    def restore(self, store, copies, heads, target):
        """The copies give a store again, and both it and the store keep to the heads that were given away."""
        self.command("check", "--data", store, "--heads", heads)
        self.command("restore", "--from", copies, "--data", target, "--key-file", store / "installation.key", "--heads", heads, "--try")
        self.figures["restored"] += 1

    def command(self, *words):
        done = subprocess.run([self.binary, *words], capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
        check(done.returncode == 0, f"{words[0]}: {done.stdout[-300:]} {done.stderr[-500:]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    kills = options.kills or (5_000 if options.long else 300)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_kills_"))
    binary = str(pathlib.Path(options.binary).resolve())
    victims = []
    try:
        for i in range(SIDE_BY_SIDE):
            own = folder / str(i)
            own.mkdir()
            victims.append(Victim(binary, own, options.seed + i, kills // SIDE_BY_SIDE))
        threads = [threading.Thread(target=victim.run) for victim in victims]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {key: sum(victim.figures[key] for victim in victims) for key in victims[0].figures}
    failures = [victim.failure for victim in victims if victim.failure]
    told = ", ".join(f"{value} {key}" for key, value in figures.items())
    print(f"not ok nothing_acknowledged_is_lost_by_kills - {told}; seed {options.seed}: {failures[0]}" if failures else
          f"ok nothing_acknowledged_is_lost_by_kills - {told}", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
