// SPDX-License-Identifier: EUPL-1.2
// From an invitation to a sign-in with a second factor, and what people do with their accounts then.
import { createHmac, randomUUID } from 'node:crypto';
import { equal, has, lacks, ok } from '../lib/check.mjs';
import { structure, violations, wide } from './pages.mjs';
import { typeSignIn } from './staff.mjs';

const password = 'vier Enten im Teich';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const kStep = 30_000;

/** The code that an app shows for a secret in Base32 (RFC 6238). */
function code(secret, at) {
  let bits = '';
  for (const each of secret.replaceAll(' ', '')) bits += letters.indexOf(each).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => Number.parseInt(each, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / kStep)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const from = hash[19] & 15;
  return String((hash.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function inOrder(t, page, where) {
  equal(await structure(t, page), [], `structure, ${where}`);
  equal(await violations(page), [], `accessibility, ${where}`);
  equal(await wide(page), '', `wider than the window, ${where}`);
}

async function send(page, form) {
  await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator(`#${form} .lo-actions button`).click()]);
  await page.waitForLoadState('load');
}

/** Follows a link of `lotse admin invite` to the end; the secret of the second factor and the recovery codes. */
export async function join(t, page, link, email) {
  await page.goto(link, { waitUntil: 'load' });
  lacks(page.url(), 'secret', 'the address after the first look');
  await inOrder(t, page, 'invitation');
  await page.locator('#email').fill('jemand.anders@example.org');
  await page.locator('#password').fill('Passwort1234');
  await send(page, 'accept');
  await t.problemSummary(page, ['email', 'password']);
  await inOrder(t, page, 'invitation with problems');
  equal(await page.locator('#password').inputValue(), '', 'the password after a refusal');
  await page.locator('#email').fill(email);
  await page.locator('#password').fill(password);
  await send(page, 'accept');
  equal(new URL(page.url()).pathname, '/sign-in/factor', 'the page after the password');
  await inOrder(t, page, 'second factor');
  await t.shot(page, 'factor');
  equal(await page.locator('#code').getAttribute('autocomplete'), 'one-time-code', 'autocomplete of the code');
  equal(await page.locator('#code').getAttribute('inputmode'), 'numeric', 'keypad of the code');
  const secret = await page.locator('main code').innerText();
  await page.locator('#code').fill('12345');
  await send(page, 'factor');
  await t.problemSummary(page, ['code']);
  await page.locator('#code').fill(code(secret, t.server.now()));
  await send(page, 'factor');
  await inOrder(t, page, 'recovery codes');
  await t.shot(page, 'codes');
  const codes = await page.locator('main ol code').allInnerTexts();
  equal(codes.length, 10, 'recovery codes');
  await send(page, 'continue');
  equal(new URL(page.url()).pathname, '/staff', 'the page after the codes');
  return { secret, codes };
}

async function signOut(page, go) {
  await go('/sign-out');
  await send(page, 'sign-out');
}

async function invitation(t, { width, javaScript = true }) {
  const { page, go } = await t.visitor({ language: 'de', width, javaScript });
  const email = `${randomUUID()}@example.org`;
  const link = t.server.invite('--email', email, '--name', 'Ada Beispiel', '--new-unit', `Haus ${randomUUID()}`, '--kind', 'family_centre');
  const { secret, codes } = await join(t, page, link, email);
  has(await page.locator('main').innerText(), 'Ada Beispiel', 'the first page');
  await signOut(page, go);
  await go('/sign-in');
  await typeSignIn(page, email, password);
  equal(new URL(page.url()).pathname, '/sign-in/code', 'the page after the password');
  await inOrder(t, page, 'code');
  // The code of the set-up was used: the next one, which may be half a minute ahead.
  await page.locator('#code').fill(code(secret, t.server.now() + kStep));
  await send(page, 'second');
  equal(new URL(page.url()).pathname, '/staff', 'the page after the code');
  await go('/account');
  await inOrder(t, page, 'own account');
  has(await page.locator('main').innerText(), '10', 'recovery codes left');
  await signOut(page, go);
  await go('/sign-in');
  await typeSignIn(page, email, password);
  await page.locator('#code').fill(codes[0].toLowerCase());
  await send(page, 'second');
  equal(new URL(page.url()).pathname, '/staff', 'the page after a recovery code');
  await page.goto(link, { waitUntil: 'load' });
  equal(await page.locator('h1').innerText(), t.texts('de', 'This link does not hold any more')[0], 'the link used a second time');
}

/** An administrator invites a colleague, renews her telephone, ends her function while she is signed in, and has her back. */
async function colleagues(t) {
  const { page, go } = await t.visitor({ language: 'de' });
  const admin = `${randomUUID()}@example.org`;
  const lead = `${randomUUID()}@example.org`;
  await join(t, page, t.server.invite('--email', admin, '--name', 'Ada', '--new-unit', `Haus ${randomUUID()}`, '--kind', 'family_centre'), admin);
  await go('/staff/accounts/invite');
  await inOrder(t, page, 'inviting');
  await page.locator('#email').fill(lead);
  await page.locator('#name').fill('Lea');
  await page.locator('input[name=function][value=lead]').check();
  await send(page, 'invite');
  await t.problemSummary(page, ['function']);
  await inOrder(t, page, 'inviting, with nobody to agree');
  await page.locator('input[name=function][value=lead]').uncheck();
  await page.locator('input[name=function][value=helper]').check();
  await send(page, 'invite');
  await inOrder(t, page, 'the link');
  const link = await page.locator('main code').innerText();
  const other = await t.visitor({ language: 'de' });
  await join(t, other.page, link, lead);
  await go('/staff/accounts');
  await inOrder(t, page, 'accounts');
  await page.locator('main a', { hasText: 'Lea' }).click();
  await page.waitForLoadState('load');
  await inOrder(t, page, 'a colleague');
  const colleague = page.url();
  await page.locator('input[name=what][value=factor]').check();
  await send(page, 'reset');
  const reset = await page.locator('main code').innerText();
  await other.page.goto(reset, { waitUntil: 'load' });
  await inOrder(t, other.page, 'renewing');
  await other.page.locator('#email').fill(lead);
  await other.page.locator('#password').fill(password);
  await send(other.page, 'reset');
  equal(new URL(other.page.url()).pathname, '/sign-in/factor', 'the page after link and password');
  await inOrder(t, other.page, 'another telephone');
  const secret = await other.page.locator('main code').innerText();
  await other.page.locator('#code').fill(code(secret, t.server.now()));
  await send(other.page, 'factor');
  await send(other.page, 'continue');
  await inOrder(t, other.page, 'first page with a note');
  await t.shot(other.page, 'note');
  await other.go('/account');
  await inOrder(t, other.page, 'own account with a note');
  has(await other.page.locator('main').innerText(), 'Ada', 'who renewed it');
  await page.goto(colleague, { waitUntil: 'load' });
  await send(page, 'end');
  await other.go('/account');
  equal(new URL(other.page.url()).pathname, '/sign-in', 'the page of somebody who has just left');
  ok(!(await page.locator('main').innerText()).includes('Lea'), 'somebody who left is still among the accounts');
  await go('/staff/accounts/invite');
  await page.locator('#email').fill(lead);
  await page.locator('#name').fill('Lea');
  await page.locator('input[name=function][value=helper]').check();
  await send(page, 'invite');
  await other.page.goto(await page.locator('main code').innerText(), { waitUntil: 'load' });
  await inOrder(t, other.page, 'invited again');
  await other.page.locator('main a[href*="/sign-in"]').click();
  await typeSignIn(other.page, lead, password);
  await other.page.locator('#code').fill(code(secret, t.server.now() + kStep));
  await send(other.page, 'second');
  await inOrder(t, other.page, 'accepting');
  await send(other.page, 'accept');
  equal(new URL(other.page.url()).pathname, '/staff', 'the page of somebody who has come back');
}

/** What controls others takes two: an administrator invites, a lead agrees; and a new telephone of her own. */
async function second(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 390 });
  const other = await t.visitor({ language: 'de' });
  const [admin, lead, officer] = [0, 1, 2].map(() => `${randomUUID()}@example.org`);
  const { secret } = await join(t, page, t.server.invite('--email', admin, '--name', 'Ada', '--unit', '1'), admin);
  await join(t, other.page, t.server.invite('--email', lead, '--name', 'Lea', '--unit', '1', '--function', 'lead'), lead);
  await go('/staff/accounts/invite');
  await page.locator('#email').fill(officer);
  await page.locator('#name').fill('Dora');
  await page.locator('input[name=function][value=dpo]').check();
  await send(page, 'invite');
  await inOrder(t, page, 'the link, to be agreed to');
  const link = await page.locator('main code').innerText();
  const third = await t.visitor({ language: 'de', width: 390 });
  await third.page.goto(link, { waitUntil: 'load' });
  await inOrder(t, third.page, 'an invitation that waits');
  equal(await third.page.locator('#email').count(), 0, 'form before somebody agreed');
  await other.go('/staff/accounts/invite');
  await inOrder(t, other.page, 'somebody to agree to');
  await t.shot(other.page, 'agree');
  await other.page.locator('form[action$="agree-to-invitation"] button').first().click();
  await other.page.waitForLoadState('load');
  await third.page.reload({ waitUntil: 'load' });
  equal(await third.page.locator('#email').count(), 1, 'form after somebody agreed');
  await go('/account/factor');
  await inOrder(t, page, 'another telephone');
  await page.locator('#password').fill(password);
  await page.locator('#code').fill(code(secret, t.server.now() + kStep));
  await send(page, 'own');
  await inOrder(t, page, 'the new key');
  await t.shot(page, 'key');
  await page.locator('#code').fill('12345');
  await send(page, 'own');
  await t.problemSummary(page, ['code']);
  await inOrder(t, page, 'the new key, wrong code');
}

// On SQLite alone: there the command reaches the program and its clock. On PostgreSQL it has its own, and the town lives another day.
export default [
  { name: 'accounts/invitation/390', run: (t) => invitation(t, { width: 390 }) },
  { name: 'accounts/invitation/1280', run: (t) => invitation(t, { width: 1280 }) },
  { name: 'accounts/colleagues', run: colleagues },
  { name: 'accounts/second', run: second },
];
