# SPDX-License-Identifier: EUPL-1.2
"""Copies of a PostgreSQL store, on a server of the test's own. Run by commands.py."""
import contextlib
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

import postgres
from harness import check


@contextlib.contextmanager
def running(**settings):
    server = postgres.Server(True, [f"{name}={value}" for name, value in settings.items()])
    try:
        server.start()
        yield server
    finally:
        server.stop()


def asked(server, text, database="lotse"):
    """What a superuser reads, a line a row."""
    done = server.call("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, server.url(postgres.SUPERUSER, database))
    check(done.returncode == 0, done.stdout)
    return done.stdout.split()


def schemas(server, database):
    return asked(server, "SELECT nspname FROM pg_namespace WHERE nspname IN ('lotse', 'keys') OR nspname LIKE 'restoring%'", database)


def invite(lotse, app, key, number):
    """One acknowledged change; returns the id that its audit entry names."""
    said = lotse.run("admin", "invite", "--store", app, "--key-file", key, "--email", f"p{number}@example.org", "--name", "Anna",
                     "--unit", "1").stdout
    return re.search(r"/invitation/([0-9a-f-]{36})", said)[1]


def entered(server, database):
    return set(asked(server, "SELECT object FROM lotse.audit_entry WHERE what = 'account.invite'", database))


def instead_of(lotse, program, script):
    """A PATH on which `program` is this one."""
    folder = lotse.folder / f"instead-{program}-{len(script)}"
    folder.mkdir()
    real = shutil.which(program)
    (folder / program).write_text("#!/bin/bash\nPATH=" + os.environ["PATH"] + "\nREAL=" + real + "\n" + script)
    (folder / program).chmod(0o755)
    return folder


def made(lotse, server):
    key, owner, app = lotse.folder / "lotse.key", server.url(), server.url("lotse_app")
    lotse.run("upgrade", "--store", owner, "--key-file", key)
    lotse.run("import", "hsds", lotse.hsds(), "--store", app, "--key-file", key)
    return key, app


def fresh(server, name):
    server.sql(f"CREATE DATABASE {name} OWNER lotse_owner")
    return server.url(database=name)


def a_postgresql_store_is_copied_under_load_and_restored(lotse):
    copy, heads = lotse.folder / "one.lotse", lotse.folder / "heads.jsonl"
    with running() as server:
        key, app = made(lotse, server)
        copier = server.url("lotse_backup")
        acknowledged, stop = [], threading.Event()
        with lotse.serve("--store", app, "--key-file", key, "--heads", heads) as served:
            page = served.get("/offers?q=caf", "text/html")[1]

            def write():
                number = 0
                while not stop.is_set():
                    number += 1
                    acknowledged.append(invite(lotse, app, key, number))

            writer = threading.Thread(target=write)
            writer.start()
            try:
                while len(acknowledged) < 2:
                    check(writer.is_alive(), "the writer failed")
                before = list(acknowledged)
                said = lotse.run("backup", "--store", copier, "--key-file", key, "--to", copy).stdout
                check("Done" in said, said)
            finally:
                stop.set()
                writer.join()
            check("already" in lotse.run("backup", "--store", copier, "--key-file", key, "--to", copy, code=1).stderr)
            late = invite(lotse, app, key, 999_999)
        for part in (copy, lotse.folder / "one.lotse.keys"):
            check(part.stat().st_mode & 0o777 == 0o600 and b"CREATE" not in part.read_bytes(), "a copy can be read without a key")
        owner = fresh(server, "other")
        check("key file" in lotse.run("restore", "--store", owner, "--from", copy, "--key-file", lotse.folder / "no.key", code=1).stderr)
        check(not schemas(server, "other"), "something was left")
        restore = ("restore", "--store", owner, "--from", copy, "--key-file", key, "--heads", heads)
        check("nothing was left" in lotse.run(*restore, "--try").stdout and not schemas(server, "other"))
        said = lotse.run(*restore).stdout
        check("links of that day were ended" in said and "sound" in said, said)
        found = entered(server, "other")
        check(set(before) <= found and late not in found, "not the store of that moment")
        check(set(schemas(server, "other")) == {"lotse", "keys"})
        check("already" in lotse.run(*restore, code=1).stderr, "a store was written over")
        there = server.url("lotse_app", "other")
        check("sound" in lotse.run("check", "--store", there, "--key-file", key).stdout)
        lotse.run("audit", "verify", "--store", there, "--key-file", key)
        with lotse.serve("--store", there, "--key-file", key) as served:
            check(served.get("/offers?q=caf", "text/html")[1] == page, "the restored store answers otherwise")
            invite(lotse, there, key, 1_000_000)
        # A copy of the copy, to be sure that nothing is lacking.
        lotse.run("backup", "--store", server.url("lotse_backup", "other"), "--key-file", key, "--to", lotse.folder / "two.lotse")


def what_stands_in_the_way_of_a_copy_is_said(lotse):
    copy = lotse.folder / "one.lotse"
    with running() as server:
        key, _ = made(lotse, server)
        backup = ("backup", "--store", server.url("lotse_backup"), "--key-file", key, "--to", copy)

        def refused(*words, path=None, code=1):
            said = lotse.run(*words, path=path, code=code).stderr
            check(copy.exists() or not list(lotse.folder.glob("one.lotse*")), "half a copy was left")
            return said

        for role in ("lotse_app", "lotse_owner"):
            said = refused("backup", "--store", server.url(role), "--key-file", key, "--to", copy)
            check("CREATE ROLE lotse_backup" in said, said)
        said = refused("backup", "--follow", "--store", server.url("lotse_backup"), "--key-file", key, "--to", lotse.folder / "folder")
        check("archive_command" in said, said)
        empty = lotse.folder / "empty"
        empty.mkdir()
        said = refused(*backup, path=empty)
        check("no program pg_dump" in said and "postgresql-client" in said, said)
        said = refused(*backup, path=instead_of(lotse, "pg_dump", "echo 'pg_dump (PostgreSQL) 99.1'\n"))
        check("of version 99" in said, said)
        killed = '[ "$1" = --version ] && exec $REAL --version\n$REAL "$@" | head -c 20000\nkill -9 $$\n'
        said = refused(*backup, path=instead_of(lotse, "pg_dump", killed))
        check("pg_dump did not do it" in said, said)
        # What the database says of a failure is passed on; only of keys, when the data are copied already.
        broken = '[ "$1" = --version ] && exec $REAL --version\ncase "$*" in *=keys*) echo "no room" >&2; exit 1;; esac\nexec $REAL "$@"\n'
        said = refused(*backup, path=instead_of(lotse, "pg_dump", broken))
        check("no room" in said, said)
        # The password is in the environment of the program, where nobody else sees it, and not among its arguments.
        password = lotse.folder / "password"
        password.write_text("Kanarienvogel\n")
        password.chmod(0o600)
        handed = ('case "$*" in *Kanarienvogel*) exit 1;; esac\n[ "$1" = --version ] && exec $REAL --version\n'
                  '[ "$PGPASSWORD" = Kanarienvogel ] && exec $REAL "$@"\necho "no password" >&2\nexit 1\n')
        lotse.run(*backup, "--password-file", password, path=instead_of(lotse, "pg_dump", handed))
        lotse.run("restore", "--store", fresh(server, "handed"), "--from", copy, "--key-file", key, "--password-file", password,
                  path=instead_of(lotse, "psql", handed))
        # Once in the other engine's place.
        said = refused("restore", "--data", lotse.folder / "sqlite", "--from", copy, "--key-file", key)
        check("PostgreSQL store" in said, said)
        data = lotse.folder / "data"
        lotse.run("upgrade", "--data", data, "--key-file", key)
        with lotse.serve("--data", data, "--key-file", key):
            lotse.run("backup", "--data", data, "--to", lotse.folder / "pages.lotse")
        owner = fresh(server, "other")
        said = refused("restore", "--store", owner, "--from", lotse.folder / "pages.lotse", "--key-file", key)
        check("SQLite store" in said and not schemas(server, "other"), said)


def a_copy_that_is_not_whole_leaves_nothing_in_a_database(lotse):
    copy = lotse.folder / "one.lotse"
    with running() as server:
        key, _ = made(lotse, server)
        lotse.run("backup", "--store", server.url("lotse_backup"), "--key-file", key, "--to", copy)
        owner = fresh(server, "other")

        def refused(*words, path=None, source=copy):
            said = lotse.run("restore", "--store", owner, "--from", source, "--key-file", key, *words, path=path, code=1).stderr
            check(not schemas(server, "other"), "something was left: " + said)
            return said

        keys, bytes_of_keys = lotse.folder / "one.lotse.keys", (lotse.folder / "one.lotse.keys").read_bytes()
        # The data are in by then.
        keys.write_bytes(bytes_of_keys[:-1])
        check("not whole" in refused(), "a cut copy")
        middle = len(bytes_of_keys) - 30
        keys.write_bytes(bytes_of_keys[:middle] + bytes([bytes_of_keys[middle] ^ 1]) + bytes_of_keys[middle + 1:])
        check("changed or damaged" in refused(), "a damaged copy")
        keys.unlink()
        check("no such file" in refused(), "a copy without its keys")
        keys.write_bytes(bytes_of_keys)
        check("is no copy of the data" in refused(source=keys), "keys as data")
        check("not from a folder" in refused(source=lotse.folder), "a folder")
        empty = lotse.folder / "empty"
        empty.mkdir()
        check("no program psql" in refused(path=empty), "no psql")
        # Cut off in the middle, as when we are killed: what ends is the stream, and the last word is missing.
        cut = instead_of(lotse, "psql", 'head -c 60000 | $REAL "$@"\nkill -9 $$\n')
        check("psql did not do it" in refused(path=cut), "psql was killed")
        other = server.url("lotse_app", "other")
        said = lotse.run("restore", "--store", other, "--from", copy, "--key-file", key, code=1).stderr
        check("may not make schemas" in said and "owner" in said, said)
        asked(server, "CREATE SCHEMA restoring AUTHORIZATION lotse_owner", "other")
        said = lotse.run("restore", "--store", owner, "--from", copy, "--key-file", key, code=1).stderr
        check("DROP SCHEMA" in said and "restoring" in said, said)
        asked(server, "DROP SCHEMA restoring", "other")
        lotse.run("restore", "--store", owner, "--from", copy, "--key-file", key)


def a_copy_of_an_older_program_is_brought_up_to_date(lotse):
    copy = lotse.folder / "older.lotse"
    with running() as server:
        key, _ = made(lotse, server)
        older = ('[ "$1" = --version ] && exec $REAL --version\n'
                 f"psql -X -q '{server.url(postgres.SUPERUSER)}' -c 'DROP TABLE IF EXISTS lotse.notice' "
                 "-c \"DELETE FROM lotse.migration WHERE name = '2026-11-24-notice'\"\nexec $REAL \"$@\"\n")
        lotse.run("backup", "--store", server.url("lotse_backup"), "--key-file", key, "--to", copy, path=instead_of(lotse, "pg_dump", older))
        check(asked(server, "SELECT to_regclass('lotse.notice')") == [], "the store is not an older one")
        lotse.run("restore", "--store", fresh(server, "other"), "--from", copy, "--key-file", key)
        check(asked(server, "SELECT count(*) FROM lotse.notice", "other") == ["0"], "its schema is not of today")
        with lotse.serve("--store", server.url("lotse_app", "other"), "--key-file", key) as served:
            check(served.get("/health/store")[0] == 200)


def a_store_comes_back_from_the_databases_own_archive(lotse):
    """The recipe of docs/backup.md, word for word but for the folders."""
    seal = "openssl cms -encrypt -binary -stream -outform DER -aes-256-gcm"
    give = (f"{seal} -in %p -out ../archive/%f.part ../archive.pem && sync ../archive/%f.part && "
            "mv ../archive/%f.part ../archive/%f")
    with running(archive_mode="on", archive_timeout="60", archive_command=give) as server:
        folder = pathlib.Path(server.folder)

        def at_the_server(script):
            done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder / "data", capture_output=True, text=True,
                                  env=server.environment(), **server.as_user())
            check(done.returncode == 0, done.stderr)

        at_the_server("openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=archive -keyout ../archive.key -out ../archive.pem && "
                      "mkdir ../archive")
        key, app = made(lotse, server)
        first = invite(lotse, app, key, 1)
        at_the_server(f"{server.bin}/pg_basebackup -h {folder} -U {postgres.SUPERUSER} -D - -F tar -X none -c fast | {seal} "
                      "-out ../archive/base ../archive.pem")
        second = invite(lotse, app, key, 2)
        moment = asked(server, "SELECT extract(epoch FROM clock_timestamp())")[0]
        lost = invite(lotse, app, key, 3)
        last = asked(server, "SELECT pg_walfile_name(pg_switch_wal())")[0]
        for _ in range(600):
            if (folder / "archive" / last).exists():
                break
            time.sleep(0.1)
        else:
            raise AssertionError("the archive does not follow: " + server.read_log())
        for each in (folder / "archive").iterdir():
            check(b"account.invite" not in each.read_bytes(), "the archive can be read without its key")
        server.halt()
        open_ = "openssl cms -decrypt -binary -inform DER -inkey ../archive.key"
        at_the_server(f"mv ../data ../lost && mkdir -m 0700 ../data && {open_} -in ../archive/base | tar -x -C ../data")
        at_the_server(f"""cat >> postgresql.auto.conf <<'END'
restore_command = '{open_} -in ../archive/%f -out %p'
recovery_target_time = '{datetime.datetime.fromtimestamp(float(moment), datetime.timezone.utc).isoformat(sep=" ")}'
recovery_target_action = 'promote'
archive_mode = off
END
touch recovery.signal""")
        server.settings.clear()
        server.launch()
        for _ in range(600):
            if asked(server, "SELECT pg_is_in_recovery()") == ["f"]:
                break
            time.sleep(0.1)
        said = lotse.run("restore", "--recovered", "--store", server.url(), "--key-file", key).stdout
        check("2 links of that day were ended" in said and "can be served" in said, said)
        found = entered(server, "lotse")
        check({first, second} <= found and lost not in found, "not the store of that moment")
        with lotse.serve("--store", app, "--key-file", key) as served:
            check(served.get("/health/store")[0] == 200)
        lotse.run("restore", "--recovered", "--data", lotse.folder / "d", code=2)
        lotse.run("restore", "--store", server.url(), code=2)
        lotse.run("restore", "--store", f"sqlite:{lotse.folder}/other.db", "--from", "x", code=2)


TESTS = [a_postgresql_store_is_copied_under_load_and_restored, a_copy_that_is_not_whole_leaves_nothing_in_a_database,
         a_copy_of_an_older_program_is_brought_up_to_date, what_stands_in_the_way_of_a_copy_is_said,
         a_store_comes_back_from_the_databases_own_archive]
