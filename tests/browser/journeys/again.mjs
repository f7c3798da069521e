// SPDX-License-Identifier: EUPL-1.2
// A form that is sent twice is done once, and one that is too large is answered by a page that says how to mend it.
import { randomUUID } from 'node:crypto';
import { equal, has } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';
import { structure, violations, wide } from './pages.mjs';
import { editor } from './staff.mjs';

async function inOrder(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

const answered = (page, act) => Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), act()]).then(([answer]) => answer.status());

async function again(t, { language, width }) {
  const session = await t.session(editor);
  const { json } = await t.json('/staff/services', { session });
  const entry = json.entries.find((each) => each.status === 'active' && !each.name.includes('Spielgruppe'));
  const { id: offer } = await t.offerOf(entry.id);
  const { page, go } = await t.visitor({ language, width });
  const path = `/offers/${offer}/note`;
  await go(path);
  await page.locator('#text').fill('x'.repeat(20_000));
  const button = page.locator('#note .lo-actions button').first();
  equal(await answered(page, () => button.click()), 413, 'status of a text that is too long');
  await page.waitForLoadState('load');
  await t.isIn(page, language);
  has(await page.locator('h1').innerText(), t.texts(language, 'This was too much to send')[0], 'the page of what is too large');
  await inOrder(t, page, 'too large');
  await t.shot(page, 'too-large');
  // A network may write ten notes at once, and other journeys write too.
  if (width > 390) return;
  await go(path);
  const nonce = `Zweimal ${randomUUID().slice(0, 8)}`;
  await page.locator('#text').fill(nonce);
  equal(await answered(page, () => button.click()), 200, 'status of a note');
  await page.waitForLoadState('load');
  equal(await answered(page, () => page.reload({ waitUntil: 'load' })), 200, 'status of the same note');
  has(await page.locator('h1').innerText(), t.texts(language, 'We already have this')[0], 'the page of what was sent twice');
  await inOrder(t, page, 'sent twice');
  await t.shot(page, 'twice');
  const { json: all } = await t.json('/staff/notes', { session });
  const texts = await Promise.all(all.notes.map(async (each) => (await t.json(`/staff/notes/${each.id}`, { session })).json.text));
  equal(texts.filter((each) => each.includes(nonce)).length, 1, 'notes of the one form');
}

export default walks.map((walk) => ({ name: `again/${walk.name}`, run: (t) => again(t, walk) }));
