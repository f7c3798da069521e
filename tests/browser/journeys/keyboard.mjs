// SPDX-License-Identifier: EUPL-1.2
// With the keyboard alone: from the link that skips, through the search, into an entry. Each stop shows where it is.
import { equal, ok } from '../lib/check.mjs';
import { walks } from '../lib/town.mjs';
import { editor } from './staff.mjs';

// The element with the focus, and whether it can be seen that it has it.
const stop = (page) => page.evaluate(async () => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !/^(transparent|rgba\(\d+, \d+, \d+, 0\))$/.test(style.outlineColor);
  // In the map the shape inside is drawn differently.
  const drawn = async (link) => {
    if (!(link instanceof SVGElement)) return false;
    const settled = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
    const lines = () => JSON.stringify([...link.querySelectorAll('*')].map((each) => [getComputedStyle(each).stroke, getComputedStyle(each).strokeWidth]));
    const focused = lines();
    link.blur();
    await settled();
    const plain = lines();
    link.focus({ focusVisible: true });
    await settled();
    return focused !== plain;
  };
  const looks = [getComputedStyle(element), getComputedStyle(element, '::before'), getComputedStyle(element, '::after')];
  const box = element.getBoundingClientRect();
  const leave = document.querySelector('a.lo-leave')?.getBoundingClientRect();
  return {
    what: `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''}${element.getAttribute('href') ? `[${element.getAttribute('href')}]` : ''}${element.className?.baseVal ?? element.className ? `.${String(element.className?.baseVal ?? element.className).split(' ')[0]}` : ''}`,
    id: element.id, tag: element.tagName, href: element.getAttribute('href') ?? '', classes: String(element.className?.baseVal ?? element.className),
    ring: looks.some(ring) || (await drawn(element)), seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: Boolean(leave && element.className !== 'lo-leave' && box.top >= leave.top && box.bottom <= leave.bottom && box.left >= leave.left && box.right <= leave.right),
    svg: element instanceof SVGElement,
  };
});

/** Presses Tab until `wanted` says that it is there; every stop on the way is looked at. */
async function tabTo(page, wanted, what, seen, most = 150) {
  for (let i = 0; i < most; ++i) {
    await page.keyboard.press('Tab');
    const now = await stop(page);
    ok(now, `the focus was lost on the way to ${what}`);
    seen.push(now);
    if (wanted(now)) return now;
  }
  ok(false, `${what} is not reached with ${most} times Tab`);
  return null;
}

function judge(seen) {
  const dark = seen.filter((each) => !each.ring);
  equal([...new Set(dark.map((each) => each.what))], [], 'stops whose focus cannot be seen');
  equal([...new Set(seen.filter((each) => !each.seen || each.covered).map((each) => each.what))], [], 'stops out of sight or covered');
}

async function search(t, { language, width }) {
  const { page, go } = await t.visitor({ language, width });
  const seen = [];
  await go('/');
  await page.keyboard.press('Tab');
  const skip = await stop(page);
  equal(skip?.href, '#main', 'the first stop');
  seen.push(skip);
  await page.keyboard.press('Enter');
  equal(await page.evaluate(() => document.activeElement.id), 'main', 'the focus after the link that skips');
  await tabTo(page, (each) => each.id === 'q', 'the field for words', seen);
  await page.keyboard.type('кафе');
  await tabTo(page, (each) => each.tag === 'SUMMARY', 'the filters', seen);
  await page.keyboard.press('Enter');
  await tabTo(page, (each) => each.id === 'child-2', 'an age class', seen);
  await page.keyboard.press('Space');
  await tabTo(page, (each) => each.tag === 'BUTTON' && each.classes.includes('kern-btn--primary'), 'the button that searches', seen);
  judge(seen.splice(0));
  await page.keyboard.press('Enter');
  await page.waitForURL(/child=1to2/);
  await page.waitForLoadState('load');
  await tabTo(page, (each) => /^\/offers\/[0-9a-f-]{36}$/.test(each.href), 'the first result', seen);
  await tabTo(page, (each) => each.svg, 'a pin on the map', seen);
  const pin = (await stop(page)).href;
  await page.keyboard.press('Enter');
  equal(new URL(page.url()).hash, pin, 'the address after a pin on the map');
  await go(page.url().slice(t.base.length).split('#')[0]);
  await tabTo(page, (each) => /^\/offers\/[0-9a-f-]{36}$/.test(each.href), 'the first result again', seen);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/offers\/[0-9a-f-]{36}$/);
  await page.waitForLoadState('load');
  await tabTo(page, (each) => each.classes.includes('lo-tel'), 'the telephone number', seen);
  judge(seen);
}

async function throughStaffForm(t) {
  const { page, go } = await t.visitor({ language: 'de', width: 1280, session: await t.session(editor) });
  await go('/staff/services');
  const seen = [];
  await tabTo(page, (each) => /^\/staff\/services\/./.test(each.href), 'the first entry', seen);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/staff\/services\//);
  await page.waitForLoadState('load');
  await tabTo(page, (each) => each.tag === 'BUTTON' && each.classes.includes('kern-btn--primary'), 'the button that saves', seen, 300);
  judge(seen);
}

async function onViolence(t) {
  const { page, go } = await t.visitor({ language: 'de' });
  await go('/offers?topic=domestic_violence');
  const seen = [];
  await tabTo(page, (each) => each.classes.includes('lo-leave'), 'the button that leaves', seen, 25);
  await tabTo(page, (each) => each.href === '/sign-in', 'the end of the page', seen);
  judge(seen);
}

export default [
  ...walks.filter((walk) => walk.language === 'de' || walk.width === 390).map((walk) => ({ name: `keyboard/search/${walk.name}`, run: (t) => search(t, walk) })),
  { name: 'keyboard/staff-form', run: throughStaffForm },
  { name: 'keyboard/nothing-covered', run: onViolence },
];
