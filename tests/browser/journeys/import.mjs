// SPDX-License-Identifier: EUPL-1.2
// Staff import a table, see what would come of it, start it, take it back; with and without scripts.
import { randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { join } from './accounts.mjs';
import { structure, violations, wide } from './pages.mjs';

const path = '/staff/import';

async function clean(t, page, where) {
  if (!t.script) return;
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

async function press(page, selector) {
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator(selector).click()]);
  await page.waitForLoadState('load');
  return answer.status();
}

const table = (key) => {
  const rows = [...Array(60).keys()].map((i) => `${key}-${i};Spielkreis ${key} ${i};Haus ${i % 3};Marktweg ${i};00101;Mo-Fr 9-11 Uhr`);
  return ['Nr;Titel;Träger;Straße;PLZ;Öffnungszeiten', ...rows, `${key}-0;Doppelt;Haus 1;Weg;00101;`, `${key}-x;;Haus 1;Weg;00101;`,
    `${key}-f;=cmd|' /C calc'!A0 <script>alert(1)</script>;Haus 1;Weg;00101;`].join('\r\n');
};

/** Without scripts the page is asked for again, as its link does. */
async function until(page, selector) {
  for (let i = 0; i < 100 && !(await page.locator(selector).count()); ++i) {
    await page.waitForTimeout(200);
    await page.goto(page.url());
  }
  ok(await page.locator(selector).count(), `${selector} did not come`);
}

async function walk(t, { width, javaScript }) {
  t.script = javaScript;  // what is checked with scripts is the same without
  const newcomer = await t.visitor({ language: 'de', width });
  const email = `${randomUUID()}@example.org`, key = randomUUID().slice(0, 8);
  await join(t, newcomer.page, t.server.invite('--email', email, '--name', 'Jule Beispiel', '--new-unit', `Haus ${key}`, '--kind', 'family_centre',
    '--function', 'directory_editor'), email);
  const session = (await newcomer.context.cookies()).find((each) => each.name === 'lotse').value;
  const { page, go } = await t.visitor({ language: 'de', width, javaScript, session });
  await go(path);
  await clean(t, page, 'before a file');
  await t.shot(page, 'send');
  equal(await press(page, '#send button'), 422, 'status without a file');
  ok(await page.locator('.lo-errors a[href="#file"]').count(), 'the summary leads to the field');
  await clean(t, page, 'without a file');
  await page.setInputFiles('#file', { name: `kitas-${key}.csv`, mimeType: 'text/csv', buffer: Buffer.from(table(key)) });
  equal(await press(page, '#send button'), 303, 'status of sending');
  await clean(t, page, 'the columns');
  await t.shot(page, 'columns');
  equal(await page.locator('[id="service.name"]').inputValue(), 'Titel', 'the guessed column of titles');
  equal(await press(page, '#columns button[type=submit]'), 422, 'status without a name of the list');
  await clean(t, page, 'the columns with a problem');
  await page.fill('#source', `liste-${key}`);
  equal(await press(page, '#columns button[type=submit]'), 303, 'status of the choice');
  if (javaScript) await page.waitForSelector('#start', { timeout: 30_000 });
  else await until(page, '#start');
  await clean(t, page, 'what it would do');
  await t.shot(page, 'checked');
  const said = await page.locator('main').innerText();
  has(said, `Spielkreis ${key} 0`, 'the first entry');
  has(said, 'Abgelehnt: 2', 'the number of refused rows');
  has(said, 'Zeile 63', 'the row without a title');
  equal(await press(page, '#start button'), 303, 'status of the start');
  if (javaScript) await page.waitForSelector('#undo', { timeout: 30_000 });
  else await until(page, '#undo');
  await clean(t, page, 'when it is done');
  await t.shot(page, 'done');
  const parents = await t.visitor({ language: 'de', width });
  await parents.go(`/offers?q=${key}`);
  has(await parents.page.locator('main').innerText(), `Spielkreis ${key}`, 'what parents find');
  equal(await press(page, '#undo button'), 303, 'status of taking back');
  await until(page, '#tally');
  if (javaScript) await page.waitForSelector('lo-wait', { state: 'detached', timeout: 30_000 });
  await until(page, '.kern-alert--success');
  await clean(t, page, 'when it is taken back');
  await t.shot(page, 'undone');
  await parents.go(`/offers?q=${key}`);
  lacks(await parents.page.locator('main').innerText(), `Spielkreis ${key} 1`, 'what parents find afterwards');
}

export default [
  ...[390, 1280].map((width) => ({ name: `import/${width}`, run: (t) => walk(t, { width, javaScript: true }) })),
  { name: 'import/noscript', run: (t) => walk(t, { width: 390, javaScript: false }) },
];
