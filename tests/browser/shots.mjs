// SPDX-License-Identifier: EUPL-1.2
// Takes the pictures of the documentation.
//
//     ui/node tests/browser/shots.mjs --binary PATH --out DIR
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Journey } from './lib/journey.mjs';
import { withBrowser } from './lib/run.mjs';
import { startServer } from './lib/server.mjs';
import { spoken } from './lib/town.mjs';

const { values: options } = parseArgs({ options: { binary: { type: 'string' }, out: { type: 'string' } } });
if (!options.binary || !options.out) {
  console.error('usage: shots.mjs --binary PATH --out DIR');
  process.exit(2);
}
mkdirSync(options.out, { recursive: true });

await withBrowser(async (browser) => {
  const server = await startServer({ binary: options.binary });
  const t = new Journey({ name: 'shots', base: server.base, browser, shared: new Map() });
  const take = async (page, name, fullPage = false) => {
    const path = `${options.out}/${name}.png`;
    await page.screenshot({ path, fullPage, animations: 'disabled' });
    console.log(path);
  };
  for (const language of ['de', 'uk', 'ar'])
    for (const width of [390, 1280]) {
      const { page, context, go } = await t.visitor({ language, width, context: width === 390 ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {} });
      const query = `topic=parents_cafe&place=00101&language=${spoken[language]}&child=1to2`;
      await go('/');
      await take(page, `start-${language}-${width}`);
      await go(`/offers?${query}`);
      // On a phone the picture begins where the results do.
      if (width === 390) await page.locator('#results').evaluate((heading) => heading.scrollIntoView());
      await take(page, `results-${language}-${width}`);
      const { json } = await t.json(`/offers?${query}`);
      await go(`/offers/${json.offers[0].id}`);
      await take(page, `entry-${language}-${width}`, true);
      await context.close();
    }
  const session = await t.session('jule.rosenwinkler@example.org');
  const { page, go } = await t.visitor({ language: 'de', width: 1280, session });
  const { json } = await t.json('/staff/services', { session });
  await go(`/staff/services/${(json.entries.find((each) => each.name === 'Elterncafé') ?? json.entries[0]).id}`);
  await take(page, 'staff-form-de-1280', true);
  await t.close();
  await server.stop();
  return true;
}, (error) => console.error(String(error.message ?? error)));
