# SPDX-License-Identifier: EUPL-1.2
"""The commands for what keeps data about people safe: keys, jobs, audit, first administrator. Run by commands.py."""
import json
import os
import re
import signal
import sqlite3
import time
import urllib.request

from harness import check


def keys_are_made_and_changed(lotse):
    data = lotse.folder / "keyed"
    key = data / "installation.key"
    with lotse.serve("--data", data) as server:
        first = key.read_text()
        check(os.stat(key).st_mode & 0o777 == 0o400, "others can read the key file")
        limits = open(f"/proc/{server.process.pid}/limits", encoding="ascii").read()
        check(re.search(r"Max core file size +0 +0 ", limits), "a breakdown would write keys to a file")
        check("Done" in lotse.run("key", "rotate", "--data", data).stdout)
        check(first in key.read_text() and len(key.read_text()) == 130, "the key before is still needed")
        check(server.get("/help", "text/html")[0] == 200)
    lotse.run("key", "rotate", "--data", data, "--forget")
    check(first not in key.read_text() and len(key.read_text()) == 65)
    os.chmod(key, 0o444)
    check("chmod 0400" in lotse.run("units", "--data", data, code=1).stderr, "a key file that all can read was taken")
    key.unlink()
    key.write_text("no key")
    os.chmod(key, 0o400)
    refused = lotse.run("serve", "--data", data, "--listen", "127.0.0.1:0", code=1).stderr
    check("key file" in refused and "no key\n" not in refused, refused)


def health_is_told_with_and_without_the_store(lotse):
    with lotse.serve("--data", lotse.folder / "well") as server:
        for path in ("/health", "/health/store"):
            check(server.get(path)[0] == 200 and server.get(path)[1] == "ok\n", path)


def figures_are_on_a_listener_of_their_own(lotse):
    with lotse.serve("--data", lotse.folder / "metered", "--metrics", "127.0.0.1:0") as server:
        place = next(re.search(r"metrics on (http://\S+)", line)[1] for line in server.said if "metrics on" in line)
        for _ in range(3):
            server.get("/offers?q=Kanarienvogel&place=00101", "text/html")
        server.get("/Kanarienvogel")
        with urllib.request.urlopen(place, timeout=20) as answer:
            text = answer.read().decode()
        check(re.search(r'^lotse_requests_total\{method="GET",route="/offers",status="200"\} 3$', text, re.M), text)
        check(re.search(r'^lotse_request_seconds_bucket\{le="\+Inf"\} 4$', text, re.M) and "Kanarienvogel" not in text, text)
        check(server.get("/metrics")[0] == 404, "the pages show figures")
    check("--metrics" in lotse.run("serve", "--data", lotse.folder / "metered", "--metrics", "castle", code=2).stderr)


def jobs_run_while_it_serves_and_can_be_seen(lotse):
    data = lotse.folder / "jobs"
    with lotse.serve("--data", data) as server:
        check('"notices.wait_for_smtp"' in server.errors(), "without a mail server it says that notices wait")
        # What recurs is a job of its own, which is done soon.
        until = time.monotonic() + 60
        while "No job waits" not in (said := lotse.run("jobs", "--data", data).stdout):
            check(time.monotonic() < until, said)
        check(server.stop() == 0, "exit code")
    check("No job waits" in lotse.run("jobs", "--data", data).stdout)
    with lotse.serve("--data", data, "--smtp-host", "smtp://mail.example.org", "--mail-from", "lotse@example.org") as server:
        check("notices.wait_for_smtp" not in server.errors(), "with one it does not")
        check(server.stop() == 0, "exit code")


def the_audit_is_sealed_given_away_and_proved(lotse):
    data, heads = lotse.folder / "sealed", lotse.folder / "heads.jsonl"
    lotse.run("import", "hsds", lotse.hsds(), "--data", data)
    with lotse.serve("--data", data, "--heads", heads) as server:
        for _ in range(300):
            if heads.read_text():
                break
            time.sleep(0.1)
        said = lotse.run("audit", "verify", "--data", data, "--heads", heads).stdout
        check(re.search(r"unit 1: \d+ entries under 1 heads\n.*what was given away", said), said)
        server.stop(signal.SIGKILL)
    lotse.run("audit", "verify", "--data", data, "--heads", "heads.jsonl", cwd=lotse.folder)
    store = sqlite3.connect(data / "lotse.db")
    entry = store.execute("SELECT entry_id FROM audit_leaf WHERE unit_id = 1 AND number = 0").fetchone()[0]
    proof = json.loads(lotse.run("audit", "prove", "--data", data, "--unit", "1", "--entry", entry).stdout)
    check(proof["head"] == json.loads(heads.read_text().splitlines()[0]) and proof["number"] == 0, str(proof))
    lotse.run("audit", "prove", "--data", data, "--unit", "2", "--entry", entry, code=1)
    lotse.run("audit", "verify", "--data", data, "--key", proof["head"]["key"])
    lotse.run("audit", "verify", "--data", data, "--key", "0" * 64, code=1)
    lotse.run("audit", "verify", "--data", data, "--key", "0", code=1)
    store.execute("UPDATE audit_entry SET decision = 'denied' WHERE unit_id = 1 AND id = ?", (entry,))
    store.commit()
    store.close()
    found = lotse.run("audit", "verify", "--data", data, code=1).stderr
    check("unit 1: an entry was changed after it was sealed: number 0" in found and entry not in found, found)
    lotse.run("audit", "prove", "--data", data, "--unit", "1", "--entry", entry, code=1)
    lotse.run("serve", "--data", data, "--heads", lotse.folder / "no" / "heads", "--listen", "127.0.0.1:0", code=1)


def another_installation_keeps_the_heads(lotse):
    ours, theirs, kept = lotse.folder / "ours", lotse.folder / "theirs", lotse.folder / "kept.jsonl"
    lotse.run("import", "hsds", lotse.hsds(), "--data", ours)
    first = lotse.folder / "first.jsonl"
    with lotse.serve("--data", ours, "--heads", first):
        wait_for(lambda: first.exists() and first.read_text())
    key = json.loads(first.read_text().splitlines()[0])["key"]
    with lotse.serve("--data", theirs, "--witness", f"{key}={kept}") as witness:
        place = f"http://127.0.0.1:{witness.port}/audit/heads"
        check(witness.post("/audit/heads", "heads")[0] == 422 and witness.get("/audit/heads")[0] == 405)
        with lotse.serve("--data", ours, "--heads", place, "--heads", first):
            wait_for(lambda: set(first.read_text().splitlines()) <= set(kept.read_text().splitlines()))
        forged = first.read_text().replace('"size":', '"size":1')
        check(witness.post("/audit/heads", forged)[0] == 403, "a head that was changed")
    lotse.run("audit", "verify", "--data", ours, "--heads", kept)
    with lotse.serve("--data", theirs) as nobody:
        check(nobody.post("/audit/heads", first.read_text())[0] in (404, 405, 413), "taken though nobody asked for it")
    for wrong in (["--heads", "https://example.org"], ["--heads", "mailto:dpo@example.org"], ["--witness", f"{key}="]):
        lotse.run("serve", "--data", ours, "--listen", "127.0.0.1:0", *wrong, code=2)


def wait_for(done, limit=60):
    """The verdict is what has come, not how fast."""
    for _ in range(limit * 10):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")


def the_first_administrator_is_invited(lotse):
    data = lotse.folder / "invited"
    words = ("admin", "invite", "--data", data, "--email", "anna@example.org", "--name", "Anna")
    check("--new-unit" in lotse.run(*words, code=1).stderr, "no unit was said")
    check("kind" in lotse.run(*words, "--new-unit", "Haus", "--kind", "castle", code=1).stderr)
    check("function" in lotse.run(*words, "--new-unit", "Haus", "--kind", "family_centre", "--function", "bca", code=1).stderr)
    check("name" in lotse.run("admin", "invite", "--data", data, "--email", "a@example.org", "--name", " ", "--new-unit", "Haus", "--kind",
                              "family_centre", code=1).stderr)
    check(not lotse.run("units", "--data", data).stdout.strip(), "a refused invitation made a unit")
    done = lotse.run(*words, "--new-unit", "Haus", "--kind", "family_centre", "--public-url", "https://lotse.example.org").stdout
    path = re.search(r"^https://lotse\.example\.org(/invitation/\S+\?secret=[0-9a-f]{32})$", done, re.M)[1]
    check("family_centre  gdpr_sgb  Haus" in lotse.run("units", "--data", data).stdout)
    with lotse.serve("--data", data) as server:
        check(server.get(path)[0] == 303, "the link of the command does not hold")
        # Another one, through the process that serves.
        check("/invitation/" in lotse.run(*words, "--unit", "1").stdout)
        check("nobody has" in lotse.run("admin", "renew", "--data", data, "--email", "anna@example.org", code=1).stderr)


TESTS = [figures_are_on_a_listener_of_their_own, health_is_told_with_and_without_the_store, keys_are_made_and_changed, jobs_run_while_it_serves_and_can_be_seen,
         the_audit_is_sealed_given_away_and_proved, another_installation_keeps_the_heads, the_first_administrator_is_invited]
