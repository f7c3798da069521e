// SPDX-License-Identifier: EUPL-1.2
// What the law wants at the foot of every page: read by everybody, filled in by a unit, and a report of a barrier that reaches it.
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';
import { structure, violations, wide } from './pages.mjs';

const office = 'tomke.schilfgrund@example.org';
const house = 'lotte.birkmoor@example.org';
const path = '/staff/legal';

async function clean(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

async function send(page, form) {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator(`#${form} .lo-actions button`).click()]);
  await page.waitForLoadState('load');
  return answer.status();
}

/** Every page leads to them; each is clean, and what is German says so. */
async function foot(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  for (const from of ['/', '/offers', '/sign-in', '/nicht-da']) {
    await go(from);
    const links = await page.locator('footer a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    for (const to of ['/imprint', '/privacy', '/accessibility', '/easy-language']) ok(links.includes(to), `no link to ${to} at the foot of ${from}`);
  }
  await page.locator('footer a[href="/imprint"]').click();
  await page.waitForURL(/\/imprint$/);
  has(await page.locator('main [lang=de]').innerText(), 'Vertreten durch:', 'the imprint');
  equal(await page.locator('main', { hasText: t.texts(language, 'The text below is in German, because it has legal force.')[0] }).count(), language === 'de' ? 0 : 1, 'notes that German follows');
  await t.shot(page, 'imprint');
  await go('/privacy');
  await page.locator('main li a').first().click();
  await page.waitForURL(/\/privacy\/\d+$/);
  await clean(t, page, 'privacy notice');
  await t.shot(page, 'privacy');
  await go('/easy-language');
  equal(await page.locator('main a[href^="https://gebaerden."]').count(), 1, 'links to the film in sign language');
  await page.locator('main a[hreflang=de]').click();
  await page.waitForURL(/\/easy-language$/);
  has(await page.locator('html').getAttribute('lang'), 'de', 'the language after the link to easy language');
  await clean(t, page, 'easy language');
}

async function report(t, { language, width, javaScript = true }) {
  const { page, go } = await t.visitor({ language, width, javaScript });
  const what = `Hürde ${randomUUID()}`;
  await go('/accessibility');
  await page.locator('#contact').fill('jemand@example.org');
  equal(await send(page, 'report'), 422, 'status of an empty report');
  await t.problemSummary(page, ['what'], { focus: javaScript });
  equal(await page.locator('#contact').inputValue(), 'jemand@example.org', 'what was typed');
  if (javaScript) await clean(t, page, 'with a problem');
  await page.locator('#what').fill(what);
  await t.shot(page, 'form');
  equal(await send(page, 'report'), 303, 'status of a report');
  equal(new URL(page.url()).pathname, '/accessibility/thanks', 'the page after a report');
  lacks(page.url(), 'jemand', 'the address after a report');
  const staff = await t.visitor({ language: 'de', width, session: await t.session(office) });
  await staff.go(path);
  const tile = staff.page.locator('main .lo-tile', { hasText: what });
  has(await tile.innerText(), 'jemand@example.org', 'the report as its unit sees it');
  await clean(t, staff.page, 'with reports');
  await t.shot(staff.page, 'staff');
  await tile.locator('button').click();
  await staff.page.waitForURL(/#reports$/);
  equal(await staff.page.locator('main', { hasText: what }).count(), 0, 'reports that were answered');
}

/** A house fills in what it has to tell; what is missing is a task for staff and never an empty line for the public. */
async function fill(t, { width }) {
  const { page, go } = await t.visitor({ language: 'de', width, session: await t.session(house) });
  await go('/staff');
  await page.locator(`header nav a[href="${path}"]`).click();
  await page.waitForURL(/\/staff\/legal$/);
  const email = await page.locator('#dpo_email').inputValue();
  const town = `Ort ${randomUUID().slice(0, 8)}`;
  await page.locator('#dpo').fill('');
  await page.locator('#dpo_email').fill('');
  equal(await send(page, 'legal'), 303, 'status without data protection officer');
  has(await page.locator('.kern-alert--warning').innerText(), t.texts('de', 'Data protection officer')[0], 'the task');
  await clean(t, page, 'with tasks');
  await t.shot(page, 'tasks');
  const unit = (await t.json(path, { session: await t.session(house) })).json.unit;
  const visitor = await t.visitor({ language: 'de', width });
  await visitor.go(`/privacy/${unit}`);
  lacks(await visitor.page.locator('main').innerText(), 'Datenschutzbeauftragte', 'the notice without officer');
  await page.locator('#dpo').fill('Stelle für Datenschutz');
  await page.locator('#dpo_email').fill('falsch');
  await page.locator('#city').fill(town);
  // The browser would stop it first; the server has to all the same.
  await page.locator('#legal').evaluate((form) => { form.noValidate = true; });
  equal(await send(page, 'legal'), 422, 'status of a wrong address');
  await t.problemSummary(page, ['dpo_email']);
  await page.locator('#dpo_email').fill(email);
  equal(await send(page, 'legal'), 303, 'status of a good one');
  equal(await page.locator('.kern-alert--warning').count(), 0, 'tasks left');
  await visitor.go(`/privacy/${unit}`);
  has(await visitor.page.locator('main').innerText(), town, 'the notice');
  await page.locator('main summary').click();
  await clean(t, page, 'with what stood there before');
}

export default [
  ...walks.map((walk) => ({ name: `legal/foot/${walk.name}`, run: (t) => foot(t, walk) })),
  ...walks.filter((walk) => walk.width === 390).map((walk) => ({ name: `legal/report/${walk.name}`, run: (t) => report(t, walk) })),
  { name: 'legal/report/no-script', run: (t) => report(t, { language: 'de', width: 390, javaScript: false }) },
  ...[390, 1280].map((width) => ({ name: `legal/fill/${width}`, stores: true, run: (t) => fill(t, { width }) })),
];
