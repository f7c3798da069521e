// SPDX-License-Identifier: EUPL-1.2
// Staff see what was changed in an entry, and take changes back.
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
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

const long = (nonce) => `${nonce} ` + 'Ein langer Text, der auch auf einem Telefon zu lesen ist, mit einem_sehr_langen_Wort_ohne_Leerzeichen_das_umbrochen_werden_muss_damit_nichts_übersteht. '.repeat(4);

/** Saves another text, on the entry's own page. */
async function write(page, go, id, text) {
  await go(`/staff/services/${id}`);
  await page.locator('#description_de').fill(text);
  equal(await press(page, '#correct .lo-actions button'), 303, 'status of the correction');
}

async function history(t, { language, width }) {
  const session = await t.session(editor);
  const entries = (await t.json('/staff/services', { session })).json.entries;
  const entry = entries.filter((each) => each.status === 'active' && !each.name.includes('Spielgruppe')).at(-1);
  const path = `/staff/services/${entry.id}/history`;
  const before = (await t.json(`/staff/services/${entry.id}`, { session })).json.description;
  const { page, go } = await t.visitor({ language, width, session });
  const [first, second] = [long(randomUUID().slice(0, 8)), long(randomUUID().slice(0, 8))];
  await write(page, go, entry.id, first);
  await write(page, go, entry.id, second);
  await page.locator(`a[href="${path}"]`).click();
  await page.waitForURL(/\/history$/);
  await t.isIn(page, language);
  await inOrder(t, page, 'the history');
  await t.shot(page, 'history');
  const [newer, older] = (await t.json(path, { session })).json.changes;
  equal([newer.way, newer.own, newer.obstacles.length], ['correction', true, 0], 'the newer change');
  equal(older.obstacles.length, 1, 'what stands against undoing the older change');
  equal(await page.locator(`#undo-${older.number}`).count(), 0, 'buttons that would undo the older change');
  has(await page.locator('main').innerText(), `Änderung ${newer.number} hat das später`, 'why the older change stays');
  // Somebody else is quicker: nothing is done, and that is said.
  const other = await t.visitor({ language, width, session });
  await other.go(path);
  equal(await press(page, `#undo-${newer.number} button`), 303, 'status of the undo');
  await page.waitForURL(/undone=/);
  await inOrder(t, page, 'the history after an undo');
  await t.shot(page, 'undone');
  equal(await press(other.page, `#undo-${newer.number} button`), 409, 'status of the slower one');
  await inOrder(t, other.page, 'the history that somebody else has changed');
  await t.shot(other.page, 'slower');
  equal(await press(page, `#undo-${older.number} button`), 303, 'status of the undo of the older one');
  const now = (await t.json(`/staff/services/${entry.id}`, { session })).json.description;
  equal(now, before, 'the text after both were undone');
  const parents = await t.visitor({ language, width });
  await parents.go(`/offers/${(await t.offerOf(entry.id)).id}`);
  lacks(await parents.page.locator('main').innerText(), second.slice(0, 8), 'the text for parents');
  ok((await t.json(path, { session })).json.total >= 4, 'an undo is a change of its own');
}

const walks = [390, 1280].map((width) => ({ language: 'de', width, name: `de/${width}` }));

export default walks.map((walk) => ({ name: `history/${walk.name}`, stores: true, run: (t) => history(t, walk) }));
