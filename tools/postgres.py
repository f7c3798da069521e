#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL of its own for one command.

    tools/postgres.py run [--fast] [--migrate PROGRAM] [--set NAME=VALUE]… -- COMMAND…

Makes a temporary folder with a new cluster, starts a server that listens on a unix socket in that folder and nowhere else, sets
LOTSE_TEST_POSTGRES to the address of an owner (lotse_owner, who may create databases and roles but is no superuser; for copies there is
lotse_backup), runs COMMAND, stops the server, removes the folder, and ends with COMMAND's exit code. --fast turns the disk flush off: for
tests of logic, not of durability.
--migrate lets PROGRAM (a `lotse`) make its tables first, and sets LOTSE_TEST_STORE to the address that a serving process uses.
--set gives the server a setting of its own.
"""

import argparse
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SUPERUSER = "postgres"


def fail(text):
    print(f"postgres.py: {text}", file=sys.stderr)
    sys.exit(2)


def find_binaries():
    """Debian keeps initdb and postgres out of PATH; 15 where there are several, else the newest."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    folders.sort(key=lambda path: int(re.search(r"postgresql/(\d+)", path).group(1)))
    for folder in [f for f in folders if "/15/" in f] + folders[::-1]:
        if os.access(os.path.join(folder, "initdb"), os.X_OK):
            return folder
    beside = shutil.which("initdb")
    return os.path.dirname(beside) if beside else fail("PostgreSQL is not installed (Debian: postgresql-15)")


def server_user():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    return fail("no user 'postgres' or 'nobody' to run the server under")


class Server:
    def __init__(self, fast, settings=()):
        self.settings = dict(each.split("=", 1) for each in settings)
        self.bin = find_binaries()
        self.user = server_user()
        self.fast = fast
        self.process = None
        self.folder = None

    def environment(self):
        """Without PG* settings of the caller, which would lead elsewhere; what is kept for a store lies beside the server."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return kept | {"XDG_STATE_HOME": os.path.join(self.folder, "state")}

    def as_user(self):
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def call(self, program, *arguments, **options):
        return subprocess.run([os.path.join(self.bin, program), *arguments], cwd=self.folder, env=self.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **self.as_user(), **options)

    def start(self):
        # A socket's path is limited to 107 bytes, so not under a deep TMPDIR.
        base = tempfile.gettempdir()
        self.folder = tempfile.mkdtemp(prefix="lotse_pg_", dir=base if len(base) < 60 else "/tmp")
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        data = os.path.join(self.folder, "data")
        # trust: only who may enter the folder (0700) reaches the socket, that is root and the server's user.
        made = self.call("initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        if made.returncode:
            raise RuntimeError("initdb failed:\n" + made.stdout)
        self.launch()
        self.sql("CREATE ROLE lotse_owner LOGIN CREATEDB CREATEROLE NOSUPERUSER; CREATE ROLE lotse_backup LOGIN BYPASSRLS; "
                 "CREATE DATABASE lotse OWNER lotse_owner")

    def launch(self):
        """Starts the server on the folder as it is."""
        data = os.path.join(self.folder, "data")
        settings = {
            "listen_addresses": "", "unix_socket_directories": self.folder, "unix_socket_permissions": "0700",
            "max_connections": "200", "shared_buffers": "64MB", "dynamic_shared_memory_type": "posix",
            "fsync": "off" if self.fast else "on", "full_page_writes": "off" if self.fast else "on",
            "autovacuum_naptime": "5min", "log_min_messages": "warning", "log_statement": "none",
            "log_min_error_statement": "panic", "jit": "off",
        }
        if self.fast:
            settings["synchronous_commit"] = "on"  # the program sets and shows it; without fsync it costs nothing
        settings.update(self.settings)
        arguments = [os.path.join(self.bin, "postgres"), "-D", data]
        for key, value in settings.items():
            arguments += ["-c", f"{key}={value}"]
        self.log = open(os.path.join(self.folder, "log"), "a")
        # A session of its own: Ctrl-C at a terminal shall reach COMMAND first, the server is stopped by us.
        self.process = subprocess.Popen(arguments, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True, **self.as_user())
        self.wait_until_ready()

    def break_off(self):
        """As `pg_ctl stop -m immediate`: all sessions end in the middle of what they do; the next start recovers."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(60)

    def wait_until_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("the server ended at once:\n" + self.read_log())
            if self.call("pg_isready", "-h", self.folder, "-U", SUPERUSER, "-d", "postgres").returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("the server did not become ready:\n" + self.read_log())

    def sql(self, text):
        for statement in text.split(";"):
            done = self.call("psql", "-h", self.folder, "-U", SUPERUSER, "-d", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1",
                             "-c", statement)
            if done.returncode:
                raise RuntimeError("psql failed:\n" + done.stdout)

    def read_log(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as log:
            return log.read()[-4000:]

    def url(self, role="lotse_owner", database="lotse"):
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def halt(self):
        """Ends the server and leaves the folder."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": sessions are ended, nobody is waited for
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)  # "immediate": its children end too, unlike with SIGKILL
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
        self.log.close() if hasattr(self, "log") else None

    def stop(self):
        self.halt()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = None


def run(arguments):
    server = Server(arguments.fast, arguments.set)
    command = None
    caught = []

    def on_signal(number, _frame):
        caught.append(number)
        if command and command.poll() is None:
            command.send_signal(number)
        else:
            raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        server.start()
        environment = dict(server.environment(), LOTSE_TEST_POSTGRES=server.url())
        if arguments.migrate:
            done = subprocess.run([arguments.migrate, "upgrade", "--store", server.url()], env=server.environment(), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode:
                raise RuntimeError(f"{arguments.migrate} migrate ended with {done.returncode}:\n{done.stdout}")
            environment["LOTSE_TEST_STORE"] = server.url("lotse_app")
        command = subprocess.Popen(arguments.command, env=environment)
        code = command.wait()
        return 128 - code if code < 0 else code
    except FileNotFoundError as error:
        fail(str(error))
    except RuntimeError as error:
        fail(str(error))
    finally:
        # From here on a second signal must not leave the server behind.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if command and command.poll() is None:
            command.terminate()
            try:
                command.wait(10)
            except subprocess.TimeoutExpired:
                command.kill()
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("run", help="run a command with a PostgreSQL of its own")
    verb.add_argument("--fast", action="store_true", help="no disk flush")
    verb.add_argument("--migrate", metavar="PROGRAM", help="migrate with it, and set LOTSE_TEST_STORE")
    verb.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="a setting of the server")
    verb.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND…")
    arguments = parser.parse_args()
    if arguments.command[:1] == ["--"]:
        arguments.command = arguments.command[1:]
    if not arguments.command:
        parser.error("no command: tools/postgres.py run -- COMMAND…")
    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
