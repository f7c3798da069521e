// SPDX-License-Identifier: EUPL-1.2
// What an administrator sees of the work that the program does by itself, with a mail server that is not there.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { join } from './accounts.mjs';
import { structure, violations, wide } from './pages.mjs';

const path = '/staff/jobs';
const lead = 'lotte.birkmoor@example.org';

async function clean(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

async function press(page, button) {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), button.click()]);
  await page.waitForLoadState('load');
  return answer.status();
}

/** An administrator with a second factor, signed in. */
async function administrator(t, width, ...where) {
  const { page, go } = await t.visitor({ language: 'de', width });
  const email = `${randomUUID()}@example.org`;
  await join(t, page, t.server.invite('--email', email, '--name', 'Ada Beispiel', ...where), email);
  return { page, go };
}

async function nothing(t, { width }) {
  const { page } = await administrator(t, width, '--new-unit', `Haus ${randomUUID()}`, '--kind', 'family_centre');
  await page.locator(`main a[href="${path}"]`).click();
  await page.waitForURL(/\/staff\/jobs$/);
  has(await page.locator('main').innerText(), t.texts('de', 'Nothing waits, and nothing has failed.')[0], 'the empty page');
  await clean(t, page, 'without jobs');
  const other = await t.visitor({ language: 'de', width, session: await t.session(lead) });
  equal((await other.go(path)).status(), 404, 'status for a lead');
  await other.go('/staff');
  equal(await other.page.locator(`a[href="${path}"]`).count(), 0, 'links for a lead');
}

const kHour = 3_600_000;

/** What a wrong mail setting leaves behind, written into the store itself: no page of ours makes it happen. */
function plant(t, unit) {
  const now = t.server.now();
  const row = (kind, state, attempts, next, code, ended) =>
    [unit, randomUUID(), kind, randomUUID(), state, attempts, next, code, now - 5 * kHour, ended];
  const jobs = [
    row('notice.deliver', 'waiting', 3, now + kHour, 'sign_in', null),
    row('notice.deliver', 'failed', 1, now - 5 * kHour, '550', now - 4 * kHour),
    row('test.nobody', 'failed', 10, now - 5 * kHour, 'store_unavailable', now - 4 * kHour),
    row('test.nobody', 'waiting', 0, now + 2 * kHour, '', null),
  ];
  const notices = [...Array(3).keys()].map(() => [unit, randomUUID(), 'test.told', now - 5 * kHour, 'waiting', 'sign_in'])
    .concat([[unit, randomUUID(), 'test.told', now - 5 * kHour, 'refused', '550'], [unit, randomUUID(), 'test.told', now - kHour, 'sent', '']]);
  const script = `import json, sqlite3, sys
given = json.load(sys.stdin)
store = sqlite3.connect(given["file"], timeout=20)
store.executemany("INSERT INTO job (unit_id, id, kind, subject, state, attempts, not_before_ms, last_error, made_ms, ended_ms) VALUES (?,?,?,?,?,?,?,?,?,?)", given["jobs"])
store.executemany("INSERT INTO notice (unit_id, id, kind, made_ms, state, last_code) VALUES (?,?,?,?,?,?)", given["notices"])
store.commit()`;
  const done = spawnSync('/usr/bin/python3', ['-B', '-c', script], { input: JSON.stringify({ file: `${t.server.folder}/lotse.db`, jobs, notices }), encoding: 'utf8', timeout: 30_000 });
  equal(done.status, 0, `planting rows: ${done.stderr}`);
}

/** Mails wait and work has failed: the page says why, and each can be tried again or cancelled. */
async function trouble(t, { width }) {
  const { page, go } = await administrator(t, width, '--new-unit', `Haus ${randomUUID()}`, '--kind', 'family_centre');
  const unit = (await (await page.request.get(`${t.base}/staff/legal`, { headers: { accept: 'application/json' } })).json()).unit;
  plant(t, unit);
  await go(path);
  has(await page.locator('.kern-alert--warning').innerText(),
    t.texts('de', 'The mail server does not accept the sign-in: check user name and password file.')[0], 'what needs attention');
  lacks(await page.locator('main').innerText(), '@', 'the page');
  await clean(t, page, 'with waiting mails');
  await t.shot(page, 'jobs');
  const retry = page.locator('form[id^=retry-] button').first();
  equal(await press(page, retry), 303, 'status of trying again');
  equal(await page.locator('.kern-alert--success').count(), 1, 'notes that it is tried again');
  await go(path);
  const form = page.locator('form[id^=cancel-]').first();
  const id = (await form.getAttribute('id')).slice('cancel-'.length);
  // As a page that was opened long ago.
  await form.evaluate((each) => { each.querySelector('[name=attempts]').value = '99'; });
  equal(await press(page, form.locator('button')), 409, 'status of a page that is out of date');
  ok(await page.locator('.kern-alert--danger').count(), 'the page does not say why not');
  await clean(t, page, 'with a refusal');
  equal(await press(page, page.locator(`#cancel-${id} button`)), 303, 'status of cancelling');
  equal(await page.locator(`#cancel-${id}`).count(), 0, 'tiles of what was cancelled');
  await clean(t, page, 'after cancelling');
  await t.shot(page, 'cancelled');
}

export default [
  ...[390, 1280].map((width) => ({ name: `jobs/nothing/${width}`, run: (t) => nothing(t, { width }) })),
  ...[390, 1280].map((width) => ({ name: `jobs/trouble/${width}`, run: (t) => trouble(t, { width }) })),
];
