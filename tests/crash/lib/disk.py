# SPDX-License-Identifier: EUPL-1.2
"""What a disk may hold after the power is cut, from what recorder.c wrote down.

Durable is what was written to a file before an fsync of it began that is done; a name is durable once its folder was synced. All else
may be there or not. A failed fsync may have thrown away what it should have written, for good; here it always has.
"""
import os
import pathlib
import struct

HEAD = struct.Struct("=c3xIqII")
SECTOR = 512
MODES = ("none", "all", "random", "torn")


def read_log(path):
    """(type, object, at, bytes, more) of each record."""
    text, place, found = pathlib.Path(path).read_bytes(), 0, []
    while place < len(text):
        kind, number, at, length, more = HEAD.unpack_from(text, place)
        place += HEAD.size
        found.append((kind.decode(), number, at, text[place:place + length], text[place + length:place + length + more].decode()))
        place += length + more
    return found


class Disk:
    """The files of one folder as the records up to a point left them: what is durable, and what is pending, by object."""

    def __init__(self, folder):
        """`folder`: where the recorded program found its files; it began without any."""
        self.folder = str(folder)
        self.content, self.pending, self.began = {}, {}, {}  # by object; pending: (number of record, kind, at, bytes)
        self.names, self.later_names = {}, {}  # durable name -> object; by folder: (number, what, name, object) not durable yet
        self.seen = {}  # name -> object as the program sees it
        self.folders, self.acks, self.number = {}, [], 0

    def apply(self, record):
        """The next record."""
        kind, number, at, text, more = record
        getattr(self, {"N": "new", "W": "write", "T": "size", "B": "begin", "S": "synced", "F": "failed", "R": "name", "L": "name", "U": "name",
                       "A": "ack", "X": "fault"}[kind])(kind, number, at, text, more)
        self.number += 1

    def ack(self, _kind, _number, _at, text, _more):
        self.acks.append(text.decode()[4:].strip())

    def fault(self, *_):
        """Something was made to fail; what came of it is recorded by itself."""

    def new(self, _kind, number, at, text, _more):
        name = text.decode()
        if at == 2:
            self.folders[number] = name
            return
        self.content[number], self.pending[number] = bytearray(), []
        if at == 0:
            raise AssertionError(f"{name} was there before the record began")
        self.rename_later("set", name, number)

    def rename_later(self, what, name, number):
        self.later_names.setdefault(os.path.dirname(name), []).append((self.number, what, name, number))
        if what == "set":
            self.seen[name] = number
        else:
            self.seen.pop(name, None)

    def name(self, kind, _number, _at, text, more):
        name = text.decode()
        number = self.seen[name]
        if kind in "RL":
            self.rename_later("set", more, number)
        if kind in "RU":
            self.rename_later("gone", name, number)

    def write(self, kind, number, at, text, _more):
        self.pending[number].append((self.number, kind, at, text))

    size = write

    def begin(self, _kind, number, _at, _text, _more):
        self.began[self.number] = number

    def split(self, number, before):
        covered = [each for each in self.pending[number] if each[0] < before]
        self.pending[number] = [each for each in self.pending[number] if each[0] >= before]
        return covered

    def synced(self, _kind, number, at, _text, _more):
        if number in self.folders:
            waiting = self.later_names.get(self.folders[number], [])
            put_names(self.names, [each for each in waiting if each[0] < at])
            self.later_names[self.folders[number]] = [each for each in waiting if each[0] >= at]
            return
        for each in self.split(number, at):
            put(self.content[number], each)

    def failed(self, _kind, number, at, _text, _more):
        if number not in self.folders:
            self.split(number, at)

    def image(self, mode, random, into):
        """Writes one state that the disk may be in into the folder `into`, which is empty."""
        names = dict(self.names)
        for waiting in self.later_names.values():
            # A folder's changes reach the disk in their order, to some point.
            put_names(names, waiting[:{"none": 0, "all": len(waiting)}.get(mode, random.randint(0, len(waiting)))])
        for name, number in names.items():
            if name.endswith("-shm"):
                continue  # lives in memory only, whatever its file says
            content = self.content[number]
            if mode != "none" and self.pending[number]:
                content = bytearray(content)
                for each in self.pending[number]:
                    for part in parts_of(each, mode, random):
                        put(content, part)
            path = pathlib.Path(into) / os.path.relpath(name, self.folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o400 if name.endswith(".key") else 0o600)


def put_names(names, changes):
    for _, what, name, number in changes:
        if what == "set":
            names[name] = number
        else:
            names.pop(name, None)


def put(content, change):
    _, kind, at, text = change
    if kind == "T":
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at:at + len(text)] = text


def parts_of(change, mode, random):
    """What of a pending write has reached the disk."""
    number, kind, at, text = change
    if mode == "all":
        return [change]
    if mode == "random" or kind == "T":
        return [change] if random.random() < 0.5 else []
    # Sectors of the file, each there or not.
    edges = [at, *range(at - at % SECTOR + SECTOR, at + len(text), SECTOR), at + len(text)]
    return [(number, kind, a, text[a - at:b - at]) for a, b in zip(edges, edges[1:]) if random.random() < 0.5]
