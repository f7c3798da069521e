// SPDX-License-Identifier: EUPL-1.2
// node ui/budget.mjs OUTDIR: fails if a built asset is larger (gzip) than a
// parents' page may afford. 1 KB = 1000 bytes.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const out = process.argv[2];
if (!out) {
  console.error('usage: node ui/budget.mjs OUTDIR');
  process.exit(2);
}
const budget = { 'lotse.css': 25_000, 'lotse.rtl.css': 25_000, 'lotse.js': 15_000, 'favicon.svg': 1_000 };
let failed = 0;
const fail = (text) => {
  console.error(`ui budget: ${text}`);
  ++failed;
};
for (const [name, limit] of Object.entries(budget)) {
  const path = join(out, `${name}.gz`);
  if (!existsSync(path)) {
    fail(`${path} is missing; run ui/build.mjs first`);
    continue;
  }
  const size = statSync(path).size;
  if (size > limit) fail(`${name} is ${size} bytes with gzip, allowed are ${limit}`);
  else console.log(`${name}: ${size} of ${limit} bytes`);
}
for (const name of ['lotse.css', 'lotse.rtl.css'].filter((file) => existsSync(join(out, file)))) {
  const css = readFileSync(join(out, name), 'utf8');
  if (/@font-face/.test(css)) fail(`${name} loads a font; pages use the fonts of the device`);
  if (/@import/.test(css)) fail(`${name} imports another sheet`);
  for (const [, url] of css.matchAll(/url\(["']?([^"')]*)/g)) {
    if (!url.startsWith('data:image/svg+xml')) fail(`${name} refers to ${url}`);
  }
}
process.exit(failed ? 1 : 0);
