#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The checks find what they are there for."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import check
import check_source
import check_tests

LONG = "  f();\n" * 71


class SourceTest(unittest.TestCase):
    def faults(self, path, text):
        return list(check_source.check({path: "# " + check_source.SPDX + "\n" + text}, {"src/a/old.cc": 600, "src/a/old.cc:f": 90}))

    def test_licence_line(self):
        self.assertEqual(len(list(check_source.check({"src/a/a.cc": "int a;\n"}, {}))), 1)
        self.assertEqual(self.faults("src/a/a.cc", "int a;\n"), [])

    def test_sizes_and_what_they_may_be(self):
        self.assertEqual(len(self.faults("src/a/a.cc", "\n" * 500)), 1)
        self.assertEqual(self.faults("src/a/old.cc", "\n" * 500), [])
        self.assertEqual(len(self.faults("src/a/old.cc", "\n" * 600)), 1)
        self.assertEqual(len(self.faults("src/a/a.cc", "void f() {\n" + LONG + "}\n")), 1)
        self.assertEqual(self.faults("src/a/old.cc", "void f() {\n" + LONG + "}\n"), [])
        self.assertEqual(len(self.faults("tools/a.py", "def f():\n" + "    pass\n" * 70)), 1)

    def test_what_is_a_function(self):
        text = ('namespace n {\nstruct S : T {\n  S(int x) : a_{x}, b_("{") {\n    g();\n  }\n};\nconstexpr A kA[] = {\n  {f(1)},\n};\n'
                "template <class T>\nauto h(T t = T{}) -> int {\n  auto l = [] { return '{'; };\n}\nTEST(A, B) {\n}\n}\n")
        self.assertEqual([(name, size) for name, _, size in check_source.cpp_functions(text)],
                         [("S", 3), ("h", 4), ("test A.B", 2)])

    def test_words(self):
        for path, text in [("src/topic/a.cc", "PQ" "exec(c);"), ("src/topic/a.cc", "#include <sqlite3.h>"), ("ui/a.ts", "// TO" "DO"),
                           ("src/web/a.cc", "sql::Test" "Access::write"), ("src/web/a_test.cc", "TEST(A, DISABLED" "_B)")]:
            self.assertEqual(len(self.faults(path, text)), 1, text)
        self.assertEqual(self.faults("src/sql/sqlite.cc", "sqlite3" "_exec();"), [])
        self.assertEqual(self.faults("src/sql/sql_test.cc", "Test" "Access::write"), [])


class TestsTest(unittest.TestCase):
    def test_report(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write("""<testsuites><testsuite>
              <testcase name="Skips" file="src/a/pages_test.cc" status="run" time="0.5" classname="A">
                <skipped message="x"><![CDATA[shared is missing]]></skipped></testcase>
              <testcase name="Off" status="notrun" time="0" classname="A" />
              <testcase name="Bad" file="a/rules_test.cc" status="run" time="0" classname="A"><failure message="m">no</failure></testcase>
              <testcase name="Good" file="a/actions_test.cc" status="run" time="0" classname="A" />
              </testsuite></testsuites>""")
            file.flush()
            found = check_tests.read_report(file.name, "test_a")
        self.assertEqual([(r["kind"], r["status"]) for r in found],
                         [("page", "skipped"), ("unit", "failed"), ("unit", "failed"), ("action", "passed")])
        self.assertIsNone(check_tests.read_report(file.name, "test_a"))

    def program(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "test_a")
            path.write_text("#!/bin/sh\n" + text)
            path.chmod(0o755)
            return check_tests.run_program(path, [], folder)

    def test_crash_is_a_failure(self):
        report = 'echo "<a><testcase name=\'B\' classname=\'A\' status=\'run\'/></a>" >"${1#*xml:}"\n'
        self.assertEqual([r["status"] for r in self.program(report)], ["passed"])
        self.assertEqual([r["status"] for r in self.program(report + "exit 1")], ["passed", "failed"])
        self.assertIn("signal 11", self.program("echo last words; kill -SEGV $$")[0]["detail"])
        self.assertIn("last words", self.program("echo last words; exit 3")[0]["detail"])
        self.assertEqual([r["status"] for r in self.program("exit 0")], ["failed"])

    def test_time_limit(self):
        limit, check_tests.LIMIT = check_tests.LIMIT, 1
        try:
            self.assertIn("took longer", self.program("sleep 60 & sleep 60")[0]["detail"])
        finally:
            check_tests.LIMIT = limit


class CheckTest(unittest.TestCase):
    def run_of(self, shared, skips):
        run = check.Run()
        run.shared = shared
        run.folder.rmdir()
        sys.stdout, kept = open("/dev/null", "w"), sys.stdout
        try:
            run.add([check_tests.result("unit", "a", "passed", 1)] + [check_tests.result("unit", "b", "skipped", 0, s) for s in skips])
            code = run.summary(1)
        finally:
            sys.stdout.close()
            sys.stdout = kept
        return code

    def test_skips(self):
        self.assertEqual(self.run_of(None, ["the shared data is missing"]), 0)
        self.assertEqual(self.run_of(pathlib.Path("/"), ["the shared data is missing"]), 1)
        self.assertEqual(self.run_of(None, ["no time"]), 1)

    def test_protocol(self):
        found = check.parse_protocol("browser", "hello\nok S0.1 search\nnot ok S0.2 map\n  why\nskip S0.3 shared is missing\n")
        self.assertEqual([(r["name"], r["status"]) for r in found],
                         [("S0.1 search", "passed"), ("S0.2 map", "failed"), ("S0.3 shared is missing", "skipped")])
        self.assertEqual(found[1]["detail"], "why")

    def test_protocol_that_breaks_off(self):
        program = [sys.executable, "-c", "print('ok a'); raise SystemExit(3)"]
        run = check.Run()
        self.assertEqual(subprocess.run(program, capture_output=True).returncode, 3)
        run.add = run.results.extend
        run.protocol("crash", program, 10)
        self.assertEqual([r["status"] for r in run.results], ["passed", "failed"])


if __name__ == "__main__":
    unittest.main()
