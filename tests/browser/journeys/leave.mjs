// SPDX-License-Identifier: EUPL-1.2
// "Leave this page": where violence is the topic, one touch or three times Escape leads away, and "back" does not lead here.
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';

async function target(t) {
  const { text } = await t.json('/offers?topic=domestic_violence');
  ok(JSON.parse(text).offers.length > 0, 'no offer on violence');
  const page = await (await fetch(`${t.base}/offers?topic=domestic_violence`)).text();
  const href = /<a class="lo-leave" href="([^"]+)"/.exec(page)?.[1];
  ok(href, 'no link that leaves the page');
  return { href, origin: new URL(href).origin, offers: JSON.parse(text).offers };
}

async function left(t, page, origin, sensitive) {
  await page.waitForURL(`${origin}/**`);
  await page.goBack();
  const now = page.url();
  ok(now !== sensitive, 'going back leads to the page that was left');
  equal(now, `${t.base}/help`, 'the page after going back');
}

async function leave(t, { language, width }) {
  const { href, origin, offers } = await target(t);
  const { page, go } = await t.visitor({ language, width, elsewhere: [origin] });
  const referers = [];
  page.on('request', (request) => { if (request.url().startsWith(origin)) referers.push(request.headers().referer ?? ''); });
  for (const path of ['/offers?topic=domestic_violence', '/offers?topic=protection', ...offers.map((each) => `/offers/${each.id}`)]) {
    await go(path);
    const region = page.locator('lo-leave[role=region][aria-label] a.lo-leave');
    equal(await region.count(), 1, `buttons that leave ${path}`);
    const seen = await region.evaluate((a) => {
      const box = a.getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight && box.width > 0 && box.height >= 24;
    });
    ok(seen, `the button that leaves ${path} is not in sight at once`);
  }
  for (const path of ['/offers?topic=parents_cafe', '/', '/help']) {
    await go(path);
    equal(await page.locator('lo-leave').count(), 0, `buttons that leave ${path}`);
  }
  const sensitive = `${t.base}/offers/${offers[0].id}`;
  await go(sensitive.slice(t.base.length));
  await page.locator('a.lo-leave').click();
  await left(t, page, origin, sensitive);
  await go(sensitive.slice(t.base.length));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  equal(page.url(), sensitive, 'the page after Escape twice');
  await page.keyboard.press('Escape');
  await left(t, page, origin, sensitive);
  equal([...new Set(referers)], [''], 'what the other site learns of where she was');
  ok(href.startsWith('https://'), 'the page to go to is not https');
}

async function withoutScript(t) {
  const { href, origin, offers } = await target(t);
  const { page, go } = await t.visitor({ javaScript: false, elsewhere: [origin] });
  await go(`/offers/${offers[0].id}`);
  const html = await page.content();
  has(html, `href="${href}"`, 'the page without script');
  lacks(html, 'name="robots" content="index', 'a page on violence');
  await page.locator('a.lo-leave').click();
  await page.waitForURL(`${origin}/**`);
}

export default [
  ...walks.filter((walk) => walk.language === 'de' || walk.width === 390).map((walk) => ({ name: `leave/${walk.name}`, run: (t) => leave(t, walk) })),
  { name: 'leave/without-script', run: withoutScript },
];
