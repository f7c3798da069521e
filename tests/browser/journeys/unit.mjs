// SPDX-License-Identifier: EUPL-1.2
// A unit keeps its own hours and contacts, and parents see them.
import { randomUUID } from 'node:crypto';
import { equal, has, ok } from '../lib/check.mjs';
import { violations, wide } from './pages.mjs';
import { editor } from './staff.mjs';

const path = '/staff/unit';
const walks = [390, 1280].map((width) => ({ language: 'de', width, name: `de/${width}` }));

const clean = async (page, where) => {
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
};

/** Presses a button of the form; the answer to it. */
async function press(page, button) {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator(button).click()]);
  await page.waitForLoadState('load');
  return answer.status();
}
const save = (page) => press(page, '#unit > .lo-actions button:not([name])');
const values = (page, ids) => page.evaluate((all) => all.map((id) => document.getElementById(id)?.value), ids);
const kept = async (t, session) => (await t.json(path, { session })).json;

/** Whatever another journey left: one opening and one contact. */
async function beginning(t, session) {
  const now = await kept(t, session);
  const contacts = [{ name: 'Lotte Birkmoor', phone: '0999 4711 22', languages: ['deu'] }];
  equal((await t.json(path, { session, method: 'POST', body: { ...now, hours: { openings: [{ weekday: 5, from: '08:00', to: '12:00' }] }, contacts } })).status, 200, 'status of the beginning');
}

async function wrong(t, page) {
  const typed = { hours_from_1_1: '8', hours_to_1_1: '12.30 Uhr', hours_from_2_1: 'um neun', hours_to_2_1: '13:00', contact_name_1: '', contact_phone_1: 'ruf an!', contact_email_1: 'kein at' };
  for (const [id, value] of Object.entries(typed)) await page.locator(`#${id}`).fill(value);
  equal(await save(page), 422, 'status after wrong input');
  await t.problemSummary(page, ['hours_from_2_1', 'contact_name_1', 'contact_phone_1', 'contact_email_1']);
  equal(await values(page, Object.keys(typed)), Object.values(typed), 'what was typed, after wrong input');
  await clean(page, 'with problems');
  await t.shot(page, 'wrong');
}

/** Rows come and go, nothing typed is lost, and the window stands where the new row is. */
async function rows(t, page, name) {
  await page.locator('#hours_from_2_1').fill('9');
  await page.locator('#hours_from_2_2').fill('14');
  await page.locator('#hours_to_2_2').fill('17');
  await page.locator('#contact_name_1').fill('geht wieder');
  equal(await press(page, 'button[value=add_contact]'), 200, 'status after a row was added');
  ok(await page.locator('#contact_name_2').evaluate((field) => { const box = field.getBoundingClientRect(); return box.top >= 0 && box.bottom <= window.innerHeight; }), 'the new row is not in sight');
  equal(await page.locator('.lo-errors').count(), 0, 'problems after a row was added');
  await page.locator('#contact_name_2').fill(name);
  await page.locator('#contact_matter_2').fill('Anmeldung & freie Plätze');
  await page.locator('#contact_phone_2').fill('+49 (0)999 4711-22');
  await page.locator('#contact_email_2').fill('lotte@sonnenblume.example.org');
  await page.locator('#contact_2 summary').click();
  await page.locator('#contact_2 input[value=ukr]').check();
  equal(await press(page, 'button[value=remove_contact_1]'), 200, 'status after a row was taken away');
  equal(await page.locator('#contact_name_2').count(), 0, 'the second row');
  equal(await values(page, ['contact_name_1', 'contact_phone_1', 'hours_from_2_1', 'hours_to_2_2']), [name, '+49 (0)999 4711-22', '9', '17'], 'what was typed, after a row was taken away');
  ok(await page.locator('#contact_1 input[value=ukr]').isChecked(), 'the language was lost with the row');
  await page.locator('#contact_1 summary').click();
  await clean(page, 'with languages open');
}

async function parentsSee(t, name, width) {
  const { page, go } = await t.visitor({ language: 'de', width });
  await go('/help'); // noon on a Tuesday
  const card = page.locator('.lo-contact', { hasText: name });
  equal(await card.count(), 1, 'cards with the contact');
  has(await card.innerText(), t.texts('de', 'Open now, until {time}')[0].replace('{time}', '13:00'), 'whether somebody is there');
  has(await card.innerText(), 'Ukrainisch', 'the languages of the contact');
  equal(await card.locator('a.lo-tel').getAttribute('href'), 'tel:+49999471122', 'the link that calls');
  equal(await card.locator('a[href^="mailto:"]').getAttribute('href'), 'mailto:lotte@sonnenblume.example.org', 'the link that writes');
  await card.locator('summary').click();
  const today = await card.locator('.lo-hours__today').innerText();
  has(today, '09:00–13:00', 'hours today');
  has(today, '14:00–17:00', 'hours today');
  has(await card.locator('tr').first().innerText(), '08:00–12:30', 'hours on Monday');
  await clean(page, 'for parents');
  await t.shot(page, 'parents');
  const { json } = await t.json('/help');
  ok(json.units.some((each) => each.contacts.some((one) => one.name === name)), 'the contact is not in the JSON of the page');
}

async function keep(t, { language, width }) {
  const session = await t.session(editor);
  await beginning(t, session);
  const { page, go } = await t.visitor({ language, width, session });
  await go('/staff');
  await page.locator(`header nav a[href="${path}"]`).click();
  await page.waitForURL(/\/staff\/unit$/);
  await clean(page, 'as it is opened');
  await t.shot(page, 'form');
  await wrong(t, page);
  const name = `Lotte ${randomUUID().slice(0, 8)}`;
  await rows(t, page, name);
  equal(await save(page), 303, 'status after a good change');
  await page.waitForURL(/saved=1/);
  equal(await page.locator('.kern-alert--success').count(), 1, 'notices that it was saved');
  equal(await values(page, ['hours_from_2_1', 'hours_to_1_1']), ['09:00', '12:30'], 'times as they are kept');
  await parentsSee(t, name, width);
}

/** The second of two keeps what she typed, sees what is kept, and replaces it only by the button that says so. */
async function stale(t, { language, width }) {
  const session = await t.session(editor);
  await beginning(t, session);
  const { page, go } = await t.visitor({ language, width, session });
  await go(path);
  const [mine, theirs] = ['Meine', 'Andere'].map((each) => `${each} ${randomUUID().slice(0, 8)}`);
  await page.locator('#contact_name_1').fill(mine);
  const first = await kept(t, session);
  first.contacts[0].name = theirs;
  equal((await t.json(path, { session, method: 'POST', body: first })).status, 200, 'status for the first of two');
  for (const time of ['at first', 'sent again']) {
    equal(await save(page), 409, `status for the second of two, ${time}`);
    await t.problemSummary(page, []);
    equal(await values(page, ['contact_name_1']), [mine], `what the second typed, ${time}`);
    has(await page.locator('.lo-contact').innerText(), theirs, `what is kept, ${time}`);
    equal((await kept(t, session)).contacts[0].name, theirs, `the name that was kept, ${time}`);
  }
  await clean(page, 'with what another has saved');
  await t.shot(page, 'stale');
  equal((await t.json(path, { session, method: 'POST', body: first })).status, 409, 'status for old JSON');
  equal(await press(page, 'button[name=replaces]'), 303, 'status after the button that replaces');
  equal((await kept(t, session)).contacts[0].name, mine, 'the name after the button that replaces');
}

async function noScript(t) {
  const session = await t.session(editor);
  await beginning(t, session);
  const { page, go } = await t.visitor({ language: 'de', javaScript: false, session });
  await go(path);
  const name = `Ohne ${randomUUID().slice(0, 8)}`;
  await page.locator('#contact_name_1').fill(name);
  await page.locator('button[value=add_contact]').click();
  await page.waitForURL(/#contact_2$/);
  await page.locator('button[value=remove_contact_2]').click();
  await page.locator('#contact_name_1').press('Enter'); // saves; a row left empty is no contact
  await page.waitForURL(/saved=1/);
  equal((await kept(t, session)).contacts.map((each) => each.name), [name], 'contacts after saving with Enter');
}

async function strangers(t) {
  const own = await t.session(editor);
  await beginning(t, own);
  const now = await kept(t, own);
  const merle = await t.session('merle.lindquell@example.org');
  equal((await t.json(path, {})).status, 401, 'status for nobody');
  equal((await t.json(path, { session: merle })).status, 404, 'status for a case worker of another unit');
  equal((await t.json(path, { session: merle, method: 'POST', body: now })).status, 404, 'status of a change by another unit');
  const { page, go } = await t.visitor({ language: 'de', session: merle });
  await go('/staff');
  equal(await page.locator(`a[href="${path}"]`).count(), 0, 'links to the page for one who may not');
  equal((await go(path)).status(), 404, 'status of the page for one who may not');
  const send = (headers) => fetch(t.base + path, { method: 'POST', redirect: 'manual', headers: { cookie: `lotse=${own}`, 'content-type': 'application/x-www-form-urlencoded', ...headers }, body: `unit=${now.id}&version=${now.version}` });
  equal((await send({ origin: t.base })).status, 403, 'status of a form without token');
  equal((await send({ origin: 'https://evil.example.org' })).status, 403, 'status of a form from another site');
  equal((await t.json(path, { session: own, method: 'POST', body: { ...now, id: now.id + 1 } })).status, 404, 'status of JSON for another unit');
  equal(await kept(t, own), now, 'what is kept after all this');
}

export default [
  ...walks.map((walk) => ({ name: `unit/keep/${walk.name}`, stores: true, run: (t) => keep(t, walk) })),
  ...walks.map((walk) => ({ name: `unit/stale/${walk.name}`, run: (t) => stale(t, walk) })),
  { name: 'unit/no-script', run: noScript },
  { name: 'unit/strangers', stores: true, run: strangers },
];
