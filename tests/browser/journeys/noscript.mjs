// SPDX-License-Identifier: EUPL-1.2
// The same without scripts, in short.
import { randomUUID } from 'node:crypto';
import { equal, has, ok, soon } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';
import { editor, typeSignIn } from './staff.mjs';

async function find(t, { language, width }) {
  const { page, go } = await t.visitor({ width, javaScript: false });
  await go('/');
  await page.locator('#q').fill('Kaffee');
  await page.locator(`.lo-languages button[value="${language}"]`).click();
  equal(await page.locator('#q').inputValue(), 'Kaffee', 'what was typed before the choice of language');
  await page.locator('#q').fill('');
  await t.isIn(page, language);
  await page.locator('#topic').selectOption('parents_cafe');
  await page.locator('#place').fill('00101');
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/topic=parents_cafe/);
  ok((await page.locator('.lo-card').count()) > 0, 'nothing found');
  ok((await page.locator('figure.lo-map svg a').count()) > 0, 'no pins on the map');
  // Buttons that can do nothing are not shown.
  equal(await page.locator('lo-here button:visible, lo-share button:visible, lo-print button:visible').count(), 0, 'buttons that need a script');
  await page.locator('form#search summary').click();
  await page.locator('#day').selectOption('2');
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/day=2/);
  await page.locator('.lo-card h3 a').first().click();
  await page.waitForURL(/\/offers\/[0-9a-f-]{36}$/);
  ok((await page.locator('.lo-contact a.lo-tel').getAttribute('href')).startsWith('tel:'), 'no telephone number to call');
  equal(await page.locator('lo-here button:visible, lo-share button:visible, lo-print button:visible').count(), 0, 'buttons that need a script, in an entry');
  await page.locator('a.lo-back').click();
  await page.waitForURL(/\/offers(\?|$)/);
}

async function correct(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width, javaScript: false });
  await go('/staff');
  await typeSignIn(page, editor, 'not-the-password');
  await t.problemSummary(page, ['email'], { focus: false });
  await typeSignIn(page, editor);
  await page.locator('nav a[href="/staff/services"]').first().click();
  await page.locator('table tbody th a').first().click();
  await page.waitForURL(/\/staff\/services\//);
  const id = page.url().split('/').at(-1);
  const nonce = `Probe ${randomUUID().slice(0, 8)}`;
  await page.locator('[id="name_de"]').fill('');
  await page.locator('summary', { has: page.locator('h2') }).nth(3).click();
  await page.locator('#phone').fill('ruf an!');
  await page.locator('main form .lo-actions button[type=submit]').click();
  await t.problemSummary(page, ['name_de', 'phone'], { focus: false });
  equal(await page.locator('#phone').inputValue(), 'ruf an!', 'what was typed');
  // What is to be mended lies open.
  await page.locator('[id="name_de"]').fill(nonce);
  await page.locator('#phone').fill('+49 30 23125 001');
  await page.locator('main form .lo-actions button[type=submit]').click();
  await page.waitForURL(/saved=1/);
  const offer = await t.offerOf(id);
  const parents = await t.visitor({ language: 'de', javaScript: false });
  await soon(async () => {
    await parents.go(`/offers/${offer.id}`);
    return (await parents.page.locator('h1').innerText()).includes(nonce);
  }, 'parents see the new title');
  equal(await parents.page.locator('a.lo-tel').getAttribute('href'), 'tel:+493023125001', 'the telephone number for parents');
  await go('/sign-out');
  await page.locator('main form button[type=submit]').click();
  await page.waitForURL(`${t.base}/`);
  await go('/staff');
  has(page.url(), '/sign-in', 'the page for those who signed out');
}

const some = walks.filter((walk) => (walk.language === 'uk') === (walk.width === 1280));
export default [
  ...some.map((walk) => ({ name: `noscript/find/${walk.name}`, run: (t) => find(t, walk) })),
  ...some.filter((walk) => walk.language !== 'uk').map((walk) => ({ name: `noscript/correct/${walk.name}`, run: (t) => correct(t, walk) })),
];
