// SPDX-License-Identifier: EUPL-1.2
// The lock after idle minutes: a warning, several tabs, what was typed, and the way back. The browser's clock is moved, not waited for.
import { randomUUID } from 'node:crypto';
import { equal, lacks, ok, soon } from '../lib/check.mjs';
import { password } from '../lib/server.mjs';
import { structure, violations, wide } from './pages.mjs';

const editor = 'jule.rosenwinkler@example.org';
const path = '/staff/unit';

async function clean(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

/** A sign-in of its own: the shared one must not be locked. */
async function signedIn(t, { language, width = 390, javaScript = true }) {
  t.shared.delete(`${t.base} ${editor} `);
  const session = await t.session(editor);
  t.shared.delete(`${t.base} ${editor} `);
  const visitor = await t.visitor({ language, width, javaScript, session });
  if (javaScript) await visitor.context.clock.install();
  return { ...visitor, session };
}

const passed = (page, minutes) => page.clock.fastForward(minutes * 60_000);

async function typeUnlock(page, text) {
  await page.locator('#lo-idle-password').fill(text);
  await Promise.all([page.waitForResponse((each) => each.url().endsWith('/unlock')), page.locator('lo-idle form button[type=submit]').click()]);
}

async function warning(t, { language, width }) {
  const { page, go } = await signedIn(t, { language, width });
  await go(path);
  const bar = page.locator('.lo-idle__warning');
  equal(await bar.isVisible(), false, 'the warning at first');
  await passed(page, 12.1);
  await bar.waitFor({ state: 'visible' });
  equal(await bar.locator('[role=status]').getAttribute('aria-live'), 'assertive', 'the warning is read out');
  ok(/\d\d:\d\d/.test(await bar.innerText()), 'the warning says when');
  await clean(t, page, 'with the warning');
  await t.shot(page, 'warning');
  await bar.locator('button').click();
  await bar.waitFor({ state: 'hidden' });
  await passed(page, 11.5);
  equal(await bar.isVisible(), false, 'the warning after staying');
  await passed(page, 3);
  const lock = page.locator('.lo-idle__lock');
  await lock.waitFor({ state: 'visible' });
  equal(await page.locator('main').isVisible(), false, 'the page is hidden');
  equal(await page.evaluate(() => document.activeElement?.id), 'lo-idle-heading', 'where the focus is');
  equal(await violations(page), [], 'accessibility, locked');
  equal(await wide(page), '', 'wider than the window, locked');
  await t.shot(page, 'locked');
}

/** What was typed stays in the tab; a wrong password says so; the server is locked as well. */
async function typed(t, { language, width }) {
  const { page, context, go, session } = await signedIn(t, { language, width });
  await go(path);
  const name = `Entwurf ${randomUUID().slice(0, 8)}`;
  await page.locator('#contact_name_1').fill(name);
  const answered = page.waitForResponse((each) => each.url().endsWith('/lock'));
  await passed(page, 14.1);
  equal((await answered).status(), 200, 'status of the lock');
  await page.locator('.lo-idle__lock').waitFor({ state: 'visible' });
  equal((await t.json(path, { session })).status, 401, 'status for others with this sign-in');
  equal(await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]), ['{}', '{}'], 'what is left in the browser');
  await typeUnlock(page, 'falsch');
  await soon(async () => (await page.locator('#lo-idle-error').innerText()).trim() !== '', 'a word about a wrong password');
  equal(await page.locator('#lo-idle-password').getAttribute('aria-invalid'), 'true', 'the field is marked');
  await typeUnlock(page, password);
  await page.locator('main').waitFor({ state: 'visible' });
  equal(await page.locator('#contact_name_1').inputValue(), name, 'what was typed');
  equal((await t.json(path, { session })).status, 200, 'status after unlocking');
  equal(context.pages().length, 1, 'tabs');
}

async function tabs(t, { language }) {
  const { page, context, go } = await signedIn(t, { language });
  await go(path);
  const other = await context.newPage();
  await other.goto(t.base + '/staff', { waitUntil: 'load' });
  await passed(other, 14.1);
  await other.locator('.lo-idle__lock').waitFor({ state: 'visible' });
  await page.locator('.lo-idle__lock').waitFor({ state: 'visible' });
  const third = await context.newPage();
  equal((await third.goto(t.base + '/staff', { waitUntil: 'load' })).status(), 401, 'status of a page of a locked sign-in');
  await clean(t, third, 'lock page');
  await t.shot(third, 'page');
  await typeUnlock(page, password);
  await other.locator('main').waitFor({ state: 'visible' });
  equal(await page.locator('.lo-idle__lock').isVisible(), false, 'the first tab is open again');
}

/** Without scripts: the server locks, keeps what is sent and shows it again. */
async function noScript(t, { language }) {
  const { page, go, session } = await signedIn(t, { language, javaScript: false });
  await go(path);
  const guard = await page.locator('#unit input[name=_guard]').getAttribute('value');
  const name = `Entwurf ${randomUUID().slice(0, 8)}`;
  await page.locator('#contact_name_1').fill(name);
  const kept = (await page.context().cookies()).map((each) => `${each.name}=${each.value}`).join('; ');
  equal((await t.json('/lock', { method: 'POST', cookie: kept, form: { _guard: guard } })).status, 200, 'status of the lock');
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('#unit > .lo-actions button').first().click()]);
  equal(answer.status(), 401, 'status of a form that meets the lock');
  lacks(await page.content(), name, 'the lock page');
  await page.locator('#unlock #password').fill('falsch');
  await page.locator('#unlock .lo-actions button').click();
  await t.problemSummary(page, ['password'], { focus: false });
  await page.locator('#unlock #password').fill(password);
  await page.locator('#unlock .lo-actions button').click();
  equal(await page.locator('#contact_name_1').inputValue(), name, 'what was typed');
  equal(await page.locator('main .kern-alert--warning').count(), 1, 'notes that it is not saved');
  await t.shot(page, 'again');
  lacks(JSON.stringify((await t.json(path, { session })).json), name, 'what is kept');
}

export default [
  { name: 'idle/warning/de/390', run: (t) => warning(t, { language: 'de', width: 390 }) },
  { name: 'idle/warning/ar/1280', run: (t) => warning(t, { language: 'ar', width: 1280 }) },
  { name: 'idle/typed/de/1280', run: (t) => typed(t, { language: 'de', width: 1280 }) },
  { name: 'idle/typed/ar/390', run: (t) => typed(t, { language: 'ar', width: 390 }) },
  ...['de', 'ar'].map((language) => ({ name: `idle/tabs/${language}`, run: (t) => tabs(t, { language }) })),
  { name: 'idle/no-script/de', run: (t) => noScript(t, { language: 'de' }) },
  { name: 'idle/no-script/ar', run: (t) => noScript(t, { language: 'ar' }) },
];
