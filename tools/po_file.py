# SPDX-License-Identifier: EUPL-1.2
"""Reads and writes gettext .po files, and the plural expressions of their headers. Standard library only."""
import re
from dataclasses import dataclass, field

ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', '"': '"', '\\': '\\'}
UNESCAPES = {v: '\\' + k for k, v in ESCAPES.items()}


class PoError(Exception):
  """A file that is no .po file; the text names file and line."""


@dataclass
class Entry:
  """One text: its English id, and its translation with one string for each plural form."""
  id: str
  context: str = ''
  plural: str = ''
  strings: list = field(default_factory=lambda: [''])
  notes: list = field(default_factory=list)  # '# …', by translators
  hints: list = field(default_factory=list)  # '#. …', from the code
  files: list = field(default_factory=list)
  flags: list = field(default_factory=list)
  obsolete: bool = False
  line: int = 0

  @property
  def key(self):
    return (self.context, self.id)

  @property
  def fuzzy(self):
    return 'fuzzy' in self.flags

  @property
  def translated(self):
    return not self.fuzzy and all(self.strings)


@dataclass
class Po:
  """A file: its header and its entries in order, without the header."""
  header: Entry
  entries: list
  path: str = ''

  def fields(self):
    """The header's `Name: value` lines."""
    lines = (line.partition(':') for line in self.header.strings[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}


class Reader:
  """A line by line parser; `parse` is what others call."""

  def __init__(self, path):
    self.path, self.done, self.line = path, [], 0
    self.fresh()

  def fresh(self):
    self.entry, self.texts, self.current = Entry('', strings=[]), {}, None

  def fail(self, why):
    raise PoError(f'{self.path}:{self.line}: {why}')

  def finish(self):
    if 'msgid' in self.texts:
      e = self.entry
      e.id, e.context = self.texts['msgid'], self.texts.get('msgctxt', '')
      e.plural = self.texts.get('msgid_plural', '')
      forms = sorted((int(k[7:-1]), v) for k, v in self.texts.items() if k.startswith('msgstr['))
      if [n for n, _ in forms] != list(range(len(forms))):
        self.fail('plural forms are not numbered 0, 1, 2 …')
      e.strings = [v for _, v in forms] or [self.texts.get('msgstr', '')]
      self.done.append(e)
    elif self.texts:
      self.fail('an entry without msgid')
    self.fresh()

  def comment(self, line):
    if self.current and self.current.startswith('msgstr'):
      self.finish()
    kind, rest = line[1:2], line[2:].strip()
    if kind == '.':
      self.entry.hints.append(rest)
    elif kind == ':':
      self.entry.files += [re.sub(r':\d+$', '', f) for f in rest.split()]
    elif kind == ',':
      self.entry.flags += [f.strip() for f in rest.split(',')]
    elif kind != '|':
      self.entry.notes.append(line[1:].strip())

  def text(self, line):
    match = re.fullmatch(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?"(.*)"', line)
    if not match or not (match[1] or self.current):
      self.fail('cannot be read: ' + line[:60])
    if match[1]:
      begins = match[1] == 'msgctxt' or (match[1] == 'msgid' and self.current != 'msgctxt')
      if begins and self.current:
        self.finish()
      if match[1] in self.texts:
        self.fail(match[1] + ' twice in one entry')
      if not self.texts:
        self.entry.line = self.line
      self.current = match[1]
    if re.search(r'(?<!\\)(?:\\\\)*"', match[2]):
      self.fail('a quotation mark without a backslash')
    part = re.sub(r'\\(.)', lambda m: ESCAPES.get(m[1]) or self.fail('unknown escape \\' + m[1]), match[2])
    self.texts[self.current] = self.texts.get(self.current, '') + part

  def read(self, source):
    for raw in source.splitlines():
      self.line += 1
      line = raw.strip()
      if line.startswith('#~'):
        line = line[2:].strip()
        if line.startswith('|'):
          continue
        self.text(line)
        self.entry.obsolete = True
      elif line.startswith('#'):
        self.comment(line)
      elif line:
        self.text(line)
      elif self.texts:
        self.finish()
    self.finish()
    return self.done


def parse(source, path='text'):
  """The Po of a text; PoError with file and line otherwise."""
  entries = Reader(path).read(source)
  header = next((e for e in entries if not e.id and not e.obsolete), None)
  if header is None:
    raise PoError(f'{path}:1: no header')
  rest = [e for e in entries if e is not header]
  seen = {}
  for e in rest:
    if e.key in seen and not e.obsolete:
      raise PoError(f'{path}:{e.line}: “{e.id}” is here twice, first in line {seen[e.key]}')
    if not e.obsolete:
      seen[e.key] = e.line
  return Po(header, rest, str(path))


def load(path):
  return parse(path.read_text(encoding='utf-8'), path)


def quoted(text):
  return '"' + ''.join(UNESCAPES.get(c, c) for c in text) + '"'


def field_lines(name, text):
  """One line, or one for each line of the text, so that diffs are small."""
  lines = text.splitlines(keepends=True)
  if len(lines) < 2 and not (name == 'msgstr' and text.endswith('\n')):
    return [f'{name} {quoted(text)}']
  return [f'{name} ""'] + [quoted(line) for line in lines]


def entry_lines(e):
  lines = [('# ' + n).rstrip() for n in e.notes] + ['#. ' + h for h in e.hints]
  if not e.obsolete:
    lines += ['#: ' + f for f in e.files]
  lines += ['#, ' + ', '.join(e.flags)] if e.flags else []
  body = field_lines('msgctxt', e.context) if e.context else []
  body += field_lines('msgid', e.id)
  if e.plural:
    body += field_lines('msgid_plural', e.plural)
    for n, s in enumerate(e.strings):
      body += field_lines(f'msgstr[{n}]', s)
  else:
    body += field_lines('msgstr', e.strings[0])
  return lines + (['#~ ' + line for line in body] if e.obsolete else body)


def dump(po):
  """The text of a file; `parse` of it gives the same Po."""
  return '\n\n'.join('\n'.join(entry_lines(e)) for e in [po.header] + po.entries) + '\n'


class PluralRule:
  """The value of `Plural-Forms`: `forms`, the C `expression`, and `form(n)`. ValueError if it is not a safe one.

  Without subtraction: n is unsigned in C, so that n - 1 would mean something else for 0 than it does here."""
  LEVELS = [['||'], ['&&'], ['==', '!='], ['<=', '>=', '<', '>'], ['+'], ['*', '/', '%']]

  def __init__(self, text):
    match = re.fullmatch(r'\s*nplurals\s*=\s*([1-9])\s*;\s*plural\s*=\s*(.+?)\s*;?\s*', text)
    if not match:
      raise ValueError('Plural-Forms must read “nplurals=N; plural=EXPRESSION;”')
    self.forms, self.expression = int(match[1]), match[2]
    self.tokens = re.findall(r'\d+|\|\||&&|[=!<>]=|[n()?:<>%+*/]|\S', self.expression)
    self.tree = self.ternary()
    if self.tokens:
      raise ValueError('Plural-Forms: not understood from “' + self.tokens[0] + '” on')
    try:
      outside = [n for n in range(1001) if not 0 <= self.form(n) < self.forms]
    except ZeroDivisionError:
      raise ValueError('Plural-Forms: divides by zero') from None
    if outside:
      raise ValueError(f'Plural-Forms: no such form for {outside[0]}')

  def form(self, n):
    return int(self.tree(n))

  def numbers(self, form):
    """Which of 0 to 200 take this form."""
    return [n for n in range(201) if self.form(n) == form]

  def take(self, *wanted):
    if self.tokens and self.tokens[0] in wanted:
      return self.tokens.pop(0)
    return None

  def need(self, token):
    if not self.take(token):
      raise ValueError(f'Plural-Forms: “{token}” is missing')

  def ternary(self):
    condition = self.binary(0)
    if not self.take('?'):
      return condition
    yes = self.ternary()
    self.need(':')
    no = self.ternary()
    return lambda n: yes(n) if condition(n) else no(n)

  def binary(self, level):
    if level == len(self.LEVELS):
      return self.primary()
    left = self.binary(level + 1)
    while operator := self.take(*self.LEVELS[level]):
      left = self.joined(operator, left, self.binary(level + 1))
    return left

  @staticmethod
  def joined(operator, a, b):
    return {
        '||': lambda n: bool(a(n) or b(n)), '&&': lambda n: bool(a(n) and b(n)),
        '==': lambda n: a(n) == b(n), '!=': lambda n: a(n) != b(n),
        '<': lambda n: a(n) < b(n), '>': lambda n: a(n) > b(n),
        '<=': lambda n: a(n) <= b(n), '>=': lambda n: a(n) >= b(n),
        '+': lambda n: a(n) + b(n), '*': lambda n: a(n) * b(n),
        '/': lambda n: a(n) // b(n), '%': lambda n: a(n) % b(n)}[operator]

  def primary(self):
    if self.take('('):
      inner = self.ternary()
      self.need(')')
      return inner
    if self.take('n'):
      return lambda n: n
    if self.tokens and self.tokens[0].isascii() and self.tokens[0].isdigit():
      value = int(self.tokens.pop(0))
      return lambda n: value
    raise ValueError('Plural-Forms: only n, digits and operators are allowed')
