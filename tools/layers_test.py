#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""tools/layers.py finds what it is there for."""
import pathlib
import tempfile
import unittest

import layers

LAYERS = """base:
sql: base
access: base sql
web: base access
features:
topic: base web
directory: base web topic
app: base web topic directory
"""


class LayersTest(unittest.TestCase):
    def faults(self, files, layers_text=LAYERS):
        with tempfile.TemporaryDirectory() as folder:
            headers = ["base/id.h", "sql/sql.h", "access/desk.h", "web/html.h", "topic/topic.h", "topic/store.h",
                       "topic/test_topics.h", "directory/directory.h", "app.h"]
            for name, text in {**dict.fromkeys(headers, ""), **files, "LAYERS": layers_text}.items():
                path = pathlib.Path(folder, "src", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return layers.check(folder)[0]

    def test_what_is_allowed(self):
        self.assertEqual(self.faults({
            "directory/pages.cc": '#include <vector>\n#include "web/html.h"\n#include "topic/topic.h"\n'
                                  '#include "directory/directory.h"\n',
            "app.cc": '#include "app.h"\n#include "directory/directory.h"\n',
            "directory/pages_test.cc": '#include "topic/test_topics.h"\n'}), [])

    def test_keys(self):
        keys = LAYERS + "keys:\naccess/desk.h: topic\n"
        self.assertEqual(self.faults({"access/desk.cc": '#include "access/desk.h"\n', "topic/store.cc": '#include "access/desk.h"\n',
                                      "access/gate.h": '#include "access/desk.h"\n', "web/desk_test.cc": '#include "access/desk.h"\n'},
                                     keys.replace("topic: base web", "topic: base web access")), [])
        self.assertEqual(self.faults({"web/html.cc": '#include "access/desk.h"\n'}, keys),
                         ['src/web/html.cc:1: "access/desk.h" is a key, and not for web'])
        self.assertEqual(self.faults({"topic/more.h": '#include "access/desk.h"\n'}, keys),
                         ['src/topic/more.h:1: "access/desk.h" is a key: a header would hand it on'])
        self.assertEqual(len(self.faults({}, LAYERS + "keys:\naccess/desk.h: nobody\n")), 1)

    def test_ways_round(self):
        for text, fault in (('#include <access/desk.h>\n', '<access/desk.h> is ours'), ('#include "access/../access/desk.h"\n', "goes round"),
                            ('#include "topic/test_topics.h"\n', "is for tests"),
                            ("namespace lotse { namespace access { struct Friend { int x; }; } }\n", "may not add to the namespace"),
                            ("namespace lotse::access {\nclass Operator;\n}\nclass lotse::access::Operator { int x; };\n", "may not make")):
            found = self.faults({"web/html.cc": text})
            self.assertEqual(len(found), 1, text)
            self.assertIn(fault, found[0])

    def test_upwards(self):
        self.assertEqual(self.faults({"web/html.cc": '\n#include "topic/topic.h"\n'}),
                         ['src/web/html.cc:2: web may not use topic ("topic/topic.h")'])

    def test_below_but_not_named(self):
        self.assertEqual(self.faults({"topic/store.cc": '#include "sql/sql.h"\n'}),
                         ['src/topic/store.cc:1: topic may not use sql ("sql/sql.h")'])

    def test_inside_of_a_feature(self):
        self.assertEqual(self.faults({"directory/store.cc": '  #  include "topic/store.h"\n'}),
                         ['src/directory/store.cc:1: of topic, directory may include only "topic/topic.h", not "topic/store.h"'])

    def test_helpers_of_tests_are_for_tests(self):
        self.assertEqual(len(self.faults({"directory/store.cc": '#include "topic/test_topics.h"\n'})), 1)

    def test_feature_used_by_a_lower_one(self):
        self.assertEqual(len(self.faults({"topic/topic.cc": '#include "directory/directory.h"\n'})), 1)

    def test_the_app_is_for_nobody(self):
        self.assertEqual(self.faults({"topic/topic.cc": '#include "app.h"\n'}),
                         ['src/topic/topic.cc:1: topic may not use app ("app.h")'])

    def test_unknown_module_and_file(self):
        self.assertEqual(self.faults({"new/a.cc": ""}), ["src/new: not in src/LAYERS"])
        self.assertEqual(self.faults({"web/a.cc": '#include "new/a.h"\n'}),
                         ['src/web/a.cc:1: "new/a.h": new is no module of src/LAYERS'])
        self.assertEqual(len(self.faults({"web/a.cc": '#include "html.h"\n'})), 1)
        self.assertEqual(len(self.faults({"web/a.cc": '#include "web/nothing.h"\n'})), 1)

    def test_order_of_the_file(self):
        faults = self.faults({}, LAYERS.replace("base:\n", "base: web\n"))
        self.assertEqual(faults, ["src/LAYERS:1: base may not name web, which is not above it"])
        self.assertEqual(len(self.faults({}, LAYERS + "web: base\n")), 1)
        self.assertEqual(len(self.faults({}, LAYERS + "nonsense\n")), 1)

    def test_namespace_of_another_module(self):
        door = "namespace lotse::sql {\nstruct TestAccess { static void write(); };\n}\n"
        self.assertEqual(self.faults({"topic/a.cc": "\n" + door}),
                         ["src/topic/a.cc:2: topic may not add to the namespace of sql"])
        self.assertEqual(self.faults({"sql/a.h": door}), [])
        self.assertEqual(self.faults({"sql/a.h": "namespace lotse::access {\nclass Store;\nstruct Other;\n}\n"}), [])


if __name__ == "__main__":
    unittest.main()
