# SPDX-License-Identifier: EUPL-1.2
"""What bench/run.py makes of its results: ratios to compare, and a table for people."""

SLOW_FSYNC_US = 5_000


def databases(sql):
    """(name, figures) of each database that was asked."""
    return [(name, each) for name, each in sql.items() if isinstance(each, dict) and "times" in each]


def ratios(results):
    """What is compared from run to run: (value, which way is better). Only things of one run are set against each other."""
    found = {}
    sql, page, start, match = (results.get(name) for name in ("sql", "page", "start", "match"))
    if sql:
        best = {}
        for name, each in databases(sql):
            best["sqlite" if name.startswith("SQLite") else "postgres"] = each["times"]
        for key, times in best.items():
            found[f"{key} / find, median"] = (times, "more")
    if match:
        found["find p90 / p50"] = (match["find_us"]["p90"] / match["find_us"]["p50"], "less")
    if page:
        for kind in ("plain", "gzip"):
            found[f"page / static, CPU, {kind}"] = (page[kind]["cpu_us_each"] / max(page[f"static_{kind}"]["cpu_us_each"], 1), "less")
        found["memory for each offer, KB"] = (page["memory_mb"]["VmHWM"] * 1024 / results["fill"]["offers"], "less")
    if start and match:
        found["start / building the snapshot, CPU"] = (start["cpu_s"] * 1000 / match["build_ms"], "less")
    if results.get("visit"):
        found["first visit, KB"] = (results["visit"]["bytes"] / 1000, "less")
    if results.get("write"):
        slow = results["write"]["slow"]
        found["durable changes / one commit each, slow fsync"] = (slow["doors"]["per_second"] / slow["one_each"]["per_second"], "more")
        found["durable changes / raw rows, slow fsync"] = (slow["doors"]["per_second"] / slow["raw"]["per_second"], "more")
    if results.get("seal"):
        seal = {key: each["per_second"] for key, each in results["seal"].items() if isinstance(each, dict)}
        found["audit: with its entry / bare row"] = (seal["audited"] / seal["raw"], "more")
        found["sealing: sealed with entry / plain with entry"] = (seal["sealed"] / seal["audited"], "more")
        found["reading 20: plain / sealed, entered durably"] = (seal["read"] / seal["read_sealed"], "less")
    if results.get("sign_in"):
        s = results["sign_in"]
        found["sign-ins beside pages / alone"] = (s["sign_ins"]["per_second"] / s["sign_ins_alone"]["per_second"], "more")
    return {key: (round(value, 2), better) for key, (value, better) in found.items()}


def regressions(now, before, whole):
    """What got more than twice as bad; what cannot be compared is bad as well. `whole`: all benches have run."""
    bad = [f"{key}: not in bench/baseline.json (--keep-baseline writes it anew)" for key in now if key not in before]
    if whole:
        bad += [f"{key}: in bench/baseline.json, but was not measured" for key in before if key not in now]
    for key, (value, better) in now.items():
        if key not in before:
            continue
        worse = value / before[key] if better == "less" else before[key] / value
        if worse > 2:
            bad.append(f"{key}: {value}, was {before[key]} (bench/baseline.json): {worse:.1f} times as bad, 2 times is allowed")
    return bad


def rows(results):
    """(what, figure, aim) for people."""
    out = []
    if "match" in results:
        m = results["match"]
        what = f"{m['entries']:,} offers with {m['words_each']:.0f} words each, {m['questions']:,} different questions"

        def times(name, *percents):
            return ", ".join(f"{each} {m[name + '_us'][each] / 1000:.3f} ms" for each in percents)

        out.append((f"Finding with reasons for 20 hits: {what}", times("find", "p50", "p99"), "p99 ≤ 0.2 ms"))
        out.append(("The same by the processor's clock, which stands still while others run", times("find_cpu", "p50", "p99"), ""))
        out.append(("Of these: a topic; words", f"{times('topic', 'p50', 'p99')}; {times('words', 'p50', 'p99')}", ""))
        out.append(("Questions with more than 1,000 candidates", f"{m['above_1000_percent']:.1f} % (half of all: above {m['candidates_p50']:,})", "≥ 50 %"))
        out.append(("What was asked for", m["asked"] + f"; {m['left_out']} left out since no word of them is looked for; a word is looked for in {m['ways_each_word']:.1f} ways", "filters 33 % each"))
        out.append((f"The broadest of them ({m['broadest_candidates']:,} candidates)", times("broadest", "p50", "p99"), ""))
        out.append((f"Everything, with every filter ({m['everything_candidates']:,} candidates)", times("everything", "p50", "p99"), ""))
        out.append(("After 1,000 changes", times("changed", "p50", "p99"), ""))
        out.append(("Snapshot in memory", f"{m['memory_mb']:.0f} MB, {m['bytes_each']:.0f} bytes for each offer, built in {m['build_ms']:.0f} ms", ""))
    for name, each in databases(results.get("sql", {})):
        out.append((f"{name}: the same questions ({each['questions']:,})", f"median {each['median_us'] / 1000:.2f} ms: {each['times']:.0f} times ours; {each['differ']} answers differ", "≥ 10 times"))
    if "page" in results:
        p = results["page"]
        out.append(("Questions for the page", f"{p['questions']:,} that fill it with 20 hits; {p['left_out']:,} with fewer were left out", ""))
        for kind in ("plain", "gzip", "static_plain", "static_gzip"):
            each = p[kind]
            name = {"plain": "Page of results, uncompressed", "gzip": "Page of results, gzip", "static_plain": "The same bytes as a file, uncompressed", "static_gzip": "The same bytes as a file, gzip"}[kind]
            out.append((name, f"{each['per_second']:.0f}/s, {each['cpu_us_each']:.0f} µs CPU, p99 {each['half_load']['p99_ms']:.2f} ms at {each['half_load_per_second']:.0f}/s ({each['p99_ms_full_load']:.2f} ms at full), {each['bytes_each'] / 1000:.1f} KB", ""))
        if "nginx_plain" in p:
            each = p["nginx_plain"]
            out.append(("The same bytes from nginx, uncompressed", f"{each['per_second']:.0f}/s, {each['cpu_us_each']:.0f} µs CPU, p99 {each['half_load']['p99_ms']:.2f} ms at {each['half_load_per_second']:.0f}/s: {each['per_second'] / p['plain']['per_second']:.1f} times the page of results", ""))
        if "crowd" in p:
            c = p["crowd"]
            out.append((f"Page of results over {c['connections']} connections, whoever waits counted", f"{c['per_second']:.0f}/s, p50 {c['p50_ms']:.1f} ms, p99 {c['p99_ms']:.1f} ms", "≥ 4,000/s; p99 ≤ 50 ms"))
        out.append(("The broadest page (no topic, word or place)", f"p50 {p['broadest']['p50_ms']:.2f} ms, p99 {p['broadest']['p99_ms']:.2f} ms, {p['broadest']['cpu_us_each']:.0f} µs CPU", ""))
        out.append(("Memory of the server", f"{p['memory_mb']['VmRSS']:.0f} MB, at most {p['memory_mb']['VmHWM']:.0f} MB", ""))
    if "start" in results:
        s = results["start"]
        out.append(("From exec to the first right page of results", f"{s['min_s']:.2f} s, median {s['median_s']:.2f} s (with the sample alone {s['with_the_sample_alone_s']:.2f} s; file not in the page cache {s['cold_file_s']:.2f} s)", "≤ 2 s"))
    if "visit" in results:
        out.append(("First visit: start page, page of results, style, script, icon", f"{results['visit']['bytes'] / 1000:.1f} KB", "≤ 110 KB"))
    for name, what in (("disk", "on this disk"), ("slow", f"each fsync {SLOW_FSYNC_US / 1000:.0f} ms slower")) if "write" in results else ():
        each = results["write"][name]
        times = each["doors"]["per_second"] / each["one_each"]["per_second"]
        out.append((f"Durable small changes with audit and sealing, 64 writers, {what}",
                    f"{each['doors']['per_second']:,.0f}/s, p99 {each['doors']['p99_ms']:.0f} ms; with one commit each {each['one_each']['per_second']:,.0f}/s ({times:.0f} times); "
                    f"rows without doors and audit {each['raw']['per_second']:,.0f}/s", "≥ 1,000/s; ≥ 8 times where fsync is slow"))
        out.append((f"The same at {each['open']['asked_per_second']:,.0f} a second, whoever waits counted, {what}",
                    f"{each['open']['per_second']:,.0f}/s, p50 {each['open']['p50_ms']:.1f} ms, p99 {each['open']['p99_ms']:.1f} ms", "p99 < 100 ms"))
    if "seal" in results:
        s = results["seal"]
        out.append(("A registration of nine columns, 64 writers: bare row; with its entry in the audit; sealed, with entry; sealed, with a key of its own",
                    "; ".join(f"{s[key]['per_second']:,.0f}/s" for key in ("raw", "audited", "sealed", "sealed_new")), ""))
        out.append(("A page of 20 of them: plain; sealed, entered before it is shown", "; ".join(f"{s[key]['per_second']:,.0f}/s" for key in ("read", "read_sealed")), ""))
    if "audit" in results:
        a = results["audit"]
        out.append((f"The audit of a unit with {a['entries']:,} entries", f"sealed in {a['all_batches_s']:.1f} s, looked through in {a['verify_s']:.1f} s", "1,000,000 looked through in ≤ 5 s"))
    if "sign_in" in results:
        s = results["sign_in"]
        out.append(("Sign-ins alone; beside people who read", f"{s['sign_ins_alone']['per_second']:.0f}/s, p99 {s['sign_ins_alone']['p99_ms']:.0f} ms; {s['sign_ins']['per_second']:.0f}/s, p99 {s['sign_ins']['p99_ms']:.0f} ms", ""))
        out.append((f"Pages at {s['pages']['per_second']:.0f}/s alone; beside sign-ins", f"p99 {s['pages_alone']['p99_ms']:.1f} ms; p99 {s['pages']['p99_ms']:.1f} ms", "no harm"))
    if "fill" in results:
        out.append(("Filling the store", f"{results['fill']['offers']:,} offers in {results['fill']['seconds']:.0f} s, {results['fill']['store_mb']:.0f} MB", ""))
    return out


def markdown(state):
    m = state["machine"]
    lines = ["<!-- written by bench/run.py -->", f"Machine: {m['cpu']}, {m['cores']} cores, {m['memory_gb']} GB, Linux {m['kernel']}  ",
             f"Commit: {state['commit']}{' with changes that are not committed' if state['dirty'] else ''}  ",
             f"Command: `{state['command']}`  ", f"Day: {state['day']}", "", "| What | Figure | Aim |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {a} | {b} | {c} |" for a, b, c in rows(state["results"])]) + "\n"
