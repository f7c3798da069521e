// SPDX-License-Identifier: EUPL-1.2
// All pages: accessible by rule, no line on the console, nothing wider than the window, only classes that the style sheet knows.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { equal, ok } from '../lib/check.mjs';
import { germanOnly } from './find.mjs';
import { editor } from './staff.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const kFirstVisit = 110_000; // bytes over the wire

export async function violations(page) {
  await page.evaluate(`window.axe || (() => { ${axe} })()`);
  const found = await page.evaluate(async (values) => {
    const result = await window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
    return result.violations.map((each) => `${each.id} (${each.nodes.length}×: ${each.nodes[0].target.join(' ')} ${each.nodes[0].any.concat(each.nodes[0].all)[0]?.message ?? ''})`);
  }, tags);
  return found;
}

// What makes the page wider than its window.
export const wide = (page) => page.evaluate(async () => {
  for (let i = 0; i < 2; ++i) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return '';
  const scrolls = (element) => { for (let e = element.parentElement; e; e = e.parentElement) if (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX)) return true; return false; };
  const culprits = [...document.querySelectorAll('body *')].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.right > root.clientWidth + 0.5 || box.left < -0.5) && !each.closest('.kern-sr-only, .lo-skip') && !scrolls(each);
  });
  return `${root.scrollWidth} > ${root.clientWidth}: ${culprits.slice(-3).map((each) => `${each.tagName.toLowerCase()}.${each.getAttribute('class') ?? ''} "${each.textContent.trim().slice(0, 30)}"`).join(', ')}`;
});

export async function structure(t, page) {
  const found = await page.evaluate(() => ({
    classes: [...new Set([...document.querySelectorAll('[class]')].flatMap((each) => [...each.classList]))],
    doubled: (() => { const ids = [...document.querySelectorAll('[id]')].map((each) => each.id); return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))]; })(),
    inline: [...document.querySelectorAll('[style]')].length,
    h1: document.querySelectorAll('h1').length, main: document.querySelectorAll('main').length,
    levels: [...document.querySelectorAll('h1, h2, h3, h4')].map((each) => Number(each.tagName[1])),
    nameless: [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter((each) => !each.labels?.length).length,
    bare: [...document.querySelectorAll('a[href=""], a:not([href])')].length,
    placeholders: /\{[a-z]+\}/.exec(document.body.innerText)?.[0] ?? '',
    small: [...document.querySelectorAll('main a, main button, main input:not([type=hidden]), main select, main summary')].filter((each) => {
      const box = each.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && box.height < 24 && getComputedStyle(each).display !== 'inline' && !(each instanceof SVGElement);
    }).length,
  }));
  const wrong = [];
  if (t.classes) {
    const unknown = found.classes.filter((each) => !t.classes.has(each));
    if (unknown.length) wrong.push(`classes that the style sheet does not know: ${unknown.join(' ')}`);
  }
  if (found.doubled.length) wrong.push(`ids twice: ${found.doubled.join(' ')}`);
  if (found.inline) wrong.push(`${found.inline} style attributes`);
  if (found.h1 !== 1 || found.main !== 1) wrong.push(`${found.h1} h1, ${found.main} main`);
  if (found.levels.some((level, i) => i > 0 && level > found.levels[i - 1] + 1)) wrong.push(`a level of headings is left out: ${found.levels.join('')}`);
  if (found.nameless) wrong.push(`${found.nameless} fields without label`);
  if (found.bare) wrong.push(`${found.bare} links to nowhere`);
  if (found.placeholders) wrong.push(`a placeholder is shown: ${found.placeholders}`);
  if (found.small) wrong.push(`${found.small} targets lower than 24 px`);
  return wrong;
}

async function publicPages(t) {
  const german = await germanOnly(t);
  const violence = (await t.json('/offers?topic=domestic_violence')).json.offers[0];
  return [
    ['/'], ['/offers?topic=parents_cafe&place=00101&language=ukr&child=1to2&day=2&time=morning'], ['/offers?q=zzzyyyxxx&place=00122&radius=2&day=7'],
    ['/offers?place=Nirgendwo&radius=3&day=9&child=x'], [`/offers/${german.id}`], [`/offers/${violence.id}`], ['/help'], ['/easy-language'],
    ['/accessibility'], ['/accessibility/thanks'], ['/privacy'], ['/privacy/8'], ['/imprint'], ['/sign-in'], ['/nicht-da', 404],
  ];
}

async function staffPages(t) {
  const { json } = await t.json('/staff/services', { session: await t.session(editor) });
  return [['/staff'], ['/staff/services'], [`/staff/services/${json.entries[0].id}`], ['/staff/unit'], ['/sign-out'], ['/account'], ['/account/password'], ['/account/factor']];
}

async function look(t, language, list, { axeAt, session, context }) {
  const { page, go } = await t.visitor({ language, width: 1280, session, context });
  const wrong = [];
  for (const [path, status = 200] of list) {
    const short = path.replace(/[0-9a-f-]{36}/, '…');
    const note = (what) => wrong.push(`${short}: ${what}`);
    const answer = await go(path);
    if (answer.status() !== status) note(`status ${answer.status()}`);
    await t.isIn(page, language);
    for (const each of await structure(t, page)) note(each);
    const full = await wide(page);
    if (full) note(`too wide at 1280 px: ${full}`);
    if (axeAt.includes(1280)) for (const each of await violations(page)) note(`axe at 1280 px: ${each}`);
    await page.setViewportSize({ width: 390, height: 844 });
    if (axeAt.includes(390)) for (const each of await violations(page)) note(`axe at 390 px: ${each}`);
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; for (const each of document.querySelectorAll('details')) each.open = true; });
    const large = await wide(page);
    if (large) note(`too wide at 390 px with text of 200 %: ${large}`);
    await page.evaluate(() => { document.documentElement.style.fontSize = ''; });
    await page.setViewportSize({ width: 320, height: 700 });
    const narrow = await wide(page);
    if (narrow) note(`too wide at 320 px: ${narrow}`);
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  const groups = new Map();
  for (const each of wrong) {
    const [path, ...rest] = each.split(': ');
    const what = rest.join(': ');
    groups.set(what, [...(groups.get(what) ?? []), path]);
  }
  ok(wrong.length === 0, [...groups].map(([what, paths]) => `${what} [${paths.join(' ')}]`).join('; '));
}

// Both widths where the layout differs most; the others at one, so that a run does not take for ever.
const kinds = [
  { language: 'de', axeAt: [390, 1280] }, { language: 'uk', axeAt: [390] }, { language: 'ar', axeAt: [1280] },
  { language: 'en-XA', axeAt: [390] }, { language: 'ar-XB', axeAt: [390, 1280] },
];

async function dark(t) {
  const list = (await publicPages(t)).filter(([path]) => /^\/($|offers)/.test(path));
  await look(t, 'de', list, { axeAt: [390], context: { colorScheme: 'dark' } });
}

/** What a first visit costs: everything that comes over the wire for one page, with an empty cache. */
async function weight(t, language) {
  const sizes = [];
  for (const path of ['/', '/offers?topic=parents_cafe&place=00101', '/offers']) {
    const { page, context } = await t.visitor({ language });
    const wire = await context.newCDPSession(page);
    await wire.send('Network.enable');
    let sum = 0;
    const waiting = new Set();
    wire.on('Network.requestWillBeSent', (each) => waiting.add(each.requestId));
    wire.on('Network.loadingFinished', (each) => { sum += each.encodedDataLength; waiting.delete(each.requestId); });
    await page.goto(t.base + path, { waitUntil: 'networkidle' });
    ok(sum > 5000, `only ${sum} bytes came for ${path}`);
    sizes.push(`${path} ${sum}`);
    ok(sum <= kFirstVisit, `a first visit of ${path} costs ${sum} bytes, more than ${kFirstVisit}`);
  }
  return { note: sizes.join(', ') };
}

/** Nothing comes from elsewhere: all pages once, and every origin that was asked. Some browsers list what stands in the style sheet itself. */
async function oneOrigin(t) {
  const { page, go } = await t.visitor({ language: 'uk' });
  const session = await t.session(editor);
  for (const [path] of await publicPages(t)) await go(path);
  await page.context().addCookies([{ name: 'lotse', value: session, url: t.base, httpOnly: true, sameSite: 'Lax' }]);
  for (const [path] of await staffPages(t)) await go(path);
  equal([...t.origins], [t.base], 'origins that were asked');
  const outside = await page.evaluate(() => performance.getEntriesByType('resource').filter((each) => !each.name.startsWith('data:'))
    .map((each) => new URL(each.name).origin).filter((each) => each !== location.origin));
  equal(outside, [], 'resources from elsewhere');
}

export default [
  ...kinds.map(({ language, axeAt }) => ({ name: `pages/public/${language}`, run: async (t) => look(t, language, await publicPages(t), { axeAt }) })),
  ...kinds.map(({ language, axeAt }) => ({ name: `pages/staff/${language}`, run: async (t) => look(t, language, await staffPages(t), { axeAt, session: await t.session(editor) }) })),
  { name: 'pages/dark', run: dark },
  ...['de', 'uk', 'ar'].map((language) => ({ name: `weight/${language}`, run: (t) => weight(t, language) })),
  { name: 'one-origin', run: oneOrigin },
];
