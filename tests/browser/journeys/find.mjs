// SPDX-License-Identifier: EUPL-1.2
// A parent finds an offer: by topic, by words, by place, with wishes; and reads it.
import { equal, has, ok, soon } from '../lib/check.mjs';
import { spoken, walks } from '../lib/town.mjs';

const words = { de: 'Elterncafé', uk: 'кафе', ar: 'مقهى' };

// The only German text in the town, made once for a run: entries of the sample have texts in all languages.
export async function germanOnly(t) {
  const session = await t.session('jule.rosenwinkler@example.org');
  const { json: list } = await t.json('/staff/services', { session });
  const row = list.entries.find((each) => each.name === 'Spielgruppe') ?? list.entries.at(-1);
  const { json: service } = await t.json(`/staff/services/${row.id}`, { session });
  if (Object.keys(service.lotse_texts).length > 1) {
    service.lotse_texts = { de: service.lotse_texts.de };
    const saved = await t.json(`/staff/services/${row.id}`, { session, method: 'POST', body: service });
    equal(saved.status, 200, 'status after taking away the translations by JSON');
  }
  return t.offerOf(row.id);
}

export async function chooseLanguage(t, page, language, bySwitch) {
  // The first page has a button for each language, the others a list in the head.
  equal(await page.locator('#lo-language').isVisible(), false, 'a second choice of language on the first page');
  if (bySwitch) {
    await page.goto(`${t.base}/help`);
    await page.locator('#lo-language').selectOption(language);
    await page.locator('.lo-lang button').click();
  } else {
    await page.locator(`.lo-languages button[value="${language}"]`).click();
  }
  await page.waitForLoadState('load');
  await t.isIn(page, language);
}

const cards = (page) => page.locator('ol.lo-results > li.lo-card');

async function goodCards(page, offers) {
  const found = await cards(page).evaluateAll((all) => all.map((each) => ({
    id: each.id, href: each.querySelector('h3 a')?.getAttribute('href'), title: each.querySelector('h3 a')?.textContent.trim(),
    lines: [...each.querySelectorAll('.lo-lines .lo-lines__text')].map((line) => line.textContent.trim()),
    // The place without the address: how far it is.
    far: [...(each.querySelector('.lo-lines li:last-child .lo-lines__text')?.childNodes ?? [])].filter((node) => node.nodeType === 3).map((node) => node.textContent).join(' ').trim(),
    reasons: [...each.querySelectorAll('.lo-reasons > li')].map((reason) => ({ classes: reason.className, text: reason.textContent.trim(), icon: Boolean(reason.querySelector('.kern-icon[aria-hidden="true"]')) })),
  })));
  equal(found.map((each) => each.href), offers.map((each) => `/offers/${each.id}`), 'offers on the page and in JSON');
  for (const [i, card] of found.entries()) {
    ok(card.title && card.lines.every(Boolean), `card ${card.id} has an empty title or line`);
    equal(card.reasons.length, offers[i].reasons.length, `reasons of card ${card.id}`);
    for (const reason of card.reasons) ok(reason.icon && reason.text && /lo-reason--(fits|nearly|unknown)/.test(reason.classes), `card ${card.id} has a reason without icon, text or kind`);
    if (offers[i].distance_m !== undefined) ok(/\d/.test(card.far), `card ${card.id} does not say how far it is`);
  }
  return found;
}

async function goodMap(page, count) {
  const map = await page.locator('figure.lo-map svg').evaluate((svg) => ({
    name: svg.getAttribute('aria-label'), role: svg.getAttribute('role'),
    pins: [...svg.querySelectorAll('a')].map((a) => ({ to: a.getAttribute('href'), name: a.getAttribute('aria-label'), x: a.getBoundingClientRect().x, y: a.getBoundingClientRect().y, there: Boolean(document.querySelector(a.getAttribute('href'))) })),
    you: svg.querySelectorAll('.lo-map__you').length, ground: svg.querySelectorAll('path').length, seen: svg.getBoundingClientRect().width > 100,
  }));
  ok(map.name && map.role === 'group' && map.seen, 'the map has no name, no role, or no size');
  ok(map.ground > 0, 'the map has no ground');
  equal(map.pins.length, count, 'pins on the map');
  ok(map.pins.every((each, i) => map.pins.slice(i + 1).every((other) => Math.hypot(each.x - other.x, each.y - other.y) >= 24)), 'two pins are too close to be touched');
  ok(map.pins.every((each) => each.there && each.name), 'a pin has no name or leads nowhere');
  return map;
}

async function entry(t, page, context, language) {
  // Who needs help at once calls: on a telephone before all facts, on a wide screen beside them.
  const box = (selector) => page.locator(selector).first().evaluate((each) => { const { left, right, top, bottom } = each.getBoundingClientRect(); return { left, right, top, bottom }; });
  const [call, facts, title] = [await box('a.lo-tel'), await box('.lo-facts'), await box('h1')];
  if (page.viewportSize().width < 960) ok(call.top > title.bottom && call.bottom < facts.top, 'the number to call does not stand between title and facts');
  else ok(call.left >= facts.right || call.right <= facts.left, 'the number to call does not stand beside the facts');
  ok((await page.locator('h1').innerText()).trim(), 'the entry has no title');
  const tel = page.locator('.lo-contact a.lo-tel');
  ok(/^tel:\+?\d+$/.test(await tel.getAttribute('href')), 'the telephone number cannot be called');
  const hours = await page.locator('table.lo-hours tr').evaluateAll((rows) => rows.map((row) => row.className));
  if (hours.length) {
    equal(hours.length, 7, 'days in the table of hours');
    equal(hours.map((each, i) => (each.includes('lo-hours__today') ? i + 1 : 0)).filter(Boolean), [2], 'today in the table of hours (a Tuesday)');
  }
  // Buttons for paper and for others: they say what they did.
  await page.evaluate(() => { window.print = () => { document.documentElement.dataset.printed = 'yes'; }; });
  await page.locator('lo-print button').click();
  equal(await page.evaluate(() => document.documentElement.dataset.printed), 'yes', 'the print button');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // All windows of a browser share one clipboard, and journeys walk side by side: what this page copied is noted on the page.
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'share', { value: undefined, configurable: true });
    const copy = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) => copy(text).then(() => { document.documentElement.dataset.copied = text; });
  });
  await page.locator('lo-share button').click();
  const done = await page.locator('lo-share').getAttribute('data-done');
  await soon(async () => (await page.locator('lo-share [role=status]').innerText()).trim() === done, 'the share button says that the link was copied');
  equal(await page.evaluate(() => document.documentElement.dataset.copied), t.base + new URL(page.url()).pathname, 'the copied link');
  ok(t.texts(language, 'The link was copied.').includes(done), `the share button speaks another language: ${done}`);
}

async function find(t, { language, width }) {
  const { page, context, go } = await t.visitor({ width });
  await go('/');
  await t.isIn(page, 'de');
  await chooseLanguage(t, page, language, width === 1280);
  await go('/');
  await t.isIn(page, language);
  await t.shot(page, 'start');

  // By topic: by its link, or in the form.
  if (width === 390) {
    await page.locator('.lo-topic a[href="/offers?topic=parents_cafe"]').click();
  } else {
    await page.locator('#topic').selectOption('parents_cafe');
    await page.locator('.lo-search__submit button').click();
  }
  await page.waitForURL(/topic=parents_cafe/);
  const byTopic = (await t.json('/offers?topic=parents_cafe', { language })).json;
  ok(byTopic.fitting > 0, 'nothing found by topic');
  await goodCards(page, byTopic.offers);
  await goodMap(page, byTopic.offers.filter((each) => each.address).length);
  equal(await page.locator('#topic').inputValue(), 'parents_cafe', 'the topic in the form after the search');

  // By words in her own language; what is found was written in German.
  await page.locator('#topic').selectOption('');
  await page.locator('#q').fill(words[language]);
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/[?&]q=/);
  const german = await germanOnly(t);
  ok((await cards(page).count()) > 0, `nothing found for "${words[language]}"`);
  const first = (await t.json(`/offers?q=${encodeURIComponent(words[language])}`, { language })).json.offers[0];
  equal((await t.json(`/offers/${first.id}`)).json.lotse_language, 'de', `the language in which the first entry for "${words[language]}" was written`);

  // A place by its postcode, and wishes.
  await page.locator('#q').fill('');
  await page.locator('#place').fill('00101');
  await page.locator('form#search summary').click();
  await page.locator('#language').selectOption(spoken[language]);
  await page.locator('#day').selectOption('2');
  await page.locator('#time').selectOption('morning');
  await page.locator('input[name=child][value="1to2"]').check();
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/place=00101/);
  const url = new URL(page.url());
  for (const [name, value] of [['place', '00101'], ['language', spoken[language]], ['day', '2'], ['time', 'morning'], ['child', '1to2']])
    equal(url.searchParams.get(name), value, `the address after the search: ${name}`);
  const wished = (await t.json(`/offers?place=00101&language=${spoken[language]}&day=2&time=morning&child=1to2`, { language })).json;
  ok(wished.fitting > 0 && wished.offers.length > 0, 'nothing fits the wishes');
  const shown = await goodCards(page, wished.offers);
  equal(shown[0].reasons.length, 3, 'reasons of the best card (language, time, child care)');
  ok(shown[0].reasons.every((each) => each.classes.includes('lo-reason--fits')), 'the best card does not fit');
  ok(wished.offers.every((each) => each.distance_m === undefined || each.distance_m <= 10_000), 'an offer lies farther away than asked');
  const map = await goodMap(page, wished.offers.filter((each) => each.address).length);
  equal(map.you, 1, 'marks of the own place on the map');
  has(await page.locator('#results').innerText(), 'Wiesenbrück', 'the heading of the results');
  equal(await page.locator('input[name=child][value="1to2"]').isChecked(), true, 'the age class after the search');
  await t.shot(page, 'results');

  // Her age in a class, and places that are free: said on every card.
  await page.locator('form#search summary').click();
  await page.locator('#age').selectOption('27up');
  await page.locator('#places').check();
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/age=27up/);
  const more = (await t.json(`/offers?place=00101&language=${spoken[language]}&day=2&time=morning&child=1to2&age=27up&places=1`, { language })).json;
  const asked = await goodCards(page, more.offers);
  equal(more.offers[0].reasons.map((each) => each.wish), ['language', 'when', 'child_care', 'age', 'places'], 'what the reasons are about');
  ok(asked[0].reasons.every((each) => each.text), 'a reason without words');
  equal([await page.locator('#age').inputValue(), await page.locator('#places').isChecked()], ['27up', true], 'age and places after the search');

  // A place by its name, in small letters.
  await go('/offers?place=kr%C3%A4henhorst&radius=2');
  has(await page.locator('#results').innerText(), 'Krähenhorst', 'the heading of the results near a named place');
  equal(await page.locator('.lo-errors').count(), 0, 'problems with a named place');

  // Into an entry and back.
  await go(`/offers?topic=parents_cafe&place=00101`);
  const before = page.url();
  await cards(page).first().locator('h3 a').click();
  await page.waitForURL(/\/offers\/[0-9a-f-]{36}$/);
  await entry(t, page, context, language);
  await t.shot(page, 'entry');
  await page.goBack();
  equal(page.url(), before, 'the address after going back');
  ok((await cards(page).count()) > 0, 'no results after going back');

  // An entry that has no text in her language says so, and its German is marked as German.
  await go(`/offers/${german.id}`);
  const note = page.locator('.lo-note');
  equal(await note.count(), language === 'de' ? 0 : 1, 'notes on the language of an entry in German only');
  if (language !== 'de') {
    equal(await page.locator('h1').getAttribute('lang'), 'de', 'lang of a German title');
    ok((await note.innerText()).trim(), 'the note on the language is empty');
    await go(`/offers?q=${encodeURIComponent(german.title)}`);
    equal(await page.locator(`a[href="/offers/${german.id}"]`).getAttribute('lang'), 'de', 'lang of a German title among the results');
  }
  await go(`/offers/${german.id}`);
  await page.locator('a.lo-back').click();
  await page.waitForURL(/\/offers(\?|$)/);
}

// From the results to an entry and back by its own link: the search must still be there.
async function backToSearch(t) {
  const { page, go } = await t.visitor({ language: 'de' });
  await go('/offers?topic=parents_cafe&place=00101');
  await cards(page).first().locator('h3 a').click();
  await page.locator('a.lo-back').click();
  await page.waitForURL(/\/offers(\?|$)/);
  has(page.url(), 'topic=parents_cafe', 'the address after the link back from an entry');
}

// Pages of the results: each offer once, the numbers go on.
async function pages(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280 });
  await go('/offers');
  const seen = new Set();
  for (let number = 1; ; ++number) {
    const ids = await cards(page).evaluateAll((all) => all.map((each) => each.id));
    equal(ids[0], `t${(number - 1) * 20 + 1}`, `number of the first card on page ${number}`);
    for (const href of await cards(page).locator('h3 a').evaluateAll((all) => all.map((each) => each.getAttribute('href')))) {
      ok(!seen.has(href), `${href} stands on two pages`);
      seen.add(href);
    }
    const next = page.locator('.lo-pages a[rel=next]');
    if (!(await next.count())) break;
    await next.click();
    await page.waitForURL(new RegExp(`page=${number + 1}`));
  }
  equal(seen.size, (await t.offers()).length, 'offers on all pages');
}

export default [
  ...walks.map((walk) => ({ name: `find/${walk.name}`, stores: true, run: (t) => find(t, walk) })),
  { name: 'find/link-back-keeps-search', run: backToSearch },
  { name: 'find/pages', run: pages },
];
