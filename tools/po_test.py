#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Plants faults in a small project and sees that `po.py check` finds each of them."""
import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import po
import po_checks
import po_compile
from po_file import Entry, PluralRule, PoError, dump, load, parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
REAL = ROOT / 'po'
PAGES = '''
// msg("In a comment.")
auto sql = R"sql(SELECT "it's" FROM t WHERE a = 'msg("In SQL.")')sql";
const int many = 1'000'000;
auto a = msg("Hello {name}, see {town}.", {{"name", n}});
auto b = plural(language, "{n} place", "{n} places", count);
auto c = tc("menu", "Open");
auto d = t("100 % "
           "free");
'''
STAFF = 'auto a = t("Reports");\nauto b = t("100 % free");\n'


class Planted(unittest.TestCase):
  def setUp(self):
    folder = tempfile.TemporaryDirectory()
    self.addCleanup(folder.cleanup)
    self.root = pathlib.Path(folder.name)
    (self.root / 'po').mkdir()
    (self.root / 'po/AUDIENCE').write_text('staff src/*staff*  # inside\n\noptional de-x-simple\n')
    self.write('src/place/pages.cc', PAGES)
    self.write('src/place/staff_pages.cc', STAFF)
    self.write('src/place/pages_test.cc', 't("Only in a test")')
    for tag in po.TAGS:
      header = load(REAL / f'{tag}.po').header
      (self.root / f'po/{tag}.po').write_text(dump(po.Po(header, [])))
    self.project = po.Project(self.root)
    po.extract(self.project)
    po.merge(self.project)
    for tag in po.TAGS:
      self.translate_all(tag)

  def write(self, name, text):
    path = self.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

  def translate_all(self, tag):
    file = load(self.project.path(tag))
    for e in file.entries:
      e.strings = [e.plural or e.id for _ in e.strings]
    self.save(tag, file)

  def save(self, tag, file):
    self.project.path(tag).write_text(dump(file))

  def faults(self):
    return list(po.faults_of(self.project))

  def plant(self, tag, text, *strings, **changes):
    """Changes one entry of one file."""
    file = load(self.project.path(tag))
    entry = next(e for e in file.entries if e.id == text)
    entry.strings = list(strings) or entry.strings
    for name, value in changes.items():
      setattr(entry, name, value)
    self.save(tag, file)

  def expect(self, *parts):
    """Exactly one fault (msgfmt may say it as well), which has all the parts."""
    ours = [f for f in self.faults() if 'msgfmt' not in f]
    self.assertEqual(len(ours), 1, ours)
    for part in parts:
      self.assertIn(part, ours[0])

  HELLO = 'Hello {name}, see {town}.'

  def test_a_sound_project_has_no_faults(self):
    self.assertEqual(self.faults(), [])
    with contextlib.redirect_stdout(io.StringIO()) as out:
      self.assertEqual(po.check(self.project), 0)
    self.assertIn('5 texts: 4 for parents, 1 for staff', out.getvalue())

  def test_extraction(self):
    ids = [e.key for e in load(self.project.pot).entries]
    self.assertEqual(ids, [('', self.HELLO), ('', '{n} place'), ('menu', 'Open'), ('', '100 % free'), ('', 'Reports')])
    self.assertNotIn('c-format', self.project.pot.read_text())
    before = self.project.pot.read_text()
    self.write('src/place/pages.cc', '\n\n\n' + PAGES)
    po.extract(self.project)
    self.assertEqual(self.project.pot.read_text(), before, 'line numbers must not matter')

  def test_staff_texts_are_german_only(self):
    self.assertIn('Reports', self.project.path('de').read_text())
    self.assertNotIn('Reports', self.project.path('uk').read_text())
    self.assertIn('100 % free', self.project.path('uk').read_text(), 'used on a parents\' page as well')
    self.plant('de', 'Reports', '')
    self.expect('po/de.po:', 'Reports', 'not translated')

  def test_stale_template(self):
    self.write('src/place/pages.cc', PAGES + 't("New");')
    faults = self.faults()
    self.assertIn('po/lotse.pot: differs from the code; run: tools/po.py extract && tools/po.py merge', faults)
    self.assertTrue(any('po/ti.po' in f and 'New' in f and 'merge' in f for f in faults))

  def test_text_that_left_the_code(self):
    file = load(self.project.path('uk'))
    file.entries.append(Entry('Gone', strings=['Пішло']))
    self.save('uk', file)
    self.expect('po/uk.po:', 'Gone', 'not in the code any more')
    po.merge(self.project)
    self.assertEqual(self.faults(), [])
    self.assertIn('#~ msgid "Gone"', self.project.path('uk').read_text())

  def test_a_text_that_comes_back_keeps_its_translation(self):
    self.write('src/place/pages.cc', PAGES.replace('"Open"', '"Shut"'))
    po.extract(self.project), po.merge(self.project)
    self.write('src/place/pages.cc', PAGES)
    po.extract(self.project), po.merge(self.project)
    self.assertEqual(self.faults(), [])

  def test_merge_twice_changes_nothing(self):
    self.plant('ru', self.HELLO, notes=['said at the front desk'])
    po.merge(self.project)
    once = self.project.path('ru').read_text()
    po.merge(self.project)
    self.assertEqual(self.project.path('ru').read_text(), once)
    self.assertIn('# said at the front desk', once)

  def test_missing_translation(self):
    self.plant('ar', self.HELLO, '')
    self.expect('po/ar.po:', self.HELLO, 'not translated')

  def test_simple_german_may_miss(self):
    self.plant('de-x-simple', self.HELLO, '')
    self.assertEqual(self.faults(), [])

  def test_fuzzy(self):
    self.plant('tr', self.HELLO, flags=['fuzzy'])
    self.expect('po/tr.po:', 'fuzzy')

  def test_wrong_placeholder(self):
    self.plant('fa', 'Open', 'Open {x}')
    self.expect('unknown placeholders {x}')

  def test_translated_placeholder(self):
    self.plant('uk', self.HELLO, 'Привіт {імʼя}, див. {town}.')
    self.expect('broken braces', '{name}, {town}')

  def test_lost_placeholder(self):
    self.plant('uk', self.HELLO, 'Привіт {name}.')
    self.expect('placeholders {town} are missing')

  def test_broken_braces(self):
    self.plant('bg', self.HELLO, 'Здравей {name}, {town.')
    self.expect('broken braces')

  def test_plural_form_without_number(self):
    self.plant('ru', '{n} place', 'место', '{n} места', '{n} мест')
    self.expect('form 0', '{n} are missing')  # 1, 21, 31 … share the form
    self.plant('ru', '{n} place', '{n} место', '{n} места', '{n} мест')
    self.plant('ar', '{n} place', '{n}', 'مكان واحد', 'مكانان', '{n}', '{n}', '{n}')
    self.assertEqual(self.faults(), [])

  def test_empty_plural_form(self):
    self.plant('ro', '{n} place', '{n} loc', '', '{n} de locuri')
    self.expect('a plural form is empty')

  def test_too_few_plural_forms(self):
    self.plant('uk', '{n} place', '{n} місце', '{n} місць')
    self.expect('2 plural forms; this language has 3')

  def test_bidi_controls(self):
    self.plant('ar', 'Open', '\u202bافتح\u202c')
    self.expect('reading direction')

  def test_blanks_at_the_ends(self):
    self.plant('ku', 'Open', 'Veke ')
    self.expect('beginning or end')

  def test_double_blank(self):
    self.plant('ku', self.HELLO, 'Merheba {name},  {town}.')
    self.expect('double blank')

  def test_normal_form(self):
    self.plant('ro', 'Open', 'Des\u0326chide')
    self.expect('NFC')

  def test_tags(self):
    self.plant('tr', 'Open', '<b>Aç</b>')
    self.expect('HTML tags', '<b>')

  def test_simple_german(self):
    self.plant('de-x-simple', 'Open', 'Kindertagesstättenplatz')
    self.expect('Kindertagesstättenplatz', 'hyphen or a middle dot')
    self.plant('de-x-simple', 'Open', 'Kinder·tages·stätten·platz')
    self.assertEqual(self.faults(), [])
    self.plant('de-x-simple', 'Open', ' '.join(['Wort'] * 12) + '. ' + ' '.join(['Wort'] * 13) + '.')
    self.expect('a sentence of 13 words')
    for text in ['Das wird geprüft.', 'Hier lernt man schwimmen.', 'Sie könnten anrufen.', 'Versicherungskarte']:
      self.plant('de-x-simple', 'Open', text)
      self.expect('po/de-x-simple.po')
    self.plant('de-x-simple', 'Open', 'Manche Menschen kommen aus Wirdum.')
    self.assertEqual(self.faults(), [])

  def test_own_simple_german(self):
    def texts(thing):
      for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
        if key == 'de-x-simple':
          yield from [value] if isinstance(value, str) else value
        elif isinstance(value, (dict, list)):
          yield from texts(value)

    for name in ['src/topic/catalogue.json', 'sample/town.json']:
      own = list(texts(json.loads((ROOT / name).read_text(encoding='utf-8'))))
      self.assertGreater(len(own), 50)
      self.assertEqual(list(po_checks.check_simple(own)), [], name)

  def test_header(self):
    text = self.project.path('ti').read_text()
    for old, new, said in [('Language: ti', 'Language: de', 'must be ti'),
                           ('X-State: machine', 'X-State: checked by Ana', 'X-State must be'),
                           ('charset=UTF-8', 'charset=ISO-8859-1', 'Content-Type'),
                           ('plural=(n > 1)', 'plural=system(n)', 'Plural-Forms')]:
      self.assertIn(old, text)
      self.project.path('ti').write_text(text.replace(old, new))
      self.assertTrue(any('po/ti.po:1' in f and said in f for f in self.faults()), said)

  def test_unreadable_and_missing_files(self):
    self.project.path('ti').write_text('msgid "x"\nnonsense\n')
    self.project.path('ku').unlink()
    faults = self.faults()
    self.assertTrue(any('ti.po:2: cannot be read: nonsense' in f for f in faults), faults)
    self.assertTrue(any('ku.po' in f for f in faults), faults)
    with contextlib.redirect_stdout(io.StringIO()):
      self.assertEqual(po.check(self.project), 1)

  def test_faults_of_the_english_text(self):
    for text, said in [('Two  blanks', 'double blank'), ('A {Name}', 'broken braces'), ('An {open', 'broken braces')]:
      self.write('src/place/more.cc', f't("{text}");')
      self.assertTrue(any('src/place/more.cc' in f and said in f for f in self.faults()), text)

  def test_same_text_twice(self):
    with self.project.path('de').open('a') as file:
      file.write('\nmsgid "Reports"\nmsgstr "Noch einmal"\n')
    self.assertTrue(any('“Reports” is here twice' in f for f in self.faults()))

  def test_compiled_catalogue(self):
    self.plant('uk', 'Open', 'Від"крити\n')
    self.plant('uk', self.HELLO, flags=['fuzzy'])
    source = po_compile.compile_catalogue([(t, load(self.project.path(t))) for t in po.TAGS])
    self.assertIn('"menu\\004Open"', source)
    self.assertIn('"Від\\"крити\\n"', source)
    self.assertIn('"{n} place"', source)
    self.assertIn('"{n} places\\000{n} places\\000{n} places"', source)
    uk = source[source.index('kUkText'):source.index('kUkStarts')]
    self.assertNotIn('Hello', uk, 'fuzzy texts are not shown to people')
    self.assertIn('{Origin::original, "", ""}', source)


class Format(unittest.TestCase):
  def test_round_trip(self):
    source = '\n'.join([
        'msgid ""', 'msgstr ""', '"Language: de\\n"', '', '# note', '#. hint', '#: a.cc', '#: b.cc', '#, fuzzy', 'msgctxt "c"',
        'msgid "a \\"b\\" \\\\ c"', 'msgid_plural "d"', 'msgstr[0] "e"', 'msgstr[1] "f"', '', 'msgid ""', '"two\\n"', '"lines"',
        'msgstr ""', '"zwei\\n"', '"Zeilen"', '', '#~ msgid "old"', '#~ msgstr "alt"', ''])
    self.assertEqual(dump(parse(source)), source)

  def test_broken_files_are_refused_with_the_line(self):
    head = 'msgid ""\nmsgstr ""\n\n'
    for body, line in [('msgid "a"b"', 4), ('msgid "a\\q"', 4), ('"lost"', 4), ('msgid "a"\nmsgstr "b"\nmsgstr "c"', 6),
                       ('msgid "a"\nmsgid_plural "b"\nmsgstr[1] "c"', 6), ('msgstr "b"', 4), ('nonsense', 4)]:
      with self.assertRaisesRegex(PoError, f'text:{line}:', msg=body):
        parse(head + body)
    with self.assertRaises(PoError):
      parse('msgid "a"\nmsgstr "b"\n')

  def test_plural_rules(self):
    rule = PluralRule('nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);')
    self.assertEqual([rule.form(n) for n in (0, 1, 2, 5, 11, 21, 100)], [2, 0, 1, 2, 2, 0, 2])
    self.assertEqual(PluralRule('nplurals=2; plural=n != 1;').numbers(0), [1])
    for bad in ['', 'nplurals=2; plural=;', 'nplurals=2; plural=n>1; x();', 'nplurals=2; plural=f(n);',
                'nplurals=2; plural=n=1;', 'nplurals=2; plural=(n;', 'nplurals=2; plural=n ? 1', 'nplurals=1; plural=n>1;',
                'nplurals=2; plural=٣;', 'nplurals=2; plural=n%0;', 'nplurals=2; plural=n-1>0;']:
      with self.assertRaises(ValueError, msg=bad):
        PluralRule(bad)

  def test_state(self):
    for good in ['original', 'machine', 'checked by Anna Müller on 2026-11-30']:
      self.assertTrue(po_checks.STATE.fullmatch(good))
    for bad in ['', 'checked', 'checked by  on 2026-11-30x', 'machine made']:
      self.assertFalse(po_checks.STATE.fullmatch(bad))

  def test_audience_lines(self):
    with tempfile.TemporaryDirectory() as folder:
      path = pathlib.Path(folder, 'AUDIENCE')
      path.write_text('everybody src/*\n')
      with self.assertRaisesRegex(PoError, 'AUDIENCE:1'):
        po.Audience(path)


if __name__ == '__main__':
  unittest.main()
