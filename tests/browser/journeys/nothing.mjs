// SPDX-License-Identifier: EUPL-1.2
// Nothing found helps on; what cannot be read in an address is said at its field.
import { equal, ok } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';

async function nothing(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  await go('/offers?q=zzzyyyxxx&place=00122&radius=2&time=evening&day=7');
  await t.isIn(page, language);
  equal(await page.locator('.lo-results').count(), 0, 'lists of results');
  const links = await page.locator('.lo-empty a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
  ok(links.includes('/help'), 'no link to people who help');
  ok(links.some((each) => each.includes('radius=50')), 'no link to a wider circle');
  ok(links.some((each) => !each.includes('time=') && each.includes('q=')), 'no link without filters');
  const open = links.find((each) => each.startsWith('/offers') && !each.includes('q='));
  ok(open, 'no link without words');
  for (const href of links) equal((await t.json(href)).status, 200, `status of ${href}`);
  await page.locator(`.lo-empty a[href="${open}"]`).click();
  await page.waitForURL((url) => !url.searchParams.has('q'));
  equal(await page.locator('#place').inputValue(), '00122', 'the place after the search without words');
}

async function unreadable(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  const answer = await go('/offers?place=Nirgendwo&radius=3&day=9&time=midnight&child=old&language=xxx&topic=nonsense&q=' + 'a'.repeat(101));
  ok([200, 422].includes(answer.status()), `status ${answer.status()}`);
  await t.isIn(page, language);
  const problems = await t.problemSummary(page, ['place', 'radius', 'day', 'time', 'child', 'language', 'topic', 'q']);
  const wordings = ['We do not know this place. Enter a postcode with five digits or the name of a town.', 'Choose a distance from the list.'].flatMap((id) => t.texts(language, id));
  for (const field of ['place', 'radius']) {
    const { text } = problems.find((each) => each.field === field);
    ok(wordings.includes(text), `the problem of ${field} speaks another language: ${text}`);
  }
  const title = await page.title();
  ok(t.texts(language, 'Error:').some((prefix) => title.startsWith(prefix)), `the title does not say that there are errors: ${title}`);
  equal(await page.locator('#place').inputValue(), 'Nirgendwo', 'the place that was typed');
  // Each link brings the focus to its field.
  for (const field of ['place', 'radius']) {
    await page.locator(`.lo-errors a[href="#${field}"]`).click();
    equal(await page.evaluate(() => document.activeElement.id), field, 'the focus after the link to a field');
  }
  // As JSON: all problems at once, each with its field.
  const json = await t.json('/offers?place=Nirgendwo&radius=3', { language });
  equal([json.status, json.headers.get('content-type')], [422, 'application/problem+json'], 'the answer as JSON');
  equal(json.json.errors.map((each) => each.field).sort(), ['place', 'radius'], 'fields with problems in JSON');
}

async function odd(t) {
  for (const query of ['page=0', 'page=-1', 'page=999999999999', 'page=abc', 'q=%00', 'q=%22%3E%3Cscript%3E', "q=' OR 1=1 --", 'q=%F0%9F%A7%92', 'radius=', 'child=&child=', 'lat=1&lon=2', 'near=1', 'q=%E2%80%AE'])
    ok((await t.json(`/offers?${query}`)).status < 500, `/offers?${query}: ${(await t.json(`/offers?${query}`)).status}`);
  for (const path of ['/offers?q=%zz', '/offers?q=%ff', '/offers/x', '/offers/%00', '/offers/..%2f', '/staff/services/x', '//example.org', '/sign-in?to=//example.org', '/?_language=xx']) {
    const { status } = await t.json(path);
    ok(status >= 200 && status < 500, `${path}: ${status}`);
  }
}

export default [
  ...walks.filter((walk) => walk.width === 390 || walk.language === 'de').flatMap((walk) => [
    { name: `nothing/${walk.name}`, run: (t) => nothing(t, walk) },
    { name: `unreadable/${walk.name}`, run: (t) => unreadable(t, walk) },
  ]),
  { name: 'unreadable/odd-addresses', stores: true, run: odd },
];
