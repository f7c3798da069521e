// SPDX-License-Identifier: EUPL-1.2
// Checks HSDS JSON against the compiled schemas of the standard.
//
//     ui/node tests/schema/validate.mjs DIR_WITH_SCHEMAS FILE…
//
// Which schema: --as NAME before the files, else by the file's name (service.json, services.json, service-1.json → service), else
// by its content. A file may hold one thing, an array of them, a page of a list ({"contents": […]}), or one per line (.jsonl,
// .ndjson). Ends with 0 if all is right, with 1 if not, with 2 if something could not be read.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const kMost = 20; // errors shown of each file

let [folder, ...files] = process.argv.slice(2);
let as = '';
if (files[0] === '--as') [, as, ...files] = files;
if (!folder || files.length === 0) {
  console.error('usage: validate.mjs DIR_WITH_SCHEMAS [--as service|organization|…] FILE…');
  process.exit(2);
}

const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
formats(ajv);
const known = new Set(readdirSync(folder).filter((each) => each.endsWith('.json')).map((each) => each.slice(0, -5)));
const compiled = new Map();

function validator(name) {
  if (!compiled.has(name)) {
    const schema = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    delete schema.$id; // the compiled ones share names with one another
    compiled.set(name, ajv.compile(schema));
  }
  return compiled.get(name);
}

function nameFor(file, thing) {
  if (as) return as;
  const base = basename(file).replace(/\.(jsonl?|ndjson)$/, '').replace(/[-.]?\d+$/, '').replace(/_full$/, '').replaceAll('-', '_');
  for (const name of [base, base.replace(/s$/, '')]) if (known.has(name)) return name;
  if (thing && 'service' in thing && 'location' in thing) return 'service_at_location';
  if (thing && 'status' in thing && 'name' in thing) return 'service';
  throw new Error('which schema? say so with --as NAME');
}

function things(file) {
  const text = readFileSync(file, 'utf8');
  if (/\.(jsonl|ndjson)$/.test(file)) return text.split('\n').filter((line) => line.trim()).map((line) => JSON.parse(line));
  const json = JSON.parse(text);
  // A page of a list: the schemas named …_list are of what it holds.
  if (Array.isArray(json.contents)) return json.contents;
  return Array.isArray(json) ? json : [json];
}

let code = 0;
for (const file of files) {
  try {
    if (!existsSync(file)) throw new Error('there is no such file');
    const list = things(file);
    const used = new Set();
    const errors = [];
    for (const [i, thing] of list.entries()) {
      const name = nameFor(file, thing);
      if (!known.has(name)) throw new Error(`there is no schema ${name}.json in ${folder}`);
      used.add(name);
      const check = validator(name);
      if (check(thing)) continue;
      for (const error of check.errors)
        errors.push(`${list.length > 1 ? `[${i}]` : ''}${error.instancePath || '/'} ${error.message}${error.params?.additionalProperty ? ` (${error.params.additionalProperty})` : ''}${error.params?.allowedValues ? ` (${error.params.allowedValues.join(', ')})` : ''}`);
    }
    if (errors.length === 0) {
      console.log(`ok ${file} (${list.length} × ${[...used].join(', ')})`);
      continue;
    }
    code ||= 1;
    console.log(`not ok ${file} - ${errors.length} errors (${[...used].join(', ')})`);
    for (const error of errors.slice(0, kMost)) console.log(`  ${error}`);
    if (errors.length > kMost) console.log(`  … and ${errors.length - kMost} more`);
  } catch (error) {
    code = 2;
    console.log(`not ok ${file} - ${error.message}`);
  }
}
process.exit(code);
