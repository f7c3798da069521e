# SPDX-License-Identifier: EUPL-1.2
"""Copies of a store: made under load, restored, damaged, and a store that is killed while it is followed. Run by commands.py."""
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.request

from harness import check


def invite(lotse, data, number):
    """One acknowledged change, entered into the audit; returns the id that the entry names."""
    said = lotse.run("admin", "invite", "--data", data, "--email", f"p{number}@example.org", "--name", "Anna", "--unit", "1").stdout
    return re.search(r"/invitation/([0-9a-f-]{36})", said)[1]


def entered(data):
    store = sqlite3.connect(data / "lotse.db")
    ids = {row[0] for row in store.execute("SELECT object FROM audit_entry WHERE what = 'account.invite'")}
    store.close()
    return ids


def a_copy_is_made_while_it_serves_and_restored(lotse):
    data, copy, heads = lotse.folder / "copied", lotse.folder / "one.lotse", lotse.folder / "copy-heads.jsonl"
    lotse.run("import", "hsds", lotse.hsds(), "--data", data)
    with lotse.serve("--data", data, "--heads", heads) as server:
        page = server.get("/offers?q=caf", "text/html")[1]
        first = invite(lotse, data, 1)
        check("Done" in lotse.run("backup", "--data", data, "--to", copy).stdout)
        check("already" in lotse.run("backup", "--data", data, "--to", copy, code=1).stderr, "a copy was written over")
        check("sound" in lotse.run("check", "--data", data, "--heads", heads).stdout)
        second = invite(lotse, data, 2)
    lotse.run("audit", "verify", "--data", data)
    with open(copy, "rb") as file:
        check(b"Parents" not in file.read(), "a copy can be read without a key")
    target = lotse.folder / "restored"
    refused = lotse.run("restore", "--from", copy, "--data", target, code=1).stderr
    check("key file" in refused, refused)
    key = data / "installation.key"
    check("nothing was left" in lotse.run("restore", "--from", copy, "--data", target, "--key-file", key, "--try").stdout)
    check(sorted(each.name for each in target.iterdir()) == ["lotse.lock"], "a try left something")
    said = lotse.run("restore", "--from", copy, "--data", target, "--key-file", key, "--heads", heads).stdout
    check("1 links of that day were ended" in said, said)
    check(first in entered(target) and second not in entered(target), "not the store of that moment")
    check("already" in lotse.run("restore", "--from", copy, "--data", target, "--key-file", key, code=1).stderr)
    with lotse.serve("--data", target, "--key-file", key) as server:
        check(server.get("/offers?q=caf", "text/html")[1] == page, "the restored store answers otherwise")
    # One of the two alone: nothing is made anew in silence.
    (target / "lotse.db").rename(target / "away.db")
    refused = lotse.run("serve", "--data", target, "--key-file", key, "--listen", "127.0.0.1:0", code=1).stderr
    check("its data are not" in refused, refused)
    for name in ("lotse.db", "lotse.db-wal", "lotse.db-shm"):
        (target / name).unlink(missing_ok=True)
    (target / "away.db").rename(target / "lotse.db")
    (target / "keys.db").unlink()
    refused = lotse.run("serve", "--data", target, "--key-file", key, "--listen", "127.0.0.1:0", code=1).stderr
    check("keys is missing" in refused, refused)


def what_was_changed_is_told_from_what_is_older(lotse):
    data, copy, heads = lotse.folder / "forged", lotse.folder / "forged.lotse", lotse.folder / "forged-heads.jsonl"
    lotse.run("import", "hsds", lotse.hsds(), "--data", data)

    def sealed(server, before):
        for _ in range(300):
            if heads.exists() and heads.read_text() != before:
                return heads.read_text()
            time.sleep(0.1)
        raise AssertionError("the audit was not sealed: " + server.errors())

    with lotse.serve("--data", data, "--heads", heads) as server:
        text = sealed(server, "")
    lotse.run("backup", "--data", data, "--to", copy)
    with lotse.serve("--data", data, "--heads", heads) as server:
        invite(lotse, data, 1)
        server.stop()
    store = sqlite3.connect(data / "lotse.db")
    store.execute("DELETE FROM audit_lease")  # else the next one waits until the last one's time is over
    store.commit()
    store.close()
    with lotse.serve("--data", data, "--heads", heads) as server:
        sealed(server, text)
    key, target = data / "installation.key", lotse.folder / "not-forged"
    # Somebody took out of it what had ended.
    cut = lotse.folder / "cut-heads.jsonl"
    cut.write_text("".join(line for line in heads.read_text().splitlines(True) if "ends-1" not in line))
    refused = lotse.run("restore", "--from", copy, "--data", target, "--key-file", key, "--heads", cut, code=1).stderr
    check("lacks what had ended" in refused and not (target / "lotse.db").exists(), refused)
    said = lotse.run("restore", "--from", copy, "--data", target, "--key-file", key, "--heads", heads)
    check("given away" in said.stdout, "that others hold a later head is not said: " + said.stdout)
    store = sqlite3.connect(target / "lotse.db")
    store.execute("UPDATE audit_entry SET decision = 'denied' WHERE unit_id = 1")
    store.commit()
    store.close()
    bad, place = lotse.folder / "bad.lotse", lotse.folder / "bad"
    lotse.run("backup", "--data", target, "--key-file", key, "--to", bad)
    refused = lotse.run("restore", "--from", bad, "--data", place, "--key-file", key, "--heads", heads, code=1).stderr
    check("not sound" in refused and not (place / "lotse.db").exists(), refused)


def a_store_killed_under_load_comes_back_from_its_copies(lotse):
    """The drill: what was acknowledged before the last look but one is there; nothing is there that was not asked for."""
    data, copies, target = lotse.folder / "drill", lotse.folder / "copies", lotse.folder / "drill-restored"
    lotse.run("import", "hsds", lotse.hsds(), "--data", data)
    acknowledged, before_line, lock, stop = [], [], threading.Lock(), threading.Event()
    with lotse.serve("--data", data) as server:
        follower = subprocess.Popen([lotse.binary, "backup", "--data", str(data), "--follow", "--to", str(copies), "--every", "1"],
                                    stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)

        def write(who):
            number = who * 100_000
            while not stop.is_set():
                number += 1
                try:
                    done = invite(lotse, data, number)
                except AssertionError:
                    return  # killed meanwhile: nothing was acknowledged
                with lock:
                    acknowledged.append(done)

        try:
            check("whole copy" in follower.stdout.readline())
            writers = [threading.Thread(target=write, args=(who,)) for who in (1, 2)]
            for each in writers:
                each.start()
            for _ in range(4):
                check("changes" in follower.stdout.readline(), "the copies do not follow")
                with lock:
                    before_line.append(len(acknowledged))
            server.stop(signal.SIGKILL)
            stop.set()
            for each in writers:
                each.join()
        finally:
            stop.set()
            follower.kill()
            follower.wait()
            follower.stdout.close()
    key = lotse.folder / "paper.key"
    shutil.copy(data / "installation.key", key)
    key.chmod(0o400)
    shutil.rmtree(data)
    lotse.run("restore", "--from", copies, "--data", target, "--key-file", key)
    found = entered(target)
    # What came before line n was printed is in what line n + 1 tells of.
    missing = set(acknowledged[:before_line[-2]]) - found
    check(before_line[-2] > 0 and not missing, f"{len(missing)} of {before_line[-2]} acknowledged changes are lost")
    lotse.run("check", "--data", target, "--key-file", key)
    # A hole in the middle is told, and the moment before it can still be had.
    series = next(each for each in copies.iterdir())
    (series / "data-000002.lotse").unlink()
    other = lotse.folder / "drill-hole"
    check("data-000002.lotse is missing" in lotse.run("restore", "--from", copies, "--data", other, "--key-file", key, code=1).stderr)
    check("--until" in lotse.run("restore", "--from", copies, "--data", other, "--key-file", key, "--until", "tomorrow", code=2).stderr)
    lotse.run("restore", "--from", copies, "--data", other, "--key-file", key, "--until", "2020-01-01T10:00", code=1)
    lotse.run("restore", "--from", copies, "--data", other, "--key-file", key, "--until", "2999-01-01T10:00")


def one_follows_a_store_and_how_far_behind_is_told(lotse):
    data, copies = lotse.folder / "watched", lotse.folder / "watched-copies"
    follow = [lotse.binary, "backup", "--data", str(data), "--follow", "--every", "1", "--to"]
    with lotse.serve("--data", data, "--metrics", "127.0.0.1:0") as server:
        place = next(re.search(r"metrics on (http://\S+)", line)[1] for line in server.said if "metrics on" in line)

        def figures():
            with urllib.request.urlopen(place, timeout=20) as answer:
                return answer.read().decode()

        check("copy_age" not in figures(), "an age of no copies")
        with subprocess.Popen([*follow, str(copies)], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL) as follower:
            check("whole copy" in follower.stdout.readline())
            check(re.search(r"^lotse_copy_age_seconds \d+$", figures(), re.M), figures())
            second = subprocess.run([*follow, str(lotse.folder / "other")], capture_output=True, text=True, timeout=60)
            check(second.returncode == 2 and "followed already" in second.stderr, second.stderr)
            follower.kill()
        for _ in range(300):
            if "copy_age" not in figures():
                break
            time.sleep(0.1)
        else:
            raise AssertionError("who is gone still follows")


def a_store_of_an_older_program_is_brought_up_to_date(lotse):
    data = lotse.folder / "older"
    lotse.run("upgrade", "--data", data)
    check("nothing to do" in lotse.run("upgrade", "--data", data).stdout and not (data / "before-upgrade").exists())
    lotse.run("import", "hsds", lotse.hsds(), "--data", data)

    def make_older(*more):
        store = sqlite3.connect(data / "lotse.db")
        for text in ("DELETE FROM migration WHERE name = '2026-11-24-notice'", "DROP TABLE notice", *more):
            store.execute(text)
        store.commit()
        store.close()

    make_older()
    for words in (("serve", "--listen", "127.0.0.1:0"), ("units",)):
        refused = lotse.run(*words, "--data", data, code=1).stderr
        check("lotse upgrade" in refused, refused)
    said = lotse.run("upgrade", "--data", data).stdout
    check("applied 2026-11-24-notice" in said and "before-upgrade" in said, said)
    check((data / "before-upgrade" / "lotse.db").exists() and (data / "before-upgrade" / "keys.db").exists())
    with lotse.serve("--data", data) as server:
        check(server.get("/health/store")[0] == 200)
        check("being served" in lotse.run("upgrade", "--data", data, code=1).stderr)
        server.stop()
    make_older("CREATE TABLE notice (other INT)")
    before = (data / "lotse.db").read_bytes()
    lotse.run("upgrade", "--data", data, code=1)
    check((data / "lotse.db").read_bytes() == before, "a broken upgrade left something")
    check(not (data / "upgrading").exists(), "what was put aside was not put away")
    # Broken off in the middle: the copy that is there is not written over.
    (data / "upgrading").mkdir()
    refused = lotse.run("upgrade", "--data", data, code=1).stderr
    check("broken off" in refused and (data / "upgrading").exists(), refused)


TESTS = [a_copy_is_made_while_it_serves_and_restored, what_was_changed_is_told_from_what_is_older,
         a_store_killed_under_load_comes_back_from_its_copies, one_follows_a_store_and_how_far_behind_is_told, a_store_of_an_older_program_is_brought_up_to_date]
