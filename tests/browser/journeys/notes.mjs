// SPDX-License-Identifier: EUPL-1.2
// Parents say that something is wrong, those who run an offer confirm it by a link, and staff look through the notes.
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';
import { structure, violations, wide } from './pages.mjs';
import { editor } from './staff.mjs';

async function inOrder(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

async function press(page, button) {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator(button).first().click()]);
  await page.waitForLoadState('load');
  return answer.status();
}

/** An entry of the editor's unit that parents see. */
async function anEntry(t, session) {
  const { json } = await t.json('/staff/services', { session });
  const entry = json.entries.find((each) => each.status === 'active' && !each.name.includes('Spielgruppe'));
  return { id: entry.id, offer: (await t.offerOf(entry.id)).id };
}

async function write(t, { language, width }) {
  const session = await t.session(editor);
  const { offer } = await anEntry(t, session);
  const { page, go } = await t.visitor({ language, width });
  await go(`/offers/${offer}`);
  await page.locator(`a[href="/offers/${offer}/note"]`).click();
  await page.waitForURL(/\/note$/);
  await t.isIn(page, language);
  await inOrder(t, page, 'the form');
  await t.shot(page, 'form');
  equal(await press(page, '#note .lo-actions button'), 422, 'status of an empty note');
  await t.problemSummary(page, ['text']);
  await inOrder(t, page, 'the form with a problem');
  const nonce = `Hinweis ${randomUUID().slice(0, 8)}`;
  await page.locator('#text').fill(`${nonce}\nDie Tür <b> ist hinten.`);
  await page.locator('#note summary').click();
  await page.locator('#phone').fill('0999 123456');
  await inOrder(t, page, 'the form with details open');
  equal(await press(page, '#note .lo-actions button'), 200, 'status of a note');
  await t.isIn(page, language);
  await inOrder(t, page, 'the thanks');
  const { json } = await t.json('/staff/notes', { session });
  const texts = await Promise.all(json.notes.map(async (each) => (await t.json(`/staff/notes/${each.id}`, { session })).json));
  const note = texts.find((each) => each.text.includes(nonce));
  ok(note, 'staff do not see the note');
  equal(note.facts.phone.proposed, '0999 123456', 'the telephone that was proposed');
}

async function review(t, { language, width }) {
  const session = await t.session(editor);
  const { id, offer } = await anEntry(t, session);
  const staff = await t.visitor({ language, width, session });
  await staff.go(`/staff/services/${id}/confirmation`);
  await inOrder(t, staff.page, 'the question');
  await t.shot(staff.page, 'question');
  equal(await press(staff.page, '#ask button'), 200, 'status of the link');
  await inOrder(t, staff.page, 'the link');
  const link = (await staff.page.locator('main code').innerText()).trim();
  const secret = link.split('-').at(-1);
  const { page } = await t.visitor({ language, width });
  await page.goto(link, { waitUntil: 'load' });
  lacks(page.url(), secret, 'the address after the first look');
  await inOrder(t, page, 'what the link shows');
  await t.shot(page, 'visit');
  equal(await press(page, '#confirm button[value=write]'), 200, 'status of the form');
  await page.locator('#note summary').click();
  const number = `0999 ${Math.floor(Math.random() * 1e6)}`;
  await page.locator('#phone').fill(number);
  await inOrder(t, page, 'the form of the link');
  equal(await press(page, '#note .lo-actions button'), 200, 'status of what was sent');
  await page.goto(link, { waitUntil: 'load' });
  has(await page.locator('h1').innerText(), t.texts(language, 'This link does not hold any more')[0], 'the page of a used link');
  await inOrder(t, page, 'a used link');
  await staff.page.locator('header nav a[href="/staff/notes"]').click();
  await staff.page.waitForURL(/\/staff\/notes$/);
  await inOrder(t, staff.page, 'the list');
  await t.shot(staff.page, 'list');
  const { json } = await t.json('/staff/notes', { session });
  await staff.go(`/staff/notes/${json.notes.filter((each) => each.provider).at(-1).id}`);
  equal(await press(staff.page, '#close button:not([name])'), 422, 'status without a decision');
  await inOrder(t, staff.page, 'the note with a problem');
  await staff.page.locator('input[name=take_phone][value=yes]').check();
  await t.shot(staff.page, 'note');
  equal(await press(staff.page, '#close button:not([name])'), 303, 'status of the closing');
  await staff.page.waitForURL(/closed=1/);
  await inOrder(t, staff.page, 'the list after it');
  const parents = await t.visitor({ language, width });
  await parents.go(`/offers/${offer}`);
  has(await parents.page.locator('main').innerText(), number, 'the number for parents');
  await staff.go(`/staff/services/${id}/confirmation`);
  equal(await press(staff.page, '#confirm button'), 303, 'status of the confirmation');
  await parents.page.reload();
  has(await parents.page.locator('main').innerText(), t.texts(language, 'Last confirmed: {day}')[0].split('{')[0].trim(), 'the day for parents');
}

const german = [390, 1280].map((width) => ({ language: 'de', width, name: `de/${width}` }));

export default [
  ...walks.map((walk) => ({ name: `notes/write/${walk.name}`, run: (t) => write(t, walk) })),
  ...german.map((walk) => ({ name: `notes/review/${walk.name}`, stores: true, run: (t) => review(t, walk) })),
];
