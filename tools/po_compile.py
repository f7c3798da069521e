# SPDX-License-Identifier: EUPL-1.2
"""Turns the .po files into one C++ source: the keys once, sorted, and for each language one string and its offsets."""
from po_checks import STATE
from po_file import PluralRule

HEAD = '''// SPDX-License-Identifier: EUPL-1.2
// Made by tools/po.py from po/*.po. Do not edit.
#include "words/catalogue.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"
#pragma GCC diagnostic ignored "-Wparentheses"

namespace lotse::words::catalogue {
namespace {
'''


def literal(data):
  """A C++ string literal of bytes; octal escapes have three digits, so that they never swallow what follows."""
  plain = {ord('"'): '\\"', ord('\\'): '\\\\', 10: '\\n'}
  text = bytearray()
  for byte in data:
    if byte in plain:
      text += plain[byte].encode()
    elif byte < 32 or byte == 127:
      text += b'\\%03o' % byte
    else:
      text.append(byte)
  return '"' + text.decode('utf-8') + '"'


def key_bytes(entry):
  """As gettext joins them: context, EOT, id."""
  return ((entry.context + '\x04' if entry.context else '') + entry.id).encode()


def blob(name, parts):
  """One string of all parts and where each begins, with the end at the last."""
  lines = [f'constexpr char k{name}Text[] ='] + [f'    {literal(p)}' for p in parts if p]
  lines += ['    "";', f'constexpr std::uint32_t k{name}Starts[] = {{']
  starts = [0]
  for part in parts:
    starts.append(starts[-1] + len(part))
  for i in range(0, len(starts), 12):
    lines.append('    ' + ' '.join(f'{s},' for s in starts[i:i + 12]))
  return lines + ['};']


def state_of(po):
  state = po.fields().get('X-State', 'machine')
  match = STATE.fullmatch(state)
  if not match:
    raise ValueError(f'{po.path}: X-State “{state}” is not understood')
  origin = state.split()[0]
  quote = [literal((match[group] or '').encode()) for group in ('by', 'on')]
  return f'{{Origin::{origin}, {quote[0]}, {quote[1]}}}'


def compile_catalogue(files):
  """The C++ source for [(tag, Po)]. Untranslated and fuzzy entries are empty strings: the reader falls back."""
  texts = {tag: {key_bytes(e): '\0'.join(e.strings).encode() for e in po.entries if e.translated and not e.obsolete}
           for tag, po in files}
  keys = sorted(set().union(*texts.values())) if files else []
  lines = [HEAD] + blob('Key', keys)
  rows = []
  for tag, po in files:
    name = ''.join(part.capitalize() for part in tag.split('-'))
    rule = PluralRule(po.fields().get('Plural-Forms', ''))
    lines += [''] + blob(name, [texts[tag].get(key, b'') for key in keys])
    lines.append(f'int form_{name}([[maybe_unused]] unsigned long n) {{ return static_cast<int>({rule.expression}); }}')
    rows.append(f'    {{"{tag}", k{name}Text, k{name}Starts, form_{name}, {rule.forms}, {state_of(po)}}},')
  lines += ['', 'constexpr Table kTables[] = {'] + rows + ['};', '', '}  // namespace', '']
  lines.append(f'std::span<const Table> tables() {{ return kTables; }}')
  lines.append(f'Keys keys() {{ return {{kKeyText, kKeyStarts, {len(keys)}}}; }}')
  lines += ['', '}  // namespace lotse::words::catalogue', '']
  return '\n'.join(lines)
