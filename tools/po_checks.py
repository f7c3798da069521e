# SPDX-License-Identifier: EUPL-1.2
"""What must hold for a translation. Each check yields sentences: what is wrong and what to do."""
import re
import unicodedata

from po_file import PluralRule

BIDI = re.compile('[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]')
PLACEHOLDER = re.compile(r'\{([a-z][a-z0-9_]*)\}')
TAG = re.compile(r'</?[A-Za-z][^<>]*>')
STATE = re.compile(r'original|machine|checked by (?P<by>[^"\\]+) on (?P<on>\d{4}-\d\d-\d\d)')
SIMPLE_WORDS, SIMPLE_LETTERS = 12, 14
SIMPLE_KNOWN = {'Tuchmachergang', 'Mühlbachschule'}  # names of stops, as they stand on the sign
SIMPLE_BANNED = re.compile('man|wird|werden|wurden?|worden|(würde|könnte|hätte|wäre|sollte)(n|st|t)?', re.IGNORECASE)


def placeholders(text):
  return set(PLACEHOLDER.findall(text))


def braces(names):
  return ', '.join('{%s}' % n for n in sorted(names)) or 'none'


def broken_braces(text):
  return bool(re.search('[{}]', PLACEHOLDER.sub('', text)))


def ends(text):
  """The white space at both ends."""
  return text[:len(text) - len(text.lstrip())], text[len(text.rstrip()):]


def check_id(entry):
  """Faults of the English text itself."""
  for text in filter(None, [entry.id, entry.plural]):
    if broken_braces(text):
      yield 'broken braces in the English text; placeholders are {lower_case}'
    if BIDI.search(text):
      yield 'the English text holds a character that turns the reading direction; remove it'
    if '  ' in text:
      yield 'double blank in the English text; make it one'
    if unicodedata.normalize('NFC', text) != text:
      yield 'the English text is not in Unicode form NFC; normalise it'
  if entry.plural and not placeholders(entry.id) <= placeholders(entry.plural):
    yield 'the plural of the English text lacks a placeholder of the singular; add it'


def check_placeholders(entry, rule):
  wanted = placeholders(entry.plural or entry.id)
  for n, text in enumerate(entry.strings):
    where = f'form {n}: ' if entry.plural else ''
    if broken_braces(text):
      yield where + 'broken braces; write placeholders exactly as in the English text: ' + braces(wanted)
      continue
    got = placeholders(text)
    # A form for exactly one number may say it in a word ("one minute"); others must show the number.
    spoken = {'n'} if entry.plural and len(rule.numbers(n)) == 1 else set()
    if extra := got - wanted:
      yield where + f'unknown placeholders {braces(extra)}; allowed are {braces(wanted)}'
    if lost := wanted - got - spoken:
      yield where + f'placeholders {braces(lost)} are missing; add them'


def check_characters(entry):
  sources = entry.id + entry.plural
  for text in entry.strings:
    if BIDI.search(text):
      yield 'a character that turns the reading direction (bidi control); remove it, pages set the direction'
    if ends(text) != ends(entry.id):
      yield 'blanks or line ends at the beginning or end differ from the English text; make them the same'
    if '  ' in text and '  ' not in sources:
      yield 'double blank; make it one'
    if unicodedata.normalize('NFC', text) != text:
      yield 'not in Unicode form NFC; normalise it'
    if extra := set(TAG.findall(text)) - set(TAG.findall(sources)):
      yield f'HTML tags that the English text does not have: {" ".join(sorted(extra))}; remove them'


def check_simple(texts):
  """Leichte Sprache: short sentences, long words divided, no passive, no subjunctive, nobody called “man”."""
  for text in texts:
    for sentence in re.split(r'(?<=[.!?:])\s+|\n', text):
      count = len([w for w in sentence.split() if re.search(r'\w', w)])
      if count > SIMPLE_WORDS:
        yield f'a sentence of {count} words; at most {SIMPLE_WORDS}, make two: “{sentence[:50]}”'
    for word in re.findall(r'[^\W\d_]+', PLACEHOLDER.sub(' ', text)):
      if len(word) >= SIMPLE_LETTERS and word not in SIMPLE_KNOWN:
        yield f'the word “{word}” has {len(word)} letters; divide it with a hyphen or a middle dot'
      if SIMPLE_BANNED.fullmatch(word):
        yield f'the word “{word}”: say who does what, and what is so, not what would be'


def check_entry(entry, rule, tag):
  """Faults of a translated entry."""
  if entry.plural and len(entry.strings) != rule.forms:
    yield f'{len(entry.strings)} plural forms; this language has {rule.forms}, give all of them'
    return
  if not entry.plural and len(entry.strings) != 1:
    yield 'plural forms for a text without plural; run: tools/po.py merge'
    return
  yield from check_placeholders(entry, rule)
  yield from check_characters(entry)
  if tag == 'de-x-simple':
    yield from check_simple(entry.strings)


def check_header(po, tag):
  """The plural rule (None if it is unusable) and the faults of the header."""
  fields, faults, rule = po.fields(), [], None
  if fields.get('Language') != tag:
    faults.append(f'Language is “{fields.get("Language", "")}”; must be {tag}')
  if fields.get('Content-Type') != 'text/plain; charset=UTF-8':
    faults.append('Content-Type must be “text/plain; charset=UTF-8”')
  if not STATE.fullmatch(fields.get('X-State', '')):
    faults.append('X-State must be “original”, “machine” or “checked by NAME on YYYY-MM-DD”')
  try:
    rule = PluralRule(fields.get('Plural-Forms', ''))
  except ValueError as error:
    faults.append(str(error))
  return rule, faults


def check_language(po, tag, wanted, complete):
  """All faults of one file as (line, id, what to do). `wanted`: the template's entries that belong into this file."""
  rule, faults = check_header(po, tag)
  for fault in faults:
    yield 1, 'header', fault
  if rule is None:
    return
  have = {e.key: e for e in po.entries if not e.obsolete}
  for source in wanted:
    entry = have.pop(source.key, None)
    if entry is None or entry.plural != source.plural:
      yield 1, source.id, 'not in this file as it is in the code; run: tools/po.py merge'
    elif entry.fuzzy:
      yield entry.line, entry.id, 'marked fuzzy; check the translation and remove the mark'
    elif not any(entry.strings):
      if complete:
        yield entry.line, entry.id, 'not translated; translate it'
    elif not all(entry.strings):
      yield entry.line, entry.id, 'a plural form is empty; fill all of them'
    else:
      for fault in check_entry(entry, rule, tag):
        yield entry.line, entry.id, fault
  for entry in have.values():
    yield entry.line, entry.id, 'not in the code any more, or not for readers of this language; run: tools/po.py merge'
