#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The texts of Lotse: from the code into po/, checked, and into the program. See `tools/po.py --help`."""
import argparse
import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile

import po_checks
import po_compile
from po_file import Entry, Po, PoError, dump, load, parse

# Without English: its texts are the ids. The order of the language switch.
TAGS = ['de', 'de-x-simple', 'uk', 'ru', 'ar', 'fa', 'tr', 'bg', 'ro', 'ku', 'ti']
KEYWORDS = ['msg:1', 't:1', 'tn:1,2', 'tc:1c,2', 'N_:1', 'plural:2,3']
POT_HEADER = 'Project-Id-Version: lotse\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n' \
             'Content-Transfer-Encoding: 8bit\n'


class Audience:
  """po/AUDIENCE: who reads the texts of which source file."""

  def __init__(self, path):
    self.rules, self.optional = [], set()
    for number, raw in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
      words = raw.partition('#')[0].split()
      if not words:
        continue
      if len(words) != 2 or words[0] not in ('staff', 'parents', 'optional'):
        raise PoError(f'{path}:{number}: must be “staff GLOB”, “parents GLOB” or “optional TAG”')
      if words[0] == 'optional':
        self.optional.add(words[1])
      else:
        self.rules.append((words[1], words[0]))

  def of_file(self, name):
    return next((who for glob, who in self.rules if fnmatch.fnmatch(name, glob)), 'parents')

  def of(self, entry):
    """Staff only if every file that uses the text is for staff."""
    whom = {self.of_file(f) for f in entry.files}
    return 'staff' if whom == {'staff'} else 'parents'

  def wanted(self, pot, tag):
    """The entries that belong into the file of a language: staff pages are in German and English only."""
    return [e for e in pot.entries if tag == 'de' or self.of(e) == 'parents']


def plain_cpp(source):
  """The source without what xgettext 0.21 stumbles over: raw strings (SQL) become empty, 1'000 becomes 1000."""
  source = re.sub(r'\bR"([^()\\\s"]{0,16})\((.*?)\)\1"', lambda m: '""' + '\n' * m[0].count('\n'), source, flags=re.S)
  return re.sub(r"(?<=\d)'(?=\d)", '', source)


class Project:
  def __init__(self, root):
    self.root, self.po = root, root / 'po'
    self.pot = self.po / 'lotse.pot'
    self.audience = Audience(self.po / 'AUDIENCE')

  def path(self, tag):
    return self.po / f'{tag}.po'

  def sources(self):
    files = [p for ending in ('*.cc', '*.h') for p in (self.root / 'src').rglob(ending)]
    return sorted(str(p.relative_to(self.root)) for p in files if not p.stem.endswith(('_test', '_fuzz')))

  def extracted(self):
    """The template as the code is now."""
    command = ['xgettext', '--language=C++', '--from-code=UTF-8', '--no-wrap', '--add-location=file',
               '--add-comments=translators:', '--keyword', *['--keyword=' + k for k in KEYWORDS], '--output=-',
               '--files-from=-']
    with tempfile.TemporaryDirectory() as copy:
      for name in self.sources():
        target = pathlib.Path(copy, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(plain_cpp((self.root / name).read_text(encoding='utf-8')), encoding='utf-8')
      run = subprocess.run(command, cwd=copy, input='\n'.join(self.sources()), capture_output=True, text=True)
    if run.stderr:
      print(run.stderr.rstrip(), file=sys.stderr)
    if run.returncode:
      raise PoError('xgettext failed')
    entries = parse(run.stdout, 'xgettext').entries if run.stdout else []
    for e in entries:
      # xgettext guesses "c-format" from a percent sign; ours are never printf's.
      e.flags, e.files, e.line = [], sorted(set(e.files)), 0
    return Po(Entry('', strings=[POT_HEADER], notes=['SPDX-License-Identifier: EUPL-1.2',
                                                     'Made by tools/po.py extract. Do not edit.']), entries)


def extract(project):
  project.pot.write_text(dump(project.extracted()), encoding='utf-8')
  return 0


def merged(po, wanted, forms):
  """The file with exactly the wanted entries in the template's order; what it had besides is kept as obsolete."""
  have = {}
  for e in po.entries:
    if e.key not in have or have[e.key].obsolete:
      have[e.key] = e
  fresh = []
  for source in wanted:
    old = have.pop(source.key, None)
    count = forms if source.plural else 1
    same = old is not None and len(old.strings) == count and (old.plural == source.plural)
    fresh.append(Entry(source.id, source.context, source.plural, old.strings if same else [''] * count,
                       old.notes if old else [], source.hints, source.files, old.flags if same else []))
  left = [e for e in have.values() if any(e.strings)]
  for e in left:
    e.obsolete, e.files, e.hints = True, [], []
  return Po(po.header, fresh + left, po.path)


def merge(project):
  pot = load(project.pot)
  for tag in TAGS:
    po = load(project.path(tag))
    rule, faults = po_checks.check_header(po, tag)
    if rule is None:
      raise PoError(f'{po.path}:1: {faults[-1]}')
    text = dump(merged(po, project.audience.wanted(pot, tag), rule.forms))
    project.path(tag).write_text(text, encoding='utf-8')
  return 0


def faults_of(project):
  """All faults as lines “file:line: “id”: what to do”."""
  pot = project.extracted()
  for e in pot.entries:
    for fault in po_checks.check_id(e):
      yield f'{e.files[0]}: “{e.id}”: {fault}'
  if not project.pot.exists() or project.pot.read_text(encoding='utf-8') != dump(pot):
    yield 'po/lotse.pot: differs from the code; run: tools/po.py extract && tools/po.py merge'
  for tag in TAGS:
    path = project.path(tag)
    name = path.relative_to(project.root)
    try:
      po = load(path)
    except (OSError, PoError) as error:
      yield str(error)
      continue
    complete = tag not in project.audience.optional
    for line, text, fault in po_checks.check_language(po, tag, project.audience.wanted(pot, tag), complete):
      yield f'{name}:{line}: “{text}”: {fault}'
    run = subprocess.run(['msgfmt', '-c', '-o', '/dev/null', str(path)], capture_output=True, text=True)
    if run.returncode:
      yield f'{name}: msgfmt: {run.stderr.strip()}'


def counts(project):
  """Rows (tag, texts, translated, fuzzy, obsolete, state)."""
  pot = load(project.pot)
  for tag in TAGS:
    po = load(project.path(tag))
    wanted = {e.key for e in project.audience.wanted(pot, tag)}
    live = [e for e in po.entries if not e.obsolete and e.key in wanted]
    yield (tag, len(wanted), sum(e.translated for e in live), sum(e.fuzzy for e in live),
           sum(e.obsolete for e in po.entries), po.fields().get('X-State', ''))


def status(project):
  pot = load(project.pot)
  staff = sum(project.audience.of(e) == 'staff' for e in pot.entries)
  print(f'{len(pot.entries)} texts: {len(pot.entries) - staff} for parents, {staff} for staff (German only)')
  print(f'{"language":<12} {"texts":>6} {"done":>6} {"open":>6} {"fuzzy":>6} {"old":>6}  state')
  for tag, texts, done, fuzzy, old, state in counts(project):
    print(f'{tag:<12} {texts:>6} {done:>6} {texts - done:>6} {fuzzy:>6} {old:>6}  {state}')
  return 0


def check(project):
  faults = list(faults_of(project))
  for fault in faults:
    print(fault)
  try:
    status(project)
  except (OSError, PoError) as error:
    print(error)
  print(f'{len(faults)} fault(s)' if faults else 'All texts in order.')
  return 1 if faults else 0


def compile_to(project, out):
  text = po_compile.compile_catalogue([(tag, load(project.path(tag))) for tag in TAGS])
  out.parent.mkdir(parents=True, exist_ok=True)
  out.write_text(text, encoding='utf-8')
  return 0


def main(arguments):
  parser = argparse.ArgumentParser(description=__doc__)
  parser.add_argument('--root', type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
  commands = parser.add_subparsers(dest='command', required=True)
  commands.add_parser('extract', help='write po/lotse.pot from the code')
  commands.add_parser('merge', help='bring every po/*.po in line with po/lotse.pot')
  commands.add_parser('check', help='fail if anything is stale, missing or broken')
  commands.add_parser('status', help='a table of all languages')
  commands.add_parser('compile', help='write the C++ catalogue').add_argument('out', type=pathlib.Path)
  options = parser.parse_args(arguments)
  try:
    project = Project(options.root)
    if options.command == 'compile':
      return compile_to(project, options.out)
    return {'extract': extract, 'merge': merge, 'check': check, 'status': status}[options.command](project)
  except (PoError, ValueError, OSError) as error:
    print(error, file=sys.stderr)
    return 2


if __name__ == '__main__':
  sys.exit(main(sys.argv[1:]))
