#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Clients that mean harm, or are many: whatever they do, others are served, and the program stays within its bounds.

    flood.py --binary PATH [--long]        prints "ok NAME" or "not ok NAME - reason" for each test

--long: with 5,000 connections of each kind instead of 600. Times are told and decide nothing.
"""
import argparse
import collections
import pathlib
import re
import resource
import selectors
import shutil
import socket
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
from harness import Lotse, check  # noqa: E402

PATIENCE_S = 120  # only what hangs meets it
OF_ONE_ADDRESS, MOST, MOST_MEMORY_KB = 200, 5_000, 512 * 1024
GET = b"GET /help HTTP/1.1\r\nHost: lotse\r\nAccept: text/html\r\n\r\n"


def connect(server, number=0):
    """A connection from one of many addresses of this machine; so many of each as the program lets in."""
    address = number // (OF_ONE_ADDRESS - 20)
    made = socket.socket()
    made.settimeout(PATIENCE_S)
    made.bind((f"127.9.{address // 250}.{1 + address % 250}", 0))
    made.connect(("127.0.0.1", server.port))
    return made


def read_all(connection):
    said = b""
    try:
        while piece := connection.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def statuses(said):
    return [int(each) for each in re.findall(rb"^HTTP/1\.1 (\d{3}) ", said, re.M)]


def others_are_served(server):
    status, text = server.get("/offers?q=caf", "text/html")
    check(status == 200 and "</html>" in text, f"others get {status}")
    check(server.get("/health")[0] == 200, "it is not well")


def memory_kb(server):
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def is_sanitized(server):
    return "libasan" in pathlib.Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8", errors="replace")


def gather(connections, on_end=None):
    """Reads what comes on all of them until each has ended; returns what each said."""
    said, waiting = {each: b"" for each in connections}, selectors.DefaultSelector()
    for each in connections:
        each.setblocking(False)
        waiting.register(each, selectors.EVENT_READ)
    open_ones, deadline = len(said), time.monotonic() + PATIENCE_S
    while open_ones:
        check(time.monotonic() < deadline, f"{open_ones} of {len(said)} connections were never ended")
        for key, _ in waiting.select(1):
            try:
                piece = key.fileobj.recv(65536)
            except ConnectionResetError:
                piece = b""
            said[key.fileobj] += piece
            if not piece:
                waiting.unregister(key.fileobj)
                open_ones -= 1
    waiting.close()
    return list(said.values())


def who_sends_slowly_is_cut_off(server, options):
    slow = []
    for number in range(options.many):
        each = connect(server, number)
        each.sendall(b"GET / HTTP/1.1\r\nHost: lotse\r\nX: " if number % 2 else
                     b"POST /sign-in HTTP/1.1\r\nHost: lotse\r\nContent-Length: 10000\r\n\r\nemail=")
        slow.append(each)
    others_are_served(server)
    stop = threading.Event()

    def drip():  # a byte now and then must not keep a connection
        while not stop.wait(1):
            for each in slow:
                try:
                    each.send(b"x")
                except OSError:
                    pass

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        others_are_served(server)
        said = gather(slow)
    finally:
        stop.set()
        dripping.join()
    others_are_served(server)
    for each in slow:
        each.close()
    check(not any(200 in statuses(each) for each in said), "a half request was answered")
    return f"{len(slow)} cut off"


def many_connections_are_held_and_more_are_turned_away(server, options):
    held = []
    for number in range(options.many):
        each = connect(server, number)
        each.sendall(GET)
        check(each.recv(12) == b"HTTP/1.1 200", f"number {number} of many was not served")
        held.append(each)
    others_are_served(server)
    taken = memory_kb(server)
    check(is_sanitized(server) or taken < MOST_MEMORY_KB, f"{taken} kB of memory for {len(held)} connections")
    turned_away = ""
    if options.many >= MOST - 100:
        more = [connect(server, 2 * MOST + number) for number in range(200)]
        for each in more:
            each.shutdown(socket.SHUT_WR)
        refused = sum(503 in statuses(each) for each in gather(more))
        turned_away = f", {refused} of 200 more turned away"
        check(refused > 0, "more were let in than may be")
    for each in held:
        each.close()
    return f"{len(held)} connections, {taken // 1024} MB{turned_away}"


def one_address_cannot_take_all(server, _):
    mine = []
    try:
        for _ in range(OF_ONE_ADDRESS + 50):
            each = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S, ("127.8.0.1", 0))
            each.sendall(GET)
            mine.append(each)
        answers = collections.Counter(each.recv(12).decode() or "ended" for each in mine)
    except ConnectionResetError:
        answers = {"HTTP/1.1 503": 1}
    check(answers["HTTP/1.1 503"] > 0 and set(answers) <= {"HTTP/1.1 200", "HTTP/1.1 503", "ended"}, str(answers))
    others_are_served(server)
    for each in mine:
        each.close()


def what_two_would_read_differently_is_refused(server, _):
    for body in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                 b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                 b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhallo", b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                 b"Content-Length : 5\r\n\r\nhallo"):
        with connect(server) as each:
            each.sendall(b"POST /sign-in HTTP/1.1\r\nHost: lotse\r\n" + body + GET)
            found = statuses(read_all(each))
            check(found in ([400], [501]), f"{body}: {found}")


def many_requests_at_once_are_answered_in_order(server, _):
    with connect(server) as each:
        paths = ["/help", "/health", "/nowhere", "/imprint"] * 25
        each.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: lotse\r\n\r\n" % path.encode() for path in paths))
        each.shutdown(socket.SHUT_WR)
        found = statuses(read_all(each))
    check(found == [200, 200, 404, 200] * 25, f"{len(found)} answers: {found[:8]}")


def a_form_that_is_too_large_is_told_how_to_mend_it(server, _):
    for language, text in (("de", "kürzen Sie"), ("uk", "коротший"), ("ar", "أقصر")):
        with connect(server) as each:
            each.sendall(b"POST /accessibility HTTP/1.1\r\nHost: lotse\r\nAccept: text/html\r\nAccept-Language: " + language.encode() +
                         b"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 200000\r\n\r\n")
            for _ in range(20):
                each.sendall(b"x" * 10_000)  # a browser reads nothing before it has sent all
            each.shutdown(socket.SHUT_WR)
            said = read_all(each).decode()
        check(said.startswith("HTTP/1.1 413 ") and text in said and "</html>" in said, f"{language}: {said[:300]}")


class Flood(threading.Thread):
    """Asks for pages as fast as it can on many connections, and does not wait for answers before asking again."""

    def __init__(self, server, first):
        super().__init__()
        self.server, self.first, self.stop = server, first, threading.Event()
        self.found, self.untold = collections.Counter(), 0

    def run(self):
        number = 0
        while not self.stop.is_set():
            asked = []
            for _ in range(150):
                number += 1
                each = connect(self.server, self.first + number % 150)
                each.sendall(b"GET /offers?q=cafe%d HTTP/1.1\r\nHost: lotse\r\nAccept: text/html\r\nConnection: close\r\n\r\n" % number)
                asked.append(each)
            for each in asked:
                said = read_all(each)
                self.found.update(statuses(said))
                self.untold += b"HTTP/1.1 503" in said and (b"Retry-After: " not in said or b"</html>" not in said)
                each.close()


def sign_in_gets_through_a_flood(server, options):
    floods = [Flood(server, 20_000 + 1_000 * i) for i in range(6)]
    for each in floods:
        each.start()
    try:
        deadline = time.monotonic() + PATIENCE_S
        while sum(each.found[503] for each in floods) == 0:
            check(time.monotonic() < deadline, "it was never too much")
            time.sleep(0.05)
        signed_in = 0
        while signed_in < (20 if options.long else 3):
            server.sign_in("directory_editor")  # the page, the form, the password
            check(server.get("/health")[0] == 200)
            signed_in += 1
    finally:
        for each in floods:
            each.stop.set()
        for each in floods:
            each.join()
    found = sum((each.found for each in floods), collections.Counter())
    check(set(found) <= {200, 503}, f"answers were {dict(found)}")
    check(sum(each.untold for each in floods) == 0, "503 without a page or Retry-After")
    ended = time.monotonic()
    others_are_served(server)
    return f"{found[200]} served, {found[503]} asked to come back, {signed_in} signed in; as always after {time.monotonic() - ended:.2f} s"


TESTS = [what_two_would_read_differently_is_refused, many_requests_at_once_are_answered_in_order,
         a_form_that_is_too_large_is_told_how_to_mend_it, one_address_cannot_take_all, many_connections_are_held_and_more_are_turned_away,
         who_sends_slowly_is_cut_off, sign_in_gets_through_a_flood]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    options.many = MOST - 50 if options.long and hard >= 2 * MOST else 600
    folder, failed = pathlib.Path(tempfile.mkdtemp(prefix="lotse_flood_")), False
    lotse = Lotse(str(pathlib.Path(options.binary).resolve()), folder)
    try:
        with lotse.serve("--data", folder / "town", "--sample", "--workers", "1") as server:
            for test in TESTS:
                if options.only and options.only not in test.__name__:
                    continue
                try:
                    print(f"ok {test.__name__} - {test(server, options) or 'seen'}", flush=True)
                except Exception:  # a test's failure is its result
                    failed = True
                    print(f"not ok {test.__name__} - " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:1200], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
