// SPDX-License-Identifier: EUPL-1.2
// Staff sign in, correct an entry, and parents see it.
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok, soon } from '../lib/check.mjs';
import { password } from '../lib/server.mjs';
import { walks } from '../lib/town.mjs';

export const editor = 'jule.rosenwinkler@example.org';
const twoUnits = 'leyla.tannweide@example.org';
const someId = /\/staff\/services\/[0-9a-f-]{36}/;

export async function typeSignIn(page, email, secret = password) {
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(secret);
  await page.locator('main form button[type=submit]').click();
  await page.waitForLoadState('load');
}

async function signIn(t, page, go, language) {
  await go('/staff');
  await t.isIn(page, language);
  equal(new URL(page.url()).pathname, '/sign-in', 'the page for strangers instead of /staff');
  const refused = async (email) => {
    const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), typeSignIn(page, email, 'not-the-password')]);
    const problems = await t.problemSummary(page, ['email']);
    equal(await page.locator('#password').inputValue(), '', 'the password on the page after a refusal');
    equal(await page.locator('#email').inputValue(), email, 'the address on the page after a refusal');
    return { status: answer.status(), text: problems.map((each) => each.text).join(' ') };
  };
  const wrong = await refused(editor);
  ok(wrong.status >= 400, `status ${wrong.status} after a wrong password`);
  equal(await refused(`${randomUUID()}@example.org`), wrong, 'the answer to an unknown address');
  await typeSignIn(page, editor);
  equal(new URL(page.url()).pathname, '/staff', 'the page after signing in');
}

async function cookieFlags(context) {
  const cookie = (await context.cookies()).find((each) => each.name === 'lotse');
  ok(cookie, 'no session cookie');
  equal({ httpOnly: cookie.httpOnly, sameSite: cookie.sameSite, session: cookie.expires === -1, path: cookie.path }, { httpOnly: true, sameSite: 'Lax', session: true, path: '/' }, 'flags of the session cookie');
  return cookie.value;
}

/** Opens the form of the n-th entry through the list. */
async function openEntry(page, number) {
  await page.locator('nav a[href="/staff/services"]').first().click();
  await page.waitForURL(/\/staff\/services$/);
  // Not the one that find.mjs has left with a German text only.
  const links = page.locator('table tbody th a').filter({ hasNotText: 'Spielgruppe' });
  ok((await links.count()) > 0, 'the list of entries is empty');
  await links.nth(number % (await links.count())).click();
  await page.waitForURL(someId);
  return someId.exec(page.url())[0].split('/').at(-1);
}

const values = (page, ids) => page.evaluate((all) => all.map((id) => document.getElementById(id)?.value), ids);

async function openAll(page) {
  await page.evaluate(() => { for (const each of document.querySelectorAll('main details')) each.open = true; });
}

/** Everything that is wrong comes back at once, and nothing typed is lost; also not by a choice of language. */
async function wrongInput(t, page, language) {
  await openAll(page);
  const typed = { name_de: '', name_uk: 'Кафе, яке ще пишуть', description_uk: 'Рядок один.\nРядок два <b>&amp;</b>', hours_from_1: '25:99', phone: 'ruf an!', email: 'kein at', url: 'javascript:alert(1)' };
  for (const [id, value] of Object.entries(typed)) await page.locator(`[id="${id}"]`).fill(value);
  await page.locator('#hours_day_1').selectOption('TU');
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('main form .lo-actions button[type=submit]').click()]);
  await page.waitForLoadState('load');
  equal(answer.status(), 422, 'status after wrong input');
  await t.isIn(page, language);
  await t.problemSummary(page, ['name_de', 'hours_from_1', 'phone', 'email', 'url']);
  ok(t.texts(language, 'Error:').some((prefix) => prefix), 'no word for errors');
  const title = await page.title();
  ok(t.texts(language, 'Error:').some((prefix) => title.startsWith(prefix)), `the title does not say that there are errors: ${title}`);
  const ids = Object.keys(typed);
  equal(await values(page, ids), Object.values(typed), 'what was typed, after wrong input');
  // Another language for the page, in the middle of the form: still all there, nothing saved.
  const other = language === 'de' ? 'en' : 'de';
  await page.locator('#lo-language').selectOption(other);
  await page.locator('.lo-lang button').click();
  await page.waitForLoadState('load');
  await t.isIn(page, other);
  equal(await values(page, ids), Object.values(typed), 'what was typed, after a choice of language');
  await page.locator('#lo-language').selectOption(language);
  await page.locator('.lo-lang button').click();
  await page.waitForLoadState('load');
  await t.isIn(page, language);
  equal(await values(page, ids), Object.values(typed), 'what was typed, after another choice of language');
}

async function goodChange(t, page, id, parents, language) {
  const nonce = `Перевірка ${randomUUID().slice(0, 8)}`;
  const offer = await t.offerOf(id);
  await parents.go(`/offers/${offer.id}`);
  lacks(await parents.page.locator('h1').innerText(), nonce, 'the title for parents before the change');
  await page.goto(`${t.base}/staff/services/${id}`);
  await openAll(page);
  await page.locator('[id="name_uk"]').fill(nonce);
  await page.locator('#hours_day_1').selectOption('TU');
  await page.locator('#hours_from_1').fill('10:10');
  await page.locator('#hours_to_1').fill('11:25');
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('main form .lo-actions button[type=submit]').click()]);
  equal(answer.status(), 303, 'status after a good change');
  await page.waitForURL(/saved=1/);
  equal(await page.locator('.kern-alert--success').count(), 1, 'notices that it was saved');
  await soon(async () => {
    await parents.page.reload();
    return (await parents.page.locator('h1').innerText()).includes(nonce);
  }, 'parents see the new title');
  has(await parents.page.locator('table.lo-hours tr').nth(1).innerText(), '10:10', 'Tuesday for parents after the change');
  const found = await t.json(`/offers?q=${encodeURIComponent(nonce)}`, { language: 'uk' });
  ok(found.json.offers.some((each) => each.id === offer.id && each.title === nonce), 'the new title is not found by its words');
  await t.isIn(page, language);
  return nonce;
}

/** Two write at the same time: the second is told, keeps her text, and overwrites nothing. */
async function stale(t, page, id, first) {
  await openAll(page);
  const mine = `Zweite ${randomUUID().slice(0, 8)}`;
  const theirs = `Erste ${randomUUID().slice(0, 8)}`;
  // Not every entry has English texts; one without a title would be refused for that.
  if (!(await page.locator('[id="name_en"]').inputValue())) await page.locator('[id="name_en"]').fill('English');
  await page.locator('[id="description_en"]').fill(mine);
  const { json: service } = await t.json(`/staff/services/${id}`, { session: first });
  service.lotse_texts.en = { ...(service.lotse_texts.en ?? { name: 'English' }), description: theirs };
  equal((await t.json(`/staff/services/${id}`, { session: first, method: 'POST', body: service })).status, 200, 'status for the first of two');
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('main form .lo-actions button[type=submit]').click()]);
  await page.waitForLoadState('load');
  equal(answer.status(), 409, 'status for the second of two');
  await t.problemSummary(page, []);
  equal(await page.locator('[id="description_en"]').inputValue(), mine, 'the text of the second of two');
  equal((await t.json(`/staff/services/${id}`, { session: first })).json.lotse_texts.en.description, theirs, 'the text that was kept');
  // Sent again as it is, it still overwrites nothing.
  await page.locator('main form .lo-actions button[type=submit]').click();
  await page.waitForLoadState('load');
  equal((await t.json(`/staff/services/${id}`, { session: first })).json.lotse_texts.en.description, theirs, 'the text that was kept, after sending again');
  equal((await t.json(`/staff/services/${id}`, { session: first, method: 'POST', body: service })).status, 409, 'status for old JSON');
}

async function signOut(t, page, go, secret) {
  await go('/sign-out');
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(`${t.base}/`);
  equal((await page.context().cookies()).filter((each) => each.name === 'lotse').length, 0, 'session cookies after signing out');
  await go('/staff/services');
  equal(new URL(page.url()).pathname, '/sign-in', 'the page for those who signed out');
  equal((await t.json('/staff/services', { session: secret })).status, 401, 'status for the session that was ended');
}

async function correct(t, { language, width }, number) {
  const { page, context, go } = await t.visitor({ language, width });
  await signIn(t, page, go, language);
  const secret = await cookieFlags(context);
  const id = await openEntry(page, number);
  await t.shot(page, 'form');
  await wrongInput(t, page, language);
  await t.shot(page, 'wrong');
  const parents = await t.visitor({ language: 'uk' });
  await goodChange(t, page, id, parents, language);
  await stale(t, page, id, await t.session(editor));
  await signOut(t, page, go, secret);
}

async function choiceOfUnit(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  await go('/sign-in');
  await typeSignIn(page, twoUnits);
  const units = page.locator('input[name=unit]');
  equal(await units.count(), 2, 'units to choose from');
  ok((await page.locator('legend').innerText()).trim(), 'the choice of unit has no heading');
  const labels = await page.locator('fieldset label').allInnerTexts();
  const second = labels.findIndex((each) => each.includes('Koordinierungsstelle'));
  ok(second >= 0, `no unit for coordination: ${labels}`);
  await units.nth(second).check();
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(/\/staff$/);
  has(await page.locator('main').innerText(), 'Koordinierungsstelle', 'the page after the choice of unit');
}

/** Between password and choice nobody is in, and whoever waits too long or comes without begins anew. */
async function choiceOfUnitAlone(t) {
  const { page, context, go } = await t.visitor({ language: 'de' });
  await go('/sign-in');
  await typeSignIn(page, twoUnits);
  await go('/staff');
  equal(new URL(page.url()).pathname, '/sign-in', 'the page for somebody who has not chosen her unit');
  await context.clearCookies({ name: 'lotse' });
  await go('/sign-in/unit');
  equal(new URL(page.url()).pathname, '/sign-in', 'the choice of unit for somebody who has not signed in');
}

/** Every entry of the menu leads somewhere, for each kind of staff. */
async function menus(t) {
  const broken = [];
  for (const email of [editor, 'merle.lindquell@example.org', 'kaspar.morgenweg@example.org']) {
    const { page, go } = await t.visitor({ language: 'de', session: await t.session(email) });
    await go('/staff');
    const links = await page.locator('header nav a, main a, footer a').evaluateAll((all) => [...new Set(all.map((each) => each.getAttribute('href')))].filter((each) => each.startsWith('/')));
    for (const href of links) {
      const answer = await go(href);
      if (answer.status() !== 200) broken.push(`${email}: ${href} → ${answer.status()}`);
    }
  }
  equal(broken, [], 'links of the menu that lead nowhere');
}

async function strangers(t) {
  const own = await t.session(editor);
  const merle = await t.session('merle.lindquell@example.org');
  const { json: list } = await t.json('/staff/services', { session: own });
  const path = `/staff/services/${list.entries[0].id}`;
  equal((await t.json('/staff/services', { session: merle })).status, 404, 'status of the list for a case worker');
  equal((await t.json(path, { session: merle })).status, 404, 'status of an entry of another unit');
  equal((await t.json(path, {})).status, 401, 'status of an entry for nobody, as JSON');
  const { json: service } = await t.json(path, { session: own });
  equal((await t.json(path, { session: merle, method: 'POST', body: service })).status, 404, 'status of a change by another unit');
  // Without our token, or from another site: not done.
  const send = (headers) => fetch(t.base + path, { method: 'POST', redirect: 'manual', headers: { cookie: `lotse=${own}`, 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: 'name_de=x&version=1' });
  equal((await send({ origin: t.base })).status, 403, 'status of a form without token');
  equal((await send({ origin: 'https://evil.example.org' })).status, 403, 'status of a form from another site');
  equal((await send({})).status, 403, 'status of a form from nowhere');
  equal((await fetch(t.base + path, { method: 'POST', headers: { cookie: `lotse=${own}`, 'content-type': 'text/plain', accept: 'application/json', origin: 'https://evil.example.org' }, body: JSON.stringify(service) })).status, 403, 'status of JSON from another site');
}

/** Numbers and times that cannot be read come back as they were typed. */
async function keepsOddValues(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280, session: await t.session(editor) });
  await go('/staff/services');
  await openEntry(page, 1);
  await openAll(page);
  const typed = { hours_from_1: 'um 9 Uhr früh', hours_to_1: 'halb zwölf', free_places: 'acht', care_from: 'ein Jahr', care_places: '3,5' };
  await page.locator('input[name=care][value=on_site]').check();
  for (const [id, value] of Object.entries(typed)) await page.locator(`[id="${id}"]`).fill(value);
  await page.locator('main form .lo-actions button[type=submit]').click();
  await page.waitForLoadState('load');
  await t.problemSummary(page, ['hours_from_1', 'hours_to_1', 'free_places', 'care_from', 'care_places']);
  equal(await values(page, Object.keys(typed)), Object.values(typed), 'what was typed');
}

async function search(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280, session: await t.session(editor) });
  await go('/staff/services');
  const all = await page.locator('table tbody tr').count();
  const title = await page.locator('table tbody th a').first().innerText();
  await page.locator('form.lo-toolbar input[name=q]').fill(title.slice(0, 6));
  await page.locator('form.lo-toolbar button').click();
  await page.waitForURL(/q=/);
  const some = await page.locator('table tbody th a').allInnerTexts();
  ok(some.length > 0 && some.length <= all && some.every((each) => each.toLowerCase().includes(title.slice(0, 6).toLowerCase())), `found by a part of the title: ${some}`);
  await page.locator('form.lo-toolbar input[name=q]').fill('100%_');
  await page.locator('form.lo-toolbar input[name=q]').press('Enter');
  await page.waitForURL(/100/);
  equal(await page.locator('table tbody tr').count(), 0, 'entries with "100%_" in their title');
}

/** The key that people press when they are done typing does what the form is for. */
async function enterSearch(t) {
  const { page, go } = await t.visitor({ language: 'de' });
  await go('/');
  await page.locator('#q').fill('Elterncafé');
  await page.locator('#q').press('Enter');
  await page.waitForURL(/q=/);
  lacks(page.url(), '_action', 'the address after Enter in the search');
  ok((await page.locator('.lo-card').count()) > 0, 'nothing found after Enter in the search');
}

async function enterSignIn(t) {
  const { page, go } = await t.visitor({ language: 'de' });
  await go('/sign-in');
  await page.locator('#email').fill(editor);
  await page.locator('#password').fill(password);
  await page.locator('#password').press('Enter');
  await page.waitForLoadState('load');
  await soon(() => new URL(page.url()).pathname === '/staff', 'Enter in the password field signs in');
}

async function enterSave(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280, session: await t.session(editor) });
  await go('/staff/services');
  await openEntry(page, 2);
  await openAll(page);
  await page.locator('#contact_title').fill('Leitung');
  await page.locator('#contact_title').press('Enter');
  await soon(() => page.url().includes('saved=1'), 'Enter in a field of the form saves');
}

/** A choice of language on a page stays on that page and leaves nothing of itself in the address. */
async function languageOnPage(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280 });
  const wrong = [];
  for (const path of ['/help', '/offers?topic=parents_cafe', '/sign-in?to=/staff/services', '/nicht-da']) {
    await go(path);
    await page.locator('#lo-language').selectOption('uk');
    await page.locator('.lo-lang button').click();
    await page.waitForLoadState('load');
    await t.isIn(page, 'uk');
    const url = new URL(page.url());
    if (url.pathname !== path.split('?')[0]) wrong.push(`${path} → ${url.pathname}`);
    if (url.search.includes('_language') || url.search.includes('_action')) wrong.push(`${path} → ${url.search}`);
    await page.locator('#lo-language').selectOption('de');
    await page.locator('.lo-lang button').click();
    await page.waitForLoadState('load');
  }
  equal(wrong, [], 'pages after a choice of language');
}

export default [
  ...walks.map((walk, i) => ({ name: `staff/correct/${walk.name}`, stores: true, run: (t) => correct(t, walk, i) })),
  ...walks.filter((walk) => walk.width === 390).map((walk) => ({ name: `staff/choice-of-unit/${walk.name}`, run: (t) => choiceOfUnit(t, walk) })),
  { name: 'staff/choice-of-unit-alone', run: choiceOfUnitAlone },
  { name: 'staff/menus', run: menus },
  { name: 'staff/strangers', stores: true, run: strangers },
  { name: 'staff/keeps-odd-values', run: keepsOddValues },
  { name: 'staff/search', stores: true, run: search },
  { name: 'enter/search', run: enterSearch },
  { name: 'enter/sign-in', run: enterSignIn },
  { name: 'enter/save', run: enterSave },
  { name: 'language/stays-on-page', run: languageOnPage },
];
