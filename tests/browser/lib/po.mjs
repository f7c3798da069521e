// SPDX-License-Identifier: EUPL-1.2
// Texts of the pages as the catalogues in po/ have them, so that no test repeats a wording.
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../po/', import.meta.url);
const loaded = new Map();

function unquote(line) {
  return JSON.parse(line.slice(line.indexOf('"')));
}

/** @returns {Map<string, string[]>} message id to its translations, one for each plural form. */
export function catalogue(language) {
  if (loaded.has(language)) return loaded.get(language);
  const messages = new Map();
  const file = new URL(`${language}.po`, folder);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  let id = null;
  let forms = [];
  let at = '';
  const done = () => {
    if (id) messages.set(id, forms);
    id = null;
    forms = [];
  };
  for (const line of lines) {
    if (line.startsWith('#')) continue;
    if (line.startsWith('msgid ')) {
      done();
      id = unquote(line);
      at = 'id';
    } else if (line.startsWith('msgid_plural ') || line.startsWith('msgctxt ')) {
      at = '';
    } else if (line.startsWith('msgstr')) {
      forms.push(unquote(line));
      at = 'text';
    } else if (line.startsWith('"')) {
      if (at === 'id') id += unquote(line);
      if (at === 'text') forms[forms.length - 1] += unquote(line);
    }
  }
  done();
  loaded.set(language, messages);
  return messages;
}

/**
 * What a page in this language may show for a message: its translation, or English as long as there is none
 * (the program may be older than the catalogue). With `strict`, English counts only where it is the translation.
 */
export function wordings(language, id, strict = false) {
  const translated = (catalogue(language).get(id) ?? []).filter((text) => text !== '');
  return strict && translated.length > 0 ? translated : [...translated, id];
}
