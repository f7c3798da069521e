// SPDX-License-Identifier: EUPL-1.2
// Assertions whose message says what was found.

export class Failed extends Error {}

export function fail(message) {
  throw new Failed(message);
}

export function ok(condition, message) {
  if (!condition) fail(typeof message === 'function' ? message() : message);
}

const show = (value) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

export function equal(found, wanted, what) {
  ok(Object.is(found, wanted) || JSON.stringify(found) === JSON.stringify(wanted), () => `${what}: ${show(found)} instead of ${show(wanted)}`);
}

export function has(text, part, what) {
  ok(text.includes(part), () => `${what}: ${show(part)} is not in ${show(text)}`);
}

export function lacks(text, part, what) {
  ok(!text.includes(part), () => `${what}: ${show(part)} must not be there`);
}

/** Asks again and again until `probe` gives something true; at most `ms` long. */
export async function soon(probe, what, ms = 5000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) fail(`${what}: not within ${ms / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
