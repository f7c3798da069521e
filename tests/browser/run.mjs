// SPDX-License-Identifier: EUPL-1.2
// Journeys through the pages in a real browser, against a program that runs with the invented town.
//
//     ui/node tests/browser/run.mjs --binary PATH [--only NAME]… [--shots DIR] [--store URL] [--classes FILE] [--translated]
//        [--jobs N] [--times]
//
// --only: journeys whose name contains NAME. --shots: pictures of where a journey failed, and of some pages.
// --store: runs the journeys that read and write a second time, on a migrated PostgreSQL. --classes: gen/ui/classes.txt of the
// build; each class that pages use must be in it. --jobs: so many journeys at a time, each with a program of its own (2).
// --translated: English on a page counts as wrong where po/ has a translation.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Journey } from './lib/journey.mjs';
import { withBrowser } from './lib/run.mjs';
import { startServer } from './lib/server.mjs';

const kJourneyMs = 60_000;

const { values: options } = parseArgs({
  options: {
    binary: { type: 'string' }, only: { type: 'string', multiple: true }, shots: { type: 'string' }, store: { type: 'string' },
    classes: { type: 'string' }, translated: { type: 'boolean' }, jobs: { type: 'string', default: '2' }, times: { type: 'boolean' },
  },
});
if (!options.binary) {
  console.error('usage: run.mjs --binary PATH [--only NAME]… [--shots DIR] [--store URL] [--classes FILE] [--translated] [--jobs N] [--times]');
  process.exit(2);
}
if (options.shots) mkdirSync(options.shots, { recursive: true });

const folder = new URL('journeys/', import.meta.url);
const journeys = [];
for (const file of readdirSync(folder).filter((each) => each.endsWith('.mjs')).sort())
  journeys.push(...(await import(new URL(file, folder))).default);

const oneLine = (error) => String(error?.message ?? error).replaceAll(/\u001b\[\d+m/g, '').replaceAll(/\s*\n\s*/g, ' | ').slice(0, 1500);

async function walk(journey, name, browser, server, classes, shared) {
  const started = Date.now();
  const t = new Journey({ name, base: server.base, server, browser, shots: options.shots, strict: options.translated, classes, shared });
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`took more than ${kJourneyMs / 1000} s`)), kJourneyMs); });
  let failure;
  let skipped;
  try {
    skipped = await Promise.race([journey.run(t), late]);
  } catch (error) {
    failure = error;
    if (options.shots)
      for (const [i, context] of t.contexts.entries())
        for (const [k, page] of context.pages().entries()) await page.screenshot({ path: `${options.shots}/failed-${name.replaceAll('/', '-')}-${i}${k}.png`, fullPage: true, timeout: 5000 }).catch(() => {});
  }
  clearTimeout(timer);
  try {
    await t.close();
  } catch (error) {
    failure = failure ? new Error(`${oneLine(failure)}; ${oneLine(error)}`) : error;
  }
  const time = options.times ? ` # ${((Date.now() - started) / 1000).toFixed(1)} s` : '';
  console.log(failure ? `not ok ${name} - ${oneLine(failure)}${time}` : skipped?.skip ? `skip ${name} - ${skipped.skip}${time}` : `ok ${name}${skipped?.note && options.times ? ` (${skipped.note})` : ''}${time}`);
  return !failure;
}

async function walkAll(browser, store) {
  const mark = store ? '@postgresql' : '';
  const wanted = journeys.map((journey) => ({ journey, name: journey.name + mark }))
    .filter(({ journey, name }) => (!store || journey.stores) && (!options.only || options.only.some((each) => name.includes(each))));
  const classes = options.classes ? new Set(readFileSync(options.classes, 'utf8').split(/\s+/).filter(Boolean)) : undefined;
  const count = wanted.length;
  let good = true;
  const lane = async () => {
    const server = await startServer({ binary: options.binary, store });
    const shared = new Map();
    for (let next = wanted.shift(); next; next = wanted.shift()) good = (await walk(next.journey, next.name, browser, server, classes, shared)) && good;
    const how = await server.stop();
    if (how === 0) return;
    console.log(`not ok server${mark} - ended with ${how}: ${oneLine(server.errors().slice(-500))}`);
    good = false;
  };
  // One store has one program; SQLite gives each lane a town of its own, so that no journey sees what another writes.
  await Promise.all(Array.from({ length: store ? 1 : Math.max(1, Math.min(Number(options.jobs) || 1, count)) }, lane));
  return { good, count };
}

await withBrowser(async (browser) => {
  let good = true;
  let count = 0;
  for (const store of options.store ? [undefined, options.store] : [undefined]) {
    const result = await walkAll(browser, store);
    good = good && result.good;
    count += result.count;
  }
  if (count === 0) throw new Error('no journey has such a name');
  return good;
}, (error) => console.log(`not ok run - ${oneLine(error)}`));
