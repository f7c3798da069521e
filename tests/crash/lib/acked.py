# SPDX-License-Identifier: EUPL-1.2
"""What a store must still hold after a crash: everything that crash_writer said to be acknowledged, and nothing by halves."""
import os
import pathlib
import sqlite3
import subprocess
import threading
import time

SERVICES = 2  # in the package that is imported: harness.CSV_FILES


def preloaded(build, folder, log, more, program="crash_writer"):
    """The environment that puts the recorder before libc; a sanitizer, where there is one, wants to be first."""
    said = subprocess.run(["ldd", build / program], capture_output=True, text=True).stdout
    asan = [line.split()[2] for line in said.splitlines() if "libasan" in line]
    return {**os.environ, "LD_PRELOAD": ":".join([*asan, str(build / "libcrash_recorder.so")]), "DISK_FOLDER": str(folder), "DISK_LOG": str(log), **more}


class Looker:
    """One crash_writer that opens stores, looks through them and makes one more change in each."""

    def __init__(self, writer):
        self.process = subprocess.Popen([writer, "look"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def faults(self, folder, ahead_s):
        """What is wrong with the store in `folder`; empty for a sound one. The clock is `ahead_s` ahead, so that leases of those who
        worked there have run out."""
        self.process.stdin.write(f"{ahead_s} {folder}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise AssertionError(f"looking at the store ended with {self.process.wait()}")
        return "" if answer == "sound" else answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(600)
        self.process.stdout.close()


def rows(folder, file, query):
    store = sqlite3.connect(f"file:{pathlib.Path(folder) / file}?mode=ro", uri=True)
    try:
        return {row[0] for row in store.execute(query)}
    finally:
        store.close()


class Held:
    """What is in a store, read past the program."""

    def __init__(self, folder):
        self.begun = rows(folder, "lotse.db", "SELECT id FROM record WHERE kind = 'crash'")
        self.ended = rows(folder, "lotse.db", "SELECT id FROM record WHERE kind = 'crash' AND erased_ms IS NOT NULL")
        self.later = rows(folder, "lotse.db", "SELECT subject FROM job WHERE kind = 'crash.later'")
        self.sources = rows(folder, "lotse.db", "SELECT DISTINCT substr(source, 6) FROM service WHERE source LIKE 'hsds:%'")
        self.part_sources = rows(folder, "lotse.db", "SELECT substr(source, 6) FROM service WHERE source LIKE 'hsds:%' GROUP BY source "
                                                     f"HAVING count(*) <> {SERVICES}")
        self.keys = rows(folder, "keys.db", "SELECT record FROM record_key")
        self.entered = {what: rows(folder, "lotse.db", f"SELECT object FROM audit_entry WHERE what = 'crash.{what}'")
                        for what in ("begin", "end", "later")}

    def lost(self, acks):
        """Those of `acks` (lines without "ack ") that did not stay."""
        at = {"begin": self.begun, "end": self.ended - self.keys, "later": self.later, "import": self.sources}
        return [ack for ack in acks if ack.split()[1] not in at[ack.split()[0]]]

    def gaps(self):
        """Rows without the entry of their transaction, entries without their row, records without a key, parts of an import."""
        return [*(f"import {each}" for each in self.part_sources), *(f"begin {each}" for each in self.begun ^ self.entered["begin"]), *(f"end {each}" for each in self.ended ^ self.entered["end"]),
                *(f"later {each}" for each in self.later ^ self.entered["later"]), *(f"key {each}" for each in self.begun - self.ended - self.keys)]


class Writing:
    """A crash_writer at work; its acknowledgements are gathered as they come."""

    def __init__(self, command, env=None):
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env,
                                        stdin=subprocess.DEVNULL)
        self.acks, self.refused, self.others = [], 0, []
        self.thread = threading.Thread(target=self.gather)
        self.thread.start()

    def gather(self):
        for line in self.process.stdout:
            if not line.endswith("\n"):
                continue  # cut by the kill
            if line.startswith("ack "):
                self.acks.append(line[4:].strip())
            elif line.startswith("refused unavailable"):
                self.refused += 1
            elif line.strip() != "open":
                self.others.append(line.strip())

    def wait_for(self, kind="", limit=600):
        """Whether a change of this kind, or any, was acknowledged before it ended."""
        end = time.monotonic() + limit
        while not any(ack.startswith(kind) for ack in self.acks[:]):
            if not self.thread.is_alive() or time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def end(self, limit=600):
        """Its exit code, after everything it said was read."""
        code = self.process.wait(limit)
        self.thread.join()
        self.process.stdout.close()
        self.errors = self.process.stderr.read()
        self.process.stderr.close()
        return code

    def kill(self):
        self.process.kill()
        return self.end()
