// SPDX-License-Identifier: EUPL-1.2
// The place of the women's shelter is in no page, no JSON, no language; and nothing lets anybody work it out.
import { equal, lacks, ok } from '../lib/check.mjs';
import { confidential, languages, town } from '../lib/town.mjs';

const secrets = confidential.flatMap((each) => [each.street, each.street.replace(/ \d+\S*$/, ''), String(each.lat), String(each.lon)]);

async function shelter(t) {
  const offer = (await t.offers('topic=womens_shelter')).find((each) => !each.address);
  ok(offer, 'the shelter is not among the offers');
  return offer;
}

async function nowhere(t) {
  ok(secrets.length >= 4, 'the town has no confidential place');
  const offer = await shelter(t);
  const paths = ['/', '/help', '/offers?topic=womens_shelter', '/offers?topic=womens_shelter&place=00104&radius=2', '/offers?q=Frauenhaus&place=00104', `/offers/${offer.id}`];
  for (const language of languages)
    for (const path of paths)
      for (const accept of ['text/html', 'application/json']) {
        const response = await fetch(t.base + path, { headers: { accept, cookie: `lotse_language=${language}` } });
        equal(response.status, 200, `status of ${path}`);
        const text = await response.text();
        for (const secret of secrets) lacks(text, secret, `${path} in ${language} (${accept})`);
      }
  for (let page = 1; page <= 15; ++page)
    for (const accept of ['text/html', 'application/json'])
      for (const query of [`page=${page}`, `place=00104&radius=50&page=${page}`]) {
        const text = await (await fetch(`${t.base}/offers?${query}`, { headers: { accept } })).text();
        for (const secret of secrets) lacks(text, secret, `/offers?${query} (${accept})`);
      }
}

// Whoever asks from many places with many radii must not learn where it lies.
async function notMeasured(t) {
  const offer = await shelter(t);
  const answers = new Set();
  for (const { postcode } of town.places)
    for (const radius of [2, 5, 50]) {
      const found = (await t.offers(`topic=womens_shelter&place=${postcode}&radius=${radius}`)).find((each) => each.id === offer.id);
      if (found) equal([found.distance_m, found.address, found.approximate], [undefined, '', false], `what is said of the place from ${postcode}`);
      answers.add(Boolean(found));
    }
  equal(answers.size, 1, 'different answers, by place and radius, to whether the shelter is there');
  const isFoundBy = async (words) => (await t.offers(`q=${encodeURIComponent(words)}`)).some((each) => each.id === offer.id);
  for (const words of secrets) ok(!(await isFoundBy(words)), `the shelter is found by "${words}"`);
  // A postcode or a street among the words tells no more than one that is not the shelter's.
  for (const [own, other] of [['00104 Frauenhaus', '00121 Frauenhaus'], ['Birkenlage Frauenhaus', 'Xylophonlage Frauenhaus']])
    equal(await isFoundBy(own), await isFoundBy(other), `whether the shelter is found by "${own}" and "${other}"`);
  // Near me, from the shelter's own door.
  const door = await fetch(`${t.base}/offers?near=1&topic=womens_shelter&radius=2`, { headers: { accept: 'application/json', cookie: 'lotse_here=52.06_7.96' } });
  const near = (await door.json()).offers.find((each) => each.id === offer.id);
  equal(near?.distance_m, undefined, 'the distance to the shelter from its door');
}

// A woman who gives her postcode finds it all the same: it is for her, wherever it lies.
async function foundFromEverywhere(t) {
  const offer = await shelter(t);
  for (const query of ['topic=womens_shelter&place=00101', 'topic=protection&place=00121&radius=2', 'q=Frauenhaus&place=00101'])
    ok((await t.offers(query)).some((each) => each.id === offer.id), `the shelter is not found by ${query}`);
}

async function onThePage(t) {
  const offer = await shelter(t);
  for (const language of ['de', 'uk', 'ar']) {
    const { page, go } = await t.visitor({ language });
    await go(`/offers/${offer.id}`);
    const html = await page.content();
    for (const secret of secrets) lacks(html, secret, `the entry of the shelter in ${language}`);
    equal(await page.locator('figure.lo-map').count(), 0, 'maps in the entry of the shelter');
    ok((await page.locator('a.lo-tel').count()) > 0, 'no telephone number of the shelter');
    await go('/offers?topic=protection');
    for (const secret of secrets) lacks(await page.content(), secret, `the results in ${language}`);
    const pins = await page.locator('figure.lo-map svg a').evaluateAll((all) => all.map((each) => each.getAttribute('href')));
    const card = await page.locator(`li.lo-card:has(a[href="/offers/${offer.id}"])`).getAttribute('id');
    ok(!pins.includes(`#${card}`), 'the shelter has a pin on the map');
  }
}

export default [
  { name: 'shelter/nowhere', stores: true, run: nowhere },
  { name: 'shelter/not-measured', stores: true, run: notMeasured },
  { name: 'shelter/found-from-everywhere', run: foundFromEverywhere },
  { name: 'shelter/on-the-page', run: onThePage },
];
