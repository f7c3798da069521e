#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The figures of the README.

    bench/run.py --small | --all [--only NAME…] [--fresh] [--folder DIR]

--small: 20,000 entries, at most 15 minutes; fails if a ratio is more than twice as bad as in bench/baseline.json, or is not in both.
Only ratios of things measured in the same run are compared, never times. --all: 100,000 entries; each result is kept as soon as it
is there, so that a run that was broken off goes on (--fresh starts anew), but only on a commit without changes; writes
bench/results/all.md.

Benches: fill match sql page start visit write seal audit sign_in. All of them write bench/results/<small|all>.json with machine, commit, command and day.
"""
import argparse
import concurrent.futures
import datetime
import itertools
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from questions import questions  # noqa: E402
from report import SLOW_FSYNC_US, databases, markdown, ratios, regressions  # noqa: E402
from servers import Failure, Nginx, Server, sign_ins  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/release"
RESULTS = ROOT / "bench/results"
TARGETS = ["lotse", "bench_match", "bench_match_sql", "bench_page_fill", "bench_load", "bench_static", "bench_write", "bench_seal", "bench_audit", "crash_recorder"]
SIZES = {
    "small": dict(entries=20_000, questions=2_000, sql_questions=200, pages=300, page_requests=1_500, starts=3, write_seconds=3, audit_entries=50_000, sign_in_seconds=5),
    "all": dict(entries=100_000, questions=10_000, sql_questions=10_000, pages=1_000, page_requests=4_000, starts=5, write_seconds=15, audit_entries=1_000_000, sign_in_seconds=20),
}
BROADEST = "/offers?radius=50"  # everything: no topic, no word, no place
EVERY_FILTER = BROADEST + "&language=ukr&age=27up&child=1to2&child=3to5&day=2&time=morning&free=1&places=1"
SEED = 20261122
WRITES_ASKED = 1_000
CONNECTIONS = 4
CROWD = 200  # connections


def say(text):
    print(text, flush=True)


def run(command, **options):
    """The output of a command; Failure with its last lines if it does not end with 0."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command[:3]))} … ended with {done.returncode}:\n" + done.stdout[-3000:])
    return done.stdout


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory / 1e6, 1), "kernel": platform.release(),
            "load_before": round(os.getloadavg()[0], 1)}


def commit():
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.strip()
    changed = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout.split("\n")
    dirty = any(line and not line[3:].startswith("bench/results/") for line in changed)
    return {"commit": head or "unknown", "dirty": dirty}


def build():
    say("build: build/release")
    run(["cmake", "--preset", "release", "--log-level=WARNING"])
    run(["cmake", "--build", "--preset", "release", "--parallel", str(os.cpu_count()), "--target", *TARGETS])


def hits_of(body):
    return re.findall(rb'<h3 class="lo-card__title"><a href="/offers/([0-9a-f-]{36})', body)


class Bench:
    def __init__(self, kind, folder, binaries):
        self.kind, self.size, self.binaries = kind, SIZES[kind], binaries
        self.folder = folder / kind
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"

    # --- match/ ---------------------------------------------------------------------------------------------------------------

    def question_file(self):
        """Paths of different questions, some more than are asked: those of which no word is looked for are left out."""
        file = self.folder / "questions.txt"
        count = self.size["questions"] * 11 // 10
        file.write_text("".join(path + "\n" for path in itertools.islice(questions(self.data / "lotse.db", SEED), count)))
        return file

    def match(self):
        """Finding by structure alone, in this process; the broadest questions beside it."""
        text = run([self.binaries / "bench_match", self.data, self.question_file(), self.size["questions"], EVERY_FILTER])
        (self.folder / "match.txt").write_text(text)

        def number(pattern):
            return float(re.search(pattern, text).group(1))

        figures = {"entries": int(number(r"offers: (\d+)")), "words_each": number(r"with ([\d.]+) words each"),
                   "questions": int(number(r"questions: (\d+)")), "left_out": int(number(r"(\d+) left out")), "ways_each_word": number(r"looked for in ([\d.]+) ways"),
                   "asked": re.search(r"asked: (.*)", text).group(1),
                   "above_1000_percent": number(r"above 1000: ([\d.]+) %"), "candidates_p50": int(number(r"candidates: p10 \d+ p50 (\d+)")),
                   "broadest_candidates": int(number(r"broadest of these: (\d+)")), "everything_candidates": int(number(r"everything: (\d+)")),
                   "build_ms": number(r"build: .*: (\d+) ms"), "memory_mb": number(r"memory: ([\d.]+) MB"), "bytes_each": number(r"MB, (\d+) bytes")}
        for name, label in (("find", "find with reasons"), ("find_cpu", "find with reasons, CPU"), ("topic", "find with reasons, a topic"),
                            ("words", "find with reasons, words"), ("broadest", "broadest of these"), ("everything", "everything"),
                            ("changed", "find after 1,000 changes")):
            found = re.search(r"^ *" + re.escape(label) + r"\s+p50\s+([\d.]+)\s+p90\s+([\d.]+)\s+p99\s+([\d.]+)\s+p99.9\s+([\d.]+)\s+max\s+([\d.]+)", text, re.M)
            figures[name + "_us"] = dict(zip(("p50", "p90", "p99", "p99.9", "max"), map(float, found.groups())))
        if figures["entries"] >= 100_000 and figures["above_1000_percent"] < 50:
            raise Failure("fewer than half of the questions have more than 1,000 candidates: the aim is not asked for")
        return figures

    def sql(self):
        """The same questions to SQLite and PostgreSQL, in one process; every answer is compared with ours."""
        command = 'exec "$@" "$LOTSE_TEST_POSTGRES"'
        text = run([sys.executable, "-B", ROOT / "tools/postgres.py", "run", "--fast", "--set", "shared_buffers=3GB", "--set", "max_wal_size=8GB", "--",
                    "sh", "-c", command, "sh", self.binaries / "bench_match_sql", self.data, self.question_file(), self.size["sql_questions"]])
        plans = self.folder / "plans.txt"
        plans.write_text(text)
        figures = {}
        for name, theirs, ours, differ, asked in re.findall(
                r"^(\S[^\n]*?)\s+median\s+([\d.]+) us, find\(\)\s+([\d.]+) us:\s+\d+ times; (\d+) of (\d+)", text, re.M):
            figures[name] = {"median_us": float(theirs), "find_us": float(ours), "times": round(float(theirs) / float(ours), 1),
                             "differ": int(differ), "questions": int(asked)}
        figures["tried_us"] = {name: float(us) for name, us in re.findall(r"^tried ([^:]+): ([\d.]+) us", text, re.M)}
        figures["plans"] = {name: plan for name, plan in re.findall(r"^plan of ([^\n]+):\n((?:  [^\n]*\n)+)", text, re.M)}
        return figures

    # --- pages ----------------------------------------------------------------------------------------------------------------

    def fill(self):
        """A store with the sample, multiplied."""
        shutil.rmtree(self.data, ignore_errors=True)
        started = time.monotonic()
        text = run([self.binaries / "bench_page_fill", "--data", self.data, "--entries", self.size["entries"]])
        offers = int(re.findall(r"^(\d+) offers", text, re.M)[-1])
        if offers != self.size["entries"]:
            raise Failure(f"{offers} offers instead of {self.size['entries']}")
        return {"offers": offers, "seconds": round(time.monotonic() - started, 1),
                "store_mb": round((self.data / "lotse.db").stat().st_size / 1e6, 1)}

    def serve(self):
        return Server([self.binaries / "lotse", "serve", "--data", self.data, "--listen", "127.0.0.1:0"])

    def paths(self, server):
        """Different questions that each fill a page with 20 hits; how many had to be left out."""
        chosen, left = [], 0
        for path in questions(self.data / "lotse.db", SEED):
            answer, body, _ = server.get(path)
            hits = hits_of(body)
            if answer.status == 200 and len(hits) == 20 and b"lo-reasons" in body:
                chosen.append(path)
            else:
                left += 1
            if len(chosen) == self.size["pages"]:
                return chosen, left
            if left > 20 * self.size["pages"]:
                raise Failure(f"only {len(chosen)} of {left} questions have 20 hits: is the store filled?")

    def load(self, server, file, gzip=False, requests=0, rate=0.0, warm=True, connections=CONNECTIONS):
        """Asks all paths of a file; CPU time is that of the server over the very same requests."""
        requests = requests or self.size["page_requests"]
        command = [self.binaries / "bench_load", "--port", server.port, "--paths", file, "--connections", connections]
        command += ["--gzip"] if gzip else []
        if warm:
            run(command + ["--requests", min(requests, 200)])
        before = server.cpu_seconds()
        text = run(command + ["--requests", requests] + (["--rate", f"{rate:.1f}"] if rate else []))
        used = server.cpu_seconds() - before
        values = text.split("\n", 1)[0].split()
        figures = {values[i]: float(values[i + 1]) for i in range(0, len(values), 2)}
        figures["cpu_us_each"] = round(used / figures["requests"] * 1e6, 1)
        return figures

    def both_loops(self, server, file, gzip, least=0, rate=0.0):
        """As fast as it goes, then at half that pace (or at `rate`), which is where p99 is taken."""
        closed = self.load(server, file, gzip, requests=least)
        rate = rate or closed["per_second"] / 2
        calm = self.load(server, file, gzip, rate=rate, requests=self.size["page_requests"], warm=False)
        return {"per_second": closed["per_second"], "half_load_per_second": round(rate, 1), "cpu_us_each": closed["cpu_us_each"], "p99_ms_full_load": closed["p99_ms"],
                "half_load": {key: calm[key] for key in ("p50_ms", "p99_ms", "max_ms")}, "bytes_each": closed["bytes_each"]}

    def page(self):
        """The page of results, and the same bytes served as a file."""
        figures = {}
        file = self.folder / "paths.txt"
        with self.serve() as server:
            chosen, left = self.paths(server)
            file.write_text("\n".join(chosen) + "\n")
            figures.update(questions=len(chosen), left_out=left)
            figures["plain"] = self.both_loops(server, file, False)
            figures["gzip"] = self.both_loops(server, file, True)
            # Many people at once, at half of what goes: whoever waits counts from when she wanted to ask.
            half = figures["plain"]["per_second"] / 2
            crowd = self.load(server, file, rate=half, warm=False, connections=CROWD)
            figures["crowd"] = {"connections": CROWD, "rate": round(half, 1), **{key: crowd[key] for key in ("per_second", "p50_ms", "p99_ms", "max_ms")}}
            middle = chosen[0]
            for name, headers in (("page.html", {}), ("page.html.gz", {"Accept_Encoding": "gzip"})):
                (self.folder / name).write_bytes(server.get(middle, **headers)[1])
            one = self.folder / "broadest.txt"
            one.write_text(BROADEST + "\n")
            figures["broadest"] = {key: value for key, value in self.load(server, one, requests=max(self.size["page_requests"] // 10, 100)).items()
                                   if key in ("p50_ms", "p99_ms", "cpu_us_each")}
            figures["memory_mb"] = server.memory_mb()
            (self.folder / "expected.json").write_text(json.dumps(
                {"path": middle, "ids": [hit.decode() for hit in hits_of(server.get(middle)[1])]}))
        for name, page, kind in (("static_plain", "page.html", []), ("static_gzip", "page.html.gz", ["gzip"])):
            with Server([self.binaries / "bench_static", self.folder / page, *kind]) as server:
                # At the pace that the page was asked at, so that the two p99 can be set side by side.
                figures[name] = self.both_loops(server, file, False, least=20_000, rate=figures[name[7:]]["half_load_per_second"])
        if shutil.which("nginx"):  # set up by nobody: Debian's package starts a server of its own
            with Nginx(self.folder / "page.html") as server:
                figures["nginx_plain"] = self.both_loops(server, file, False, least=20_000, rate=figures["plain"]["half_load_per_second"])
        return figures

    def start(self):
        """From exec to the first page of results that is right: the 20 hits of the page bench, in their order."""
        expected = json.loads((self.folder / "expected.json").read_text())
        database = self.data / "lotse.db"

        def once(data):
            with Server([self.binaries / "lotse", "serve", "--data", data, "--listen", "127.0.0.1:0"]) as server:
                answer, body, _ = server.get(expected["path"])
                whole = time.monotonic() - server.began
                if data == self.data and (answer.status != 200 or [hit.decode() for hit in hits_of(body)] != expected["ids"]):
                    raise Failure("the first page after the start is not the right one")
                return whole, server.listening, server.cpu_seconds(), server.memory_mb()

        empty = self.folder / "small-store"
        shutil.rmtree(empty, ignore_errors=True)
        run([self.binaries / "bench_page_fill", "--data", empty, "--entries", 1])
        without = min(once(empty)[0] for _ in range(3))
        # Once with the file out of the page cache, as after a reboot.
        for each in self.data.glob("lotse.db*"):
            handle = os.open(each, os.O_RDONLY)
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
        cold = once(self.data)[0]
        runs = [once(self.data) for _ in range(self.size["starts"])]
        least = min(runs)
        return {"min_s": round(least[0], 3), "median_s": round(statistics.median(each[0] for each in runs), 3), "runs": len(runs),
                "until_listening_s": round(least[1], 3), "cpu_s": round(min(each[2] for each in runs), 2), "with_the_sample_alone_s": round(without, 3),
                "cold_file_s": round(cold, 3), "store_mb": round(database.stat().st_size / 1e6, 1), "memory_mb": least[3]}

    def visit(self):
        """What a first visit costs: the start page and a page of results with all they need, compressed."""
        expected = json.loads((self.folder / "expected.json").read_text())
        accept = {"Accept_Encoding": "gzip, br"}
        with self.serve() as server:
            parts, waiting, seen = {}, [], set()
            for name, path in (("start page", "/"), ("page of results", expected["path"])):
                answer, body, head = server.get(path, **accept)
                parts[name] = {"bytes": len(body), "head": head, "coding": answer.getheader("Content-Encoding")}
                waiting += re.findall(r'(?:href|src)="(/static/[^"]+)"', server.get(path)[1].decode())
            while waiting:
                path = waiting.pop(0)
                if path in seen:
                    continue
                seen.add(path)
                answer, body, head = server.get(path, **accept)
                if answer.status != 200:
                    raise Failure(f"{path}: {answer.status}")
                parts[path] = {"bytes": len(body), "head": head, "coding": answer.getheader("Content-Encoding")}
                if path.endswith((".css", ".js")):
                    plain = server.get(path)[1].decode(errors="replace")
                    waiting += [found for found in re.findall(r"""(?:url\(|from|import)\s*["']?(/static/[^"')]+)""", plain)]
        return {"bytes": sum(each["bytes"] for each in parts.values()), "bytes_with_heads": sum(each["bytes"] + each["head"] for each in parts.values()),
                "parts": parts}

    # --- writing ----------------------------------------------------------------------------------------------------------------

    def write(self):
        """Small durable changes with audit and sealing; on this disk, and on one whose every fsync takes 5 ms longer."""
        figures = {}
        for name, slow_us in (("disk", 0), ("slow", SLOW_FSYNC_US)):
            folder = self.folder / "written"
            shutil.rmtree(folder, ignore_errors=True)
            slow = {"LD_PRELOAD": self.binaries / "libcrash_recorder.so", "DISK_FOLDER": folder, "DISK_SLOW_US": slow_us} if slow_us else {}
            text = run([self.binaries / "bench_write", folder, self.size["write_seconds"], WRITES_ASKED],
                       env={**os.environ, **{key: str(value) for key, value in slow.items()}})
            figures[name] = {kind: {key: round(value, 2) for key, value in each.items()} for kind, each in json.loads(text).items()}
            shutil.rmtree(folder)
            if any(each["refused"] for each in figures[name].values()):
                raise Failure(f"changes were refused: {figures[name]}")
        return figures


    def seal(self):
        """What audit and sealing cost: a registration by bare SQL, with its entry, sealed, and with a key of its own."""
        folder = self.folder / "sealed"
        shutil.rmtree(folder, ignore_errors=True)
        text = run([self.binaries / "bench_seal", folder, self.size["write_seconds"]])
        shutil.rmtree(folder)
        figures = {kind: {key: round(value, 2) for key, value in each.items()} for kind, each in json.loads(text).items()}
        if any(each["refused"] for each in figures.values()):
            raise Failure(f"changes were refused: {figures}")
        return figures

    def audit(self):
        """The audit of one unit: sealed, and looked through from the first entry to the last."""
        figures = json.loads(run([self.binaries / "bench_audit", self.size["audit_entries"]]))
        if figures["faulty"]:
            raise Failure("the audit has faults")
        return figures

    def sign_in(self):
        """Sign-ins with password, while people read: neither may keep the other waiting."""
        data = self.folder / "town"
        shutil.rmtree(data, ignore_errors=True)
        file = self.folder / "town-paths.txt"
        with Server([self.binaries / "lotse", "serve", "--data", data, "--sample", "--listen", "127.0.0.1:0"]) as server:
            file.write_text(BROADEST + "\n")
            rate = self.load(server, file)["per_second"] / 4
            seconds = self.size["sign_in_seconds"]
            pages = {"requests": max(int(rate * seconds), 100), "rate": rate, "warm": False}
            figures = {"pages_alone": self.load(server, file, **pages), "sign_ins_alone": sign_ins(server, seconds)}
            with concurrent.futures.ThreadPoolExecutor(1) as other:
                doing = other.submit(sign_ins, server, seconds)
                figures["pages"] = self.load(server, file, **pages)
                figures["sign_ins"] = doing.result()
        return figures


ORDER = ["fill", "match", "sql", "page", "start", "visit", "write", "seal", "audit", "sign_in"]
NEEDS = {"match": ["fill"], "sql": ["fill"], "page": ["fill"], "start": ["fill", "page"], "visit": ["fill", "page"]}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--small", dest="kind", action="store_const", const="small")
    size.add_argument("--all", dest="kind", action="store_const", const="all")
    parser.add_argument("--only", nargs="+", choices=ORDER, default=[])
    parser.add_argument("--fresh", action="store_true", help="forget results of an earlier run")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench", help="where stores and plans lie meanwhile")
    parser.add_argument("--keep-baseline", action="store_true", help="write bench/baseline.json from this run (--small)")
    parser.add_argument("--binaries", type=pathlib.Path, help="run those of another build folder; nothing is built")
    return parser.parse_args()


def main():
    arguments = read_arguments()
    os.environ["LC_ALL"] = "C.UTF-8"
    started = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{arguments.kind}.json"
    state = {"machine": machine(), **commit(), "command": "bench/run.py --" + arguments.kind, "day": datetime.date.today().isoformat(), "results": {}}
    resumable = arguments.kind == "all" or arguments.only
    if resumable and not arguments.fresh and kept.exists():
        before = json.loads(kept.read_text())
        # Results of another program or machine do not belong into one table, and changes may be others each time.
        if state["dirty"] or before["dirty"]:
            say("there are changes that are not committed: starting anew")
        elif before.get("commit") == state["commit"] and before["machine"]["cpu"] == state["machine"]["cpu"]:
            state["results"] = before["results"]
        else:
            say("earlier results are of another commit or machine: starting anew")
    if not arguments.binaries:
        build()
    bench = Bench(arguments.kind, arguments.folder.resolve(), (arguments.binaries or BUILD).resolve())
    wanted = [name for name in ORDER if name in arguments.only] if arguments.only else ORDER
    for name in list(wanted):
        for need in NEEDS.get(name, []):
            there = need in state["results"] and (bench.data / "lotse.db").exists() and (need != "page" or (bench.folder / "expected.json").exists())
            if need not in wanted and not there:
                wanted = [each for each in ORDER if each in wanted or each == need]
    failed = False
    for name in wanted:
        done = name in state["results"] and not arguments.only and (name != "fill" or (bench.data / "lotse.db").exists())
        if done:
            say(f"{name}: done before")
            continue
        say(f"{name}: {getattr(bench, name).__doc__.strip().splitlines()[0]}")
        begin = time.monotonic()
        try:
            result = getattr(bench, name)()
        except (Failure, OSError) as error:
            say(f"FAILED {name}: {error}")
            failed = True
            continue
        result["took_s"] = round(time.monotonic() - begin, 1)
        state["results"][name] = result
        kept.write_text(json.dumps(state, indent=1, ensure_ascii=False) + "\n")
    state["ratios"] = {key: value for key, (value, _) in ratios(state["results"]).items()}
    kept.write_text(json.dumps(state, indent=1, ensure_ascii=False) + "\n")
    if arguments.kind == "all":
        (RESULTS / "all.md").write_text(markdown(state))
    say("\n" + markdown(state))
    for name, each in databases(state["results"].get("sql", {})):
        if each["differ"]:
            say(f"FAILED sql: {each['differ']} answers of {name} differ from ours")
            failed = True
    if arguments.kind == "small":
        baseline = ROOT / "bench/baseline.json"
        if arguments.keep_baseline:
            baseline.write_text(json.dumps({"machine": state["machine"], "commit": state["commit"], "dirty": state["dirty"], "ratios": state["ratios"]}, indent=1) + "\n")
        elif baseline.exists():
            for text in regressions(ratios(state["results"]), json.loads(baseline.read_text())["ratios"], not arguments.only):
                say("REGRESSED " + text)
                failed = True
        else:
            say("no bench/baseline.json: nothing was compared (--keep-baseline writes one)")
    say(f"bench: {'failed' if failed else 'done'} after {time.monotonic() - started:.0f} s; results in {kept.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
