#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The command line as a script meets it: exit codes, messages, serving, importing, exporting, on both stores.

    commands.py --binary PATH        prints "ok NAME" or "not ok NAME - reason" for each test
"""
import argparse
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))
import care  # noqa: E402
import care_postgresql  # noqa: E402
import ground  # noqa: E402
import secure  # noqa: E402
from harness import CSV_FILES, FRUITS, ROOT, Lotse, Skipped, check  # noqa: E402


def every_command_has_help(lotse):
    for words in ([], ["serve"], ["upgrade"], ["routes"], ["sample"], ["sample", "remove"], ["import"], ["import", "hsds"],
                  ["import", "table"], ["import", "places"], ["import", "list"], ["import", "undo"], ["export", "hsds"], ["units"], ["audit"],
                  ["audit", "verify"], ["audit", "prove"], ["key", "rotate"], ["jobs"], ["admin", "invite"]):
        check("Usage" in lotse.run(*words, "--help").stdout, " ".join(words))


def wrong_use_is_exit_2_with_a_reason(lotse):
    for words in ([], ["fly"], ["serve"], ["serve", "--data", "x", "--store", "sqlite:y"], ["import", "hsds", "--data", "x"],
                  ["serve", "--data", lotse.folder / "w", "--listen", "nowhere"], ["serve", "--data", lotse.folder / "w", "--today", "soon"],
                  ["serve", "--data", lotse.folder / "w", "--listen", "0.0.0.0:0"], ["serve", "--data", lotse.folder / "w", "--listen", "[::]:0"],
                  ["serve", "--data", lotse.folder / "w", "--smtp-host", "smtp-plain://mail.example.org", "--mail-from", "lotse@example.org"],
                  ["serve", "--data", lotse.folder / "w", "--smtp-host", "smtp://mail.example.org"],
                  ["serve", "--data", lotse.folder / "w", "--mail-from", "lotse@example.org"]):
        done = lotse.run(*words, code=2)
        check(done.stderr.strip() or done.stdout.strip(), f"no reason for {words}")


def routes_declare_right_and_purpose(lotse):
    routes = json.loads(lotse.run("routes", "--json").stdout)
    check(len(routes) > 10)
    for route in routes:
        check(set(route) == {"method", "path", "right", "purpose", "public"} and route["right"], str(route))
    private = {r["path"] for r in routes if not r["public"]}
    check({"/staff", "/staff/services", "/staff/services/{service}", "/sign-out"} <= private, str(private))


def sample_is_marked_and_only_it_is_removed(lotse):
    data = lotse.folder / "sample"
    with lotse.serve("--data", data, "--sample", "--today", "2026-12-08") as server:
        check(any("@example.org" in line for line in server.said), "no sign-ins were printed")
        status, body = server.get("/offers?topic=parents_cafe&place=00101")
        check(status == 200 and len(json.loads(body)["offers"]) > 5, body[:300])
        check("lotse.lock" in lotse.run("sample", "remove", "--data", data, code=1).stderr, "a store that is served was not left alone")
        code = server.stop()
        check(code == 0, f"SIGTERM ended it with {code}: {server.errors()}")
    with lotse.serve("--data", data, "--sample") as server:  # a filled one is left as it is
        check(server.get("/help", "text/html")[0] == 200)
    lotse.run("sample", "remove", "--data", data)
    check(not (data / "lotse.db").exists())
    real = lotse.folder / "real"
    lotse.run("import", "hsds", lotse.hsds(), "--data", real)
    check("no sample" in lotse.run("sample", "remove", "--data", real, code=1).stderr)
    check("--today" in lotse.run("serve", "--data", real, "--today", "2026-12-08", "--listen", "127.0.0.1:0", code=2).stderr)
    check(lotse.run("serve", "--data", real, "--sample", "--listen", "127.0.0.1:0", code=1).stderr)
    check((real / "lotse.db").exists())


def import_reports_every_row_and_adds_nothing_twice(lotse):
    data, report = lotse.folder / "imported", lotse.folder / "report.csv"
    source = lotse.hsds()
    dry = lotse.run("import", "hsds", source, "--data", data, "--source", "test", "--dry-run")
    check("Nothing was written" in dry.stdout)
    check("service: 2 new" in lotse.run("import", "hsds", source, "--data", data, "--source", "test", "--report", report).stdout)
    rows = list(csv.DictReader(report.open(encoding="utf-8")))
    orphan = [r for r in rows if r["File"] == "eligibility.csv" and r["What"] == "Row not used"]
    check(len(orphan) == 1 and orphan[0]["Line"] == "2", str(orphan))
    check(any(r["File"] == "services.csv" and r["Line"] == "4" for r in rows), "the service without a name")
    again = lotse.run("import", "hsds", source, "--data", data, "--source", "test").stdout
    check("service: 0 new, 0 changed, 2 as before" in again, again)
    fewer = dict(CSV_FILES)
    fewer["services.csv"] = "id,organization_id,name,status\ns1,o1,Fathers café,active\n"
    third = lotse.run("import", "hsds", lotse.hsds(fewer), "--data", data, "--source", "test").stdout
    check("service: 0 new, 1 changed" in third and "s2" in third, third)


def a_zip_is_read_like_a_folder_and_a_bomb_is_refused(lotse):
    archive = lotse.folder / "package.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in CSV_FILES.items():
            z.writestr(name, text)
    check("service: 2 new" in lotse.run("import", "hsds", archive, "--data", lotse.folder / "zip").stdout)
    bomb = lotse.folder / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("services.csv", "id,name\n" + "0," * 20_000_000)
    lotse.run("import", "hsds", bomb, "--data", lotse.folder / "zip", code=1)


def what_was_exported_can_be_imported(lotse):
    data, out, back = lotse.folder / "one", lotse.folder / "out", lotse.folder / "two"
    with lotse.serve("--data", data, "--sample"):
        pass
    lotse.run("export", "hsds", "--data", data, "--to", out)
    check("Verborgener" not in "".join(f.read_text(encoding="utf-8") for f in out.iterdir()), "a confidential address")
    services = json.loads((out / "services.json").read_text(encoding="utf-8"))
    check(len(services) > 150)
    done = lotse.run("import", "hsds", out, "--data", back, "--source", "copy").stdout
    check(re.search(rf"service: {len(services)} new", done), done[-800:])
    lotse.run("export", "hsds", "--data", data, "--to", out, code=1)  # never over something


def exports_are_valid_against_the_standards_schemas(lotse):
    shared = pathlib.Path(os.environ.get("LOTSE_SHARED") or ROOT.parent / "shared")
    schemas = shared / "data/hsds-spec-v3/schema/compiled"
    if not schemas.is_dir():
        raise Skipped("shared test data is missing")
    for name, source in (("spec", shared / "data/hsds-spec-v3/examples/service_full.json"), ("sample", None)):
        data, out = lotse.folder / name, lotse.folder / f"{name}-out"
        if source:
            lotse.run("import", "hsds", source, "--data", data)
        else:
            with lotse.serve("--data", data, "--sample"):
                pass
        lotse.run("export", "hsds", "--data", data, "--to", out)
        for kind in ("service", "organization", "service_at_location"):
            done = subprocess.run([ROOT / "ui/node", ROOT / "tests/schema/validate.mjs", schemas, "--as", kind, out / f"{kind}s.json"],
                                  capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
            check(done.returncode == 0, f"{name} {kind}: " + done.stdout[-600:] + done.stderr[-300:])


def real_directories_come_in_whole(lotse):
    data, shared = lotse.folder / "real", pathlib.Path(os.environ.get("LOTSE_SHARED") or ROOT.parent / "shared") / "data"
    if not (shared / "hsds-miami").is_dir():
        raise Skipped("shared test data is missing")
    report = lotse.folder / "miami.csv"
    done = lotse.run("import", "hsds", shared / "hsds-miami", "--data", data, "--language", "en", "--report", report).stdout
    check("service: 4089 new" in done and "location: 4089 new" in done, done[-600:])
    orphans = [r for r in csv.DictReader(report.open(encoding="utf-8")) if r["File"] == "eligibility.csv" and r["What"] == "Row not used"]
    check(len(orphans) == 2244 and len({r["Line"] for r in orphans}) == 2244, f"{len(orphans)} orphans were reported")
    lotse.run("import", "places", shared / "geo-de/zipcodes.de.csv", "--data", data)
    for file, name, count in (("kita-schleswig-holstein/einrichtungen_kita.json", "kita-schleswig-holstein", 1870),
                              ("region-flensburg/kitas_in_flensburg.csv", "flensburg-kitas-csv", 70)):
        done = lotse.run("import", "table", shared / file, "--map", ROOT / f"docs/maps/{name}.toml", "--data", data).stdout
        check(f"service: {count} new" in done, done[-600:])
    with lotse.serve("--data", data) as server:
        found = json.loads(server.get("/offers?q=kinderhaus&place=24939&radius=10")[1])
        check(any("Marientreppe" in each["address"] for each in found["offers"]), str(found)[:400])
        check(json.loads(server.get("/offers?q=counseling")[1])["fitting"] > 100, "the Miami entries are not found")


def a_table_needs_no_code(lotse):
    table, places = lotse.folder / "table.csv", lotse.folder / "places.csv"
    mapping = ROOT / "docs/maps/flensburg-kitas-csv.toml"
    table.write_text("district,facility,institution,address,postal_code,phone_number,opening_hours,childcare_places,group_0_3,group_3_6,"
                     "group_6_14,group_1_6,nature_3_6,integrational,groups_total,lunch_offer,comments,prerequisite\n"
                     "Mitte,Haus Sonne,Verein,Weg 1,00101,123456,07:30-16:30,60,1,1,1,1,0,0,4,X,,\n", encoding="utf-8")
    places.write_text("plz;ort;lat;lon\n00101;Wiesenbrück;52,05;7,95\n", encoding="utf-8")
    data = lotse.folder / "table"
    lotse.run("import", "places", places, "--data", data)
    done = lotse.run("import", "table", table, "--map", mapping, "--data", data).stdout
    check("approximate" in done and "service: 1 new" in done, done)
    lotse.run("import", "table", places, "--map", mapping, "--data", data, code=1)


def a_command_reaches_the_process_that_serves(lotse):
    data = lotse.folder / "busy"
    with lotse.serve("--data", data) as server:
        check(json.loads(server.get("/offers?q=parents")[1])["offers"] == [])
        done = lotse.run("import", "hsds", lotse.hsds(), "--data", data)
        check("service: 2 new" in done.stdout, done.stdout)
        for _ in range(100):
            found = json.loads(server.get("/offers?q=parents")[1])["offers"]
            if found:
                break
            time.sleep(0.1)
        check(len(found) == 1, "the change did not reach the search")
        check("lotse.lock" in lotse.run("serve", "--data", data, "--listen", "127.0.0.1:0", code=1).stderr, "two served one store")
    mode = os.stat(data).st_mode & 0o777
    check(mode == 0o700, f"the folder is {mode:o}")


def a_kill_loses_nothing_that_was_imported(lotse):
    data = lotse.folder / "killed"
    for round_ in range(6):
        with lotse.serve("--data", data) as server:
            files = dict(CSV_FILES)
            files["services.csv"] = "id,organization_id,name,status\n" + "".join(f"r{round_}-{i},o1,{FRUITS[round_]} {i},active\n" for i in range(40))
            files["services_at_location.csv"] = "id,service_id,location_id\n"
            source = lotse.hsds(files)
            killer = threading.Timer(0.05 * round_, server.process.kill)
            killer.start()
            done = lotse.run("import", "hsds", source, "--data", data, "--source", f"round{round_}", code=None)
            killer.join()
            server.process.wait()
        with lotse.serve("--data", data) as server:
            found = json.loads(server.get(f"/offers?q={FRUITS[round_]}")[1])
            total = found["fitting"] + found["unsure"] + found["nearly"]
            check(total in (0, 40), f"half an import: {total}")
            check(total == 40 or "Done:" not in done.stdout, "an import that was said to be done is gone")


def a_killed_update_is_there_whole_or_not_at_all(lotse):
    def services(fruit):
        files = dict(CSV_FILES)
        files["services.csv"] = "id,organization_id,name,status\n" + "".join(f"k{i},o1,{fruit} {i},active\n" for i in range(300))
        files["services_at_location.csv"] = "id,service_id,location_id\n" + "".join(f"p{i},k{i},l1\n" for i in range(300))
        return lotse.hsds(files)

    def count(server, fruit):
        found = json.loads(server.get(f"/offers?q={fruit}")[1])
        return found["fitting"] + found["unsure"] + found["nearly"]

    data = lotse.folder / "updated"
    lotse.run("import", "hsds", services(FRUITS[0]), "--data", data, "--source", "fruit")
    now = FRUITS[0]
    for round_ in range(1, 6):
        source = services(FRUITS[round_])
        with lotse.serve("--data", data) as server:
            killer = threading.Timer(0.06 * round_, server.process.kill)
            killer.start()
            done = lotse.run("import", "hsds", source, "--data", data, "--source", "fruit", code=None)
            killer.join()
            server.process.wait()
        with lotse.serve("--data", data) as server:
            before, after = count(server, now), count(server, FRUITS[round_])
            check((before, after) in ((300, 0), (0, 300)), f"half an update: {before} and {after}")
            check(after == 300 or "Done:" not in done.stdout, "an update that was said to be done is gone")
        now = FRUITS[round_] if after else now
    done = lotse.run("import", "hsds", services("Quitte"), "--data", data, "--source", "fruit").stdout
    check("service: 0 new, 300 changed" in done, "the next import does not go on from there: " + done)


def a_correction_survives_the_next_import(lotse):
    data, report = lotse.folder / "corrected", lotse.folder / "conflicts.csv"
    changed = dict(CSV_FILES)
    changed["services.csv"] = CSV_FILES["services.csv"].replace("Parents café,Coffee", "Fathers café,Tea")
    again = lambda source, *more: lotse.run("import", "hsds", source, "--data", data, "--source", name, "--unit", unit, *more).stdout
    with lotse.serve("--data", data, "--sample") as server:
        cookies = server.sign_in("directory_editor")
        for line in lotse.run("units", "--data", data).stdout.splitlines():  # the one whose entries she corrects
            unit = line.split()[0]
            name = f"test{unit}"
            again(lotse.hsds())
            found = re.search(r"/staff/services/([0-9a-f-]{36})", server.get("/staff/services?q=Parents", "text/html", Cookie=cookies)[1])
            if found:
                break
        service = json.loads(server.get(f"/staff/services/{found[1]}", Cookie=cookies)[1])
        service["name"] = "Our café"
        status, body, _ = server.post(f"/staff/services/{found[1]}", json.dumps(service), Cookie=cookies, Accept="application/json",
                                      **{"Content-Type": "application/json"})
        check(status == 200, f"{status}: {body[:300]}")
        done = again(lotse.hsds())
        check("0 changed, 2 as before" in done and "correction" not in done, done)
        for flag in (["--dry-run"], []):
            done = again(lotse.hsds(changed), "--report", report, *flag)
            check("1 changed, 1 as before; in 1 of them a correction made here stays" in done and "The correction stays." in done, done)
            rows = [r for r in csv.DictReader(report.open(encoding="utf-8")) if r["Entry"]]
            check(len(rows) == 1, str(rows))
            row = {name: rows[0][name] for name in ("What", "File", "Entry", "Field", "Value", "In the directory")}
            check(row == {"What": "Value not used", "File": "service", "Entry": "s1", "Field": "name", "Value": "Fathers café",
                          "In the directory": "Our café"}, str(row))
        service = json.loads(server.get(f"/staff/services/{found[1]}", Cookie=cookies)[1])
        check((service["name"], service["description"]) == ("Our café", "Tea"), str(service))
        done = again(lotse.hsds(changed))
        check("correction" not in done, "told a second time: " + done)


def postgresql_serves_the_same(lotse):
    command = [sys.executable, "-B", str(ROOT / "tools/postgres.py"), "run", "--fast", "--", sys.executable, "-B", __file__,
               "--binary", lotse.binary, "--inside"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    check(done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:])


def inside_postgresql(lotse):
    owner = os.environ["LOTSE_TEST_POSTGRES"]
    lotse.run("upgrade", "--store", owner)
    lotse.run("upgrade", "--store", owner)
    app = re.sub(r"//[^@/]*@", "//lotse_app@", owner)
    refused = lotse.run("serve", "--store", owner, "--listen", "127.0.0.1:0", code=1).stderr
    check("lotse_app" in refused or "superuser" in refused, refused)
    lotse.run("serve", "--store", app.replace("lotse_app@", "lotse_app:secret@"), "--listen", "127.0.0.1:0", code=1)
    lotse.run("import", "hsds", lotse.hsds(), "--store", app)
    with lotse.serve("--store", app) as one, lotse.serve("--store", app) as two:
        check(len(json.loads(one.get("/offers?q=parents")[1])["offers"]) == 1)
        files = dict(CSV_FILES)
        files["services.csv"] = "id,organization_id,name,status\nn1,o1,Night school,active\n"
        files["services_at_location.csv"] = "id,service_id,location_id\n"
        lotse.run("import", "hsds", lotse.hsds(files), "--store", app, "--source", "other")
        check(one.get("/health/store")[0] == 200)
        for server in (one, two):  # every process hears of it
            for _ in range(100):
                if json.loads(server.get("/offers?q=night")[1])["offers"]:
                    break
                time.sleep(0.1)
            else:
                raise AssertionError("a process did not hear of the change")


TESTS = [every_command_has_help, wrong_use_is_exit_2_with_a_reason, routes_declare_right_and_purpose, sample_is_marked_and_only_it_is_removed,
         import_reports_every_row_and_adds_nothing_twice, a_zip_is_read_like_a_folder_and_a_bomb_is_refused, what_was_exported_can_be_imported, exports_are_valid_against_the_standards_schemas,
         real_directories_come_in_whole, a_table_needs_no_code, a_command_reaches_the_process_that_serves, a_kill_loses_nothing_that_was_imported,
         a_killed_update_is_there_whole_or_not_at_all, a_correction_survives_the_next_import, postgresql_serves_the_same]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--only")
    parser.add_argument("--inside", action="store_true")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="lotse_commands_"))
    failed = False
    try:
        lotse = Lotse(str(pathlib.Path(options.binary).resolve()), folder)
        if options.inside:
            return inside_postgresql(lotse)
        for test in TESTS + ground.TESTS + care.TESTS + care_postgresql.TESTS + secure.TESTS:
            if options.only and options.only not in test.__name__:
                continue
            lotse.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
            try:
                test(lotse)
                print(f"ok {test.__name__}", flush=True)
            except Skipped as reason:
                print(f"skip {test.__name__} - {reason}", flush=True)
            except Exception:  # a test's failure is its result
                failed = True
                print(f"not ok {test.__name__} - " + " | ".join(traceback.format_exc().strip().splitlines()[-3:])[:900], flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
