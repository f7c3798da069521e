// SPDX-License-Identifier: EUPL-1.2
// "Near me": the place leaves the device only roughly, by POST, and stands in no address.
import { equal, lacks, ok, soon } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';

async function granted(t, { language, width }) {
  const { page, context, go } = await t.visitor({ language, width, context: { geolocation: { latitude: 52.051234, longitude: 7.954321 }, permissions: ['geolocation'] } });
  const addresses = [];
  const posts = [];
  page.on('request', (request) => {
    addresses.push(request.url());
    if (request.method() === 'POST') posts.push({ path: new URL(request.url()).pathname, body: request.postData() });
  });
  await go('/');
  await page.locator('#topic').selectOption('parents_cafe');
  const [answer] = await Promise.all([page.waitForResponse((each) => each.request().method() === 'POST'), page.locator('lo-here button').click()]);
  equal(answer.status(), 303, 'status after sending the place');
  await page.waitForURL(/\/offers\?/);
  await page.waitForLoadState('load');
  equal(posts.map((each) => each.path), ['/offers/here'], 'what was sent by POST');
  const sent = new URLSearchParams(posts[0].body);
  equal([sent.get('lat'), sent.get('lon')], ['52.05', '7.95'], 'the place that was sent');
  equal(await page.locator('.lo-results').count(), 1, 'lists of results');
  for (const address of addresses) for (const digits of ['52.0', '7.95']) lacks(address.slice(t.base.length), digits, `the address ${address}`);
  const cookie = (await context.cookies()).find((each) => each.name === 'lotse_here');
  equal(cookie?.value, '52.05_7.95', 'the cookie with the place');
  equal([cookie.httpOnly, cookie.sameSite], [true, 'Lax'], 'HttpOnly and SameSite of the cookie with the place');
  ok(cookie.expires > 0 && cookie.expires < Date.now() / 1000 + 3700, 'the cookie with the place lives longer than an hour');
  const url = new URL(page.url());
  equal([url.searchParams.get('near'), url.searchParams.get('topic')], ['1', 'parents_cafe'], 'near and topic in the address');
  equal(await page.locator('.lo-map__you').count(), 1, 'marks of the own place on the map');
  await t.isIn(page, language);
  // Asked once more by the ordinary button, it is still near.
  await page.locator('.lo-search__submit button').click();
  await page.waitForURL(/near=1/);
  equal(await page.locator('.lo-map__you').count(), 1, 'marks of the own place after another search');
}

/** Sign and word of the button stand in one line, and the button is as high as the field beside it. */
async function aligned(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  await go('/');
  const box = (selector) => page.locator(selector).evaluate((each) => { const { y, height } = each.getBoundingClientRect(); return { middle: y + height / 2, height }; });
  const [button, word, sign, field] = [await box('lo-here button'), await box('lo-here .kern-label'), await box('lo-here .kern-icon'), await box('#place')];
  ok(Math.abs(word.middle - sign.middle) < 1 && Math.abs(word.middle - button.middle) < 1, `the word of the button lies at ${word.middle}, its sign at ${sign.middle}`);
  equal(button.height, field.height, 'the height of the button, as that of the field');
}

async function denied(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  await go('/');
  const here = page.locator('lo-here');
  await here.locator('button').click();
  const text = await here.getAttribute('data-error');
  await soon(async () => (await here.locator('[role=status]').innerText()).trim() === text, 'the text that there is no place');
  ok(t.texts(language, 'Your place could not be found. Enter a postcode or a town instead.').includes(text), `the text that there is no place speaks another language: ${text}`);
  equal(new URL(page.url()).pathname, '/', 'the page after the refusal');
}

export default walks.filter((walk) => walk.width === 390 || walk.language === 'de').flatMap((walk) => [
  { name: `near/granted/${walk.name}`, run: (t) => granted(t, walk) },
  { name: `near/aligned/${walk.name}`, run: (t) => aligned(t, walk) },
  { name: `near/denied/${walk.name}`, run: (t) => denied(t, walk) },
]);
