#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Hostile tables and packages through the real program: each is refused with a reason or made harmless, and none takes more than
256 MB. How long each took is printed and judged by nobody.

    torture.py --binary PATH        prints "ok NAME" or "not ok NAME - reason" for each
"""
import argparse
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
import urllib.parse
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from harness import Lotse, check  # noqa: E402

MOST_KB = 256 * 1024
# A sanitizer keeps what was freed, and puts room around all; `make check-long` judges what is shipped.
MOST_SANITIZED_KB = 2048 * 1024
TEN_MB = 10 * 1024 * 1024
MAP = """[source]
name = "torture"
[organisation]
id = { const = "o" }
name = { const = "Haus" }
[service]
id = "Nr"
name = "Titel"
description = "Text"
"""
HEAD = "Nr,Titel,Text\n"
ROWS = "".join(f"{i},Angebot {i},gut\n" for i in range(20))


def utf16(text, order, mark=True):
    return (b"\xff\xfe" if order == "le" else b"\xfe\xff") * mark + text.encode(f"utf-16-{order}")


# name: what makes the bytes (late, for a fork counts the memory of its parent), whether it comes in by the command line (None:
# only large, which is the operator's to know), what is said of it
TABLES = {
    "quote_never_closed": (lambda: (HEAD + '1,"offen\n' + ROWS).encode(), True, "quotation mark"),
    "quote_never_closed_10_mb": (lambda: (HEAD + '1,"' + "x" * TEN_MB).encode(), True, "quotation mark"),
    "quotes_in_every_row": (lambda: (HEAD + '1,"a\n' * 2_000_000)[:TEN_MB].encode(), False, "too many broken rows"),
    "nul": (lambda: (HEAD + "1,a\0b,c\0\n").encode(), True, "1 new"),
    "only_nul": (lambda: b"\0" * TEN_MB, False, ""),
    "mixed_newlines": (lambda: (HEAD + "1,a,b\r\n2,a,b\r3,a,b\n\r\n4,a,b").encode(), True, "4 new"),
    "bom_twice": (lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + (HEAD + ROWS).encode(), True, "20 new"),
    "utf16_le": (lambda: utf16(HEAD + "1,Grüße,ж\n", "le"), True, "1 new"),
    "utf16_be_without_mark": (lambda: utf16(HEAD + ROWS, "be", False), True, "20 new"),
    "utf16_cut_in_half": (lambda: utf16(HEAD + ROWS, "le")[:-1], True, "20 new"),
    "windows_1252": (lambda: (HEAD + "1,Grüße – €,ü\n").encode("cp1252"), True, "1 new"),
    "invalid_utf8": (lambda: HEAD.encode() + b"1,\xc3(\xff\xed\xa0\x80,b\n" + "2,ä,ü\n".encode() * 9, True, "new"),
    "random_bytes": (lambda: bytes((i * i * 31 + i // 7) % 256 for i in range(1_000_000)), False, ""),
    "million_columns": (lambda: ("a," * 1_000_000 + "a\n" + "1," * 1_000_000 + "1\n").encode(), False, "header"),
    "million_columns_in_a_row": (lambda: (HEAD + "1," * 1_000_000 + "1\n" + ROWS).encode(), True, "more columns"),
    "cell_of_10_mb": (lambda: (HEAD + "1," + "x" * TEN_MB + ",b\n" + ROWS).encode(), True, "longer than may be"),
    "million_rows": (lambda: (HEAD + "1,a,b\n" * 1_500_000).encode(), None, ""),
    "million_empty_lines": (lambda: (HEAD + "\n" * (TEN_MB - 20)).encode(), None, ""),
    "json_million_members": (lambda: ("{" + ",".join(f'"{i}":1' for i in range(800_000)) + "}").encode(), False, "members in one object"),
    "json_million_numbers": (lambda: ("[" + "1," * 4_000_000 + "1]").encode(), None, ""),
    "json_million_keys_in_rows": (lambda: ("[" + ",".join(f'{{"a{i}":1}}' for i in range(600_000)) + "]").encode(), None, ""),
    "json_deep": (lambda: b"[" * TEN_MB, False, "nested deeper"),
    "json_deep_in_lines": (lambda: (b'{"a":' * 60 + b"1" + b"}" * 60 + b"\n") * 20_000, None, ""),
    "formulas": (lambda: (HEAD + '1,"=cmd|\' /C calc\'!A0",@SUM(1)\n').encode(), True, "1 new"),
    "script": (lambda: (HEAD + '1,"<script>alert(1)</script>","<img src=x onerror=alert(1)>"\n').encode(), True, "1 new"),
}


class Torture:
    def __init__(self, lotse):
        self.lotse, self.folder = lotse, lotse.folder
        sanitized = b"__asan_init" in pathlib.Path(lotse.binary).read_bytes()
        self.most_kb = MOST_SANITIZED_KB if sanitized else MOST_KB
        self.data = self.folder / "data"
        (self.folder / "map.toml").write_text(MAP, encoding="utf-8")
        lotse.run("import", "table", self.write("first.csv", (HEAD + "erste,erste,x\n").encode()), "--map", self.folder / "map.toml",
                  "--data", self.data, "--source", "first")

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    def measured(self, *arguments):
        """Exit code, all that was said, peak memory in KB, seconds."""
        said = self.write("said", b"")
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            out = os.open(said, os.O_WRONLY | os.O_TRUNC)
            for fd in (1, 2):
                os.dup2(out, fd)
            os.execv(self.lotse.binary, [self.lotse.binary, *map(str, arguments)])
        _, status, usage = os.wait4(child, 0)
        return os.waitstatus_to_exitcode(status), said.read_text("utf-8", "replace"), usage.ru_maxrss, time.monotonic() - began

    def judge(self, name, arguments, comes_in, words):
        code, said, peak, seconds = self.measured(*arguments, "--data", self.data)
        print(f"   {name}: exit {code}, {peak // 1024} MB, {seconds:.1f} s", flush=True)
        check(code in (0, 1), f"ended by {code}: {said[-300:]}")
        check(peak <= self.most_kb, f"took {peak // 1024} MB")
        check((code == 0) == comes_in and said.strip(), f"exit {code}: {said[-500:]}")
        check(words in said, f"does not say {words!r}: {said[-500:]}")

    def table(self, name):
        make, comes_in, words = TABLES[name]
        path = self.write("table.json" if name.startswith("json") else "table.csv", make())
        self.judge(name, ["import", "table", path, "--map", self.folder / "map.toml", "--dry-run"], comes_in, words)

    def package(self, name, fill, words=""):
        path = self.folder / "package.zip"
        path.unlink(missing_ok=True)
        fill(path)
        self.judge(name, ["import", "hsds", path, "--dry-run"], False, words)


def gigabyte(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z, z.open("services.csv", "w", force_zip64=True) as entry:
        for _ in range(1100):
            entry.write(b"\0" * 1024 * 1024)


def crowded(path):
    with zipfile.ZipFile(path, "w") as z:
        for i in range(60_000):
            z.writestr(f"{i}.csv", "")


def lying(path):
    """Its table of contents says that a file of 100 MB has 10 bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("services.csv", "id,name\n" + "0," * 50_000_000)
    content = path.read_bytes().replace((100_000_008).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(content)


def climbing(path):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("../../../../tmp/lotse_torture_escaped", "x")


PACKAGES = {"zip_of_a_gigabyte": gigabyte, "zip_of_60000_files": crowded, "zip_that_lies": lying, "zip_that_climbs": climbing,
            "zip_cut_off": lambda path: (gigabyte(path), path.write_bytes(path.read_bytes()[:5000])),
            "zip_of_nothing": lambda path: path.write_bytes(b"PK\x05\x06" + b"\0" * 18)}


class Pages:
    """Somebody who edits entries, at the pages of imports."""
    path = "/staff/import"

    def __init__(self, server, cookies=None):
        self.server = server
        self.cookies = cookies or server.sign_in("directory_editor")
        page = server.get(self.path, "text/html", Cookie=self.cookies)[1]
        self.guard = page.split('name="_guard" value="')[1].split('"')[0]

    def send(self, name, content):
        """The status, and the id of the import."""
        part = '--g\r\nContent-Disposition: form-data; name='
        body = (f'{part}"_guard"\r\n\r\n{self.guard}\r\n{part}"file"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n--g--\r\n")
        status, said, _ = self.server.post(self.path, body, Cookie=self.cookies, Accept="application/json",
                                           **{"Content-Type": "multipart/form-data; boundary=g"})
        return status, json.loads(said).get("id") if status == 201 else said

    def act(self, run, what, **fields):
        form = urllib.parse.urlencode({"_guard": self.guard, **fields})
        return self.server.post(f"{self.path}/{run}/{what}", form, Cookie=self.cookies,
                                **{"Content-Type": "application/x-www-form-urlencoded"})[0]

    def look(self, run):
        return json.loads(self.server.get(f"{self.path}/{run}", Cookie=self.cookies)[1])

    def until(self, run, good, seconds=200):
        for _ in range(seconds * 20):
            found = self.look(run)
            if good(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"still {found['state']}, {found['progress']} of {found['total']}")


def a_killed_import_goes_on_and_is_whole(torture):
    """Killed in the middle of an import by pages, and again while it is taken back."""
    data, rows = torture.folder / "killed", 1500
    content = "Nr,Titel,Straße\n" + "".join(f"{i},Kreis {i},Weg {i}\n" for i in range(rows))
    with torture.lotse.serve("--data", data, "--sample") as server:
        pages = Pages(server)
        before = sum(1 for _ in services(data))
        status, run = pages.send("kreise.csv", content.encode())
        check(status == 201, f"sending: {status} {run}")
        check(pages.act(run, "columns", **{"source": "kreise", "organisation": "Haus", "service.name": "Titel", "service.id": "Nr",
                                           "location.address.address_1": "Straße"}) == 303, "the columns")
        pages.until(run, lambda each: each["state"] == "checked")
        check(pages.act(run, "start") == 303, "the start")
        pages.until(run, lambda each: each["progress"] > 3)
        server.stop(signal.SIGKILL)
        cookies = pages.cookies
    some = sum(1 for _ in services(data)) - before
    check(0 < some < rows, f"{some} were in when it was killed")
    with torture.lotse.serve("--data", data, "--sample") as server:
        pages = Pages(server, cookies)
        done = pages.until(run, lambda each: each["state"] == "done")
        check(done["did"]["service"]["added"] == rows, str(done["did"]))
        check(sum(1 for _ in services(data)) - before == rows)
        check(pages.act(run, "undo") == 303, "taking back")
        pages.until(run, lambda each: each["progress"] > 100)
        server.stop(signal.SIGKILL)
    with torture.lotse.serve("--data", data, "--sample") as server:
        Pages(server, cookies).until(run, lambda each: each["state"] == "undone")
    check(sum(1 for _ in services(data)) == before, "something of it stayed")
    torture.lotse.run("check", "--data", data)


def an_import_by_pages_is_taken_back_by_command(torture):
    data = torture.folder / "commanded"
    with torture.lotse.serve("--data", data, "--sample") as server:
        pages = Pages(server)
        before = sum(1 for _ in services(data))
        run = pages.send("kreise.csv", b"Nr,Titel\n1,Kreis eins\n2,Kreis zwei\n")[1]
        check(pages.act(run, "columns", **{"source": "kreise", "organisation": "Haus", "service.name": "Titel", "service.id": "Nr"}) == 303)
        pages.until(run, lambda each: each["state"] == "checked")
        units = [line.split()[0] for line in torture.lotse.run("units", "--data", data).stdout.splitlines()]
        own = [n for n in units if run in torture.lotse.run("import", "list", "--unit", n, "--data", data).stdout]
        check(len(own) == 1, f"units that list it: {own}")
        unit = ["--unit", own[0], "--data", data]
        check("not ended" in torture.lotse.run("import", "undo", run, *unit, code=1).stderr, "one that is not done")
        pages.act(run, "start")
        pages.until(run, lambda each: each["state"] == "done")
        check("no such" in torture.lotse.run("import", "undo", "nothing", *unit, code=1).stderr, "one that is not there")
        for _ in range(2):
            check("service: 2 removed" in torture.lotse.run("import", "undo", run, *unit).stdout)
            check(pages.look(run)["state"] == "undone")
        check(sum(1 for _ in services(data)) == before, "something of it stayed")


def services(data):
    with sqlite3.connect(f"file:{data}/lotse.db?mode=ro", uri=True) as store:
        yield from store.execute("SELECT id FROM service")


def a_file_that_is_sent_does_no_more(torture):
    """The same through the page for it: the server answers each, lives, and takes no more either."""
    data = torture.folder / "sample"
    with torture.lotse.serve("--data", data, "--sample", "--today", "2026-12-08") as server:
        pages = Pages(server)
        before = peak_of(server.process.pid)
        for name, (make, _, _) in TABLES.items():
            began = time.monotonic()
            status = pages.send(name, make())[0]
            print(f"   {name}: {status}, {time.monotonic() - began:.1f} s", flush=True)
            check(status in (201, 413, 422), f"{name}: {status}")
        after = peak_of(server.process.pid)
        print(f"   the server: {before // 1024} MB before, {after // 1024} MB at most", flush=True)
        check(after - before <= torture.most_kb, f"took {(after - before) // 1024} MB")
        check(server.get("/health/store")[0] == 200 and server.stop() == 0, "it did not live on")


def peak_of(process):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_torture_"))
    failed = False
    try:
        torture = Torture(Lotse(str(pathlib.Path(options.binary).resolve()), folder))
        tests = {name: lambda name=name: torture.table(name) for name, table in TABLES.items() if table[1] is not None}
        tests.update({name: lambda name=name, fill=fill: torture.package(name, fill) for name, fill in PACKAGES.items()})
        for test in (a_file_that_is_sent_does_no_more, a_killed_import_goes_on_and_is_whole, an_import_by_pages_is_taken_back_by_command):
            tests[test.__name__] = lambda test=test: test(torture)
        for name, test in tests.items():
            if options.only and options.only not in name:
                continue
            try:
                test()
                print(f"ok {name}", flush=True)
            except Exception:  # a test's failure is its result
                failed = True
                print(f"not ok {name} - " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:900], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
