#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL breaks off again and again under load: no form that was answered is lost, none is done twice, and service comes back by
itself. What is not answered is sent again as it was, as a browser does.

    restarts.py --binary PATH [--long] [--restarts N] [--seed N]        prints "ok NAME" or "not ok NAME - reason"

5 restarts, with --long 50. Each form says another telephone number, so that what was lost and what was done twice cannot even out.
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from harness import Lotse, check  # noqa: E402
import postgres  # noqa: E402

WRITERS, BETWEEN, PATIENCE_S = 4, 8, 120
THANKS, BEFORE = "<title>Danke", "Das haben wir schon"


class Writer(threading.Thread):
    """Sends notes about one offer, each until it is answered."""

    def __init__(self, server, offer, number, stop):
        super().__init__()
        self.server, self.path, self.number, self.stop_now = server, f"/offers/{offer}/note", number, stop
        self.answered, self.figures, self.failure = [], collections.Counter(), ""
        self.random = random.Random(number)

    def run(self):
        try:
            self.guard = ""
            while not self.guard:  # the page may meet a restart too
                self.open_form()
            while not self.stop_now.is_set():
                self.send_form(f"{self.number}{len(self.answered):06d}")
        except Exception:  # told when all are joined
            self.failure = " | ".join(traceback.format_exc().strip().splitlines()[-2:])

    def ask(self, method, body=None, **fields):
        """Status, body, cookies; 0 where the connection broke."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
            # Each from a network of its own: how many notes one may write is not the question here.
            address = f"2001:db8:{self.random.randrange(1 << 16):x}:{self.random.randrange(1 << 16):x}::1"
            connection.request(method, self.path, body, {"Accept": "text/html", "Accept-Language": "de", "Sec-Fetch-Site": "same-origin",
                                                         "X-Forwarded-For": address, **fields})
            answer = connection.getresponse()
            text = answer.read().decode()
            cookies = "; ".join(v.split(";")[0] for k, v in answer.getheaders() if k == "Set-Cookie")
            connection.close()
        except OSError:
            self.figures["broken"] += 1
            return 0, "", ""
        check(answer.status in (200, 503), f"{method} was answered {answer.status}: {text[:300]}")
        check(answer.status == 200 or answer.getheader("Retry-After"), "503 without Retry-After")
        check(answer.status == 200 or "Versuchen" in text or "versuchen" in text, f"503 without a page: {text[:200]}")
        return answer.status, text, cookies

    def open_form(self):
        status, text, self.cookies = self.ask("GET")
        self.guard = re.search(r'name="_guard" value="([^"]+)"', text)[1] if status == 200 else ""

    def send_form(self, phone):
        once = f"{self.random.getrandbits(128):032x}"
        form = urllib.parse.urlencode({"_guard": self.guard, "_once": once, "text": "", "phone": phone, "contact": "", "further": ""})
        for attempt in range(10_000):
            status, text, _ = self.ask("POST", form, Cookie=self.cookies, **{"Content-Type": "application/x-www-form-urlencoded"})
            if status == 200:
                check(THANKS in text or BEFORE in text, text[:500])
                check(attempt or THANKS in text, "done before it was sent")
                self.figures["told that it was done before"] += BEFORE in text
                self.answered.append(phone)
                return
            self.figures["sent again"] += 1
            time.sleep(0.02)
        raise AssertionError("never answered")


def wait_until(true, what):
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        check(time.monotonic() < deadline, what)
        time.sleep(0.01)


def nothing_is_lost_or_doubled_by_restarts(lotse, database, options):
    stop, figures = threading.Event(), collections.Counter()
    with lotse.serve("--store", database.url("lotse_app"), "--sample", "--public-url", "https://lotse.example.org") as server:
        offer = json.loads(server.get("/offers?topic=parents_cafe&place=00101")[1])["offers"][0]["id"]
        writers = [Writer(server, offer, 100 + i, stop) for i in range(WRITERS)]
        for each in writers:
            each.start()
        try:
            for _ in range(options.restarts):
                before = [len(each.answered) for each in writers]
                wait_until(lambda: any(each.failure for each in writers) or sum(len(each.answered) for each in writers) >= sum(before) + BETWEEN,
                           "service did not come back by itself")
                time.sleep(options.random.uniform(0, 0.1))
                database.break_off()
                database.launch()
                figures["restarts"] += 1
                if any(each.failure for each in writers):
                    break
        finally:
            stop.set()
            for each in writers:
                each.join()
        for each in writers:
            check(not each.failure, each.failure)
            figures.update(each.figures)
        database.wait_until_ready()
        rows = database.call("psql", "-h", database.folder, "-U", postgres.SUPERUSER, "-d", "lotse", "-X", "-q", "-A", "-t", "-c",
                             "SELECT proposed FROM lotse.suggested WHERE fact = 'phone'").stdout.split()
        there, answered = collections.Counter(rows), [phone for each in writers for phone in each.answered]
        lost, doubled = set(answered) - set(there), [phone for phone, count in there.items() if count > 1]
        check(len(answered) >= BETWEEN * options.restarts and not lost and not doubled and set(there) == set(answered),
              f"{len(lost)} lost, {len(doubled)} doubled, {len(set(there) - set(answered))} unknown of {len(answered)}; {dict(figures)}")
        check(server.stop() == 0, server.errors())
    return f"{len(answered)} forms, " + ", ".join(f"{value} {key}" for key, value in figures.items())


def a_database_that_is_away_is_told_and_comes_back(lotse, database, _):
    database.wait_until_ready()
    with lotse.serve("--store", database.url("lotse_app"), "--sample") as server:
        cookies = server.sign_in("directory_editor")
        database.break_off()
        for path in ("/health/store", "/privacy", "/staff/services"):
            status, text = server.get(path, "text/html", Cookie=cookies, **{"Accept-Language": "uk"})
            check(status == 503 and 'lang="uk"' in text and "Спробуйте" in text, f"{path}: {status} {text[:300]}")
        check(server.get("/health")[0] == 200, "the process itself is well")
        database.launch()
        wait_until(lambda: server.get("/health/store")[0] == 200, "service did not come back by itself")
        check(server.get("/staff/services", "text/html", Cookie=cookies)[0] == 200)


TESTS = [nothing_is_lost_or_doubled_by_restarts, a_database_that_is_away_is_told_and_comes_back]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--restarts", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    options.restarts = options.restarts or (50 if options.long else 5)
    options.random = random.Random(options.seed)
    binary = str(pathlib.Path(options.binary).resolve())
    folder, failed = pathlib.Path(tempfile.mkdtemp(prefix="lotse_restarts_")), False
    database = postgres.Server(fast=True)
    try:
        database.start()
        os.environ["XDG_STATE_HOME"] = database.environment()["XDG_STATE_HOME"]
        subprocess.run([binary, "upgrade", "--store", database.url()], env=database.environment(), check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        lotse = Lotse(binary, folder)
        for test in TESTS:
            try:
                print(f"ok {test.__name__} - {test(lotse, database, options) or 'seen'}", flush=True)
            except Exception:  # a test's failure is its result
                failed = True
                print(f"not ok {test.__name__} - seed {options.seed}: " +
                      " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:1500], flush=True)
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
