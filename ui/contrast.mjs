// SPDX-License-Identifier: EUPL-1.2
// node ui/contrast.mjs OUTDIR: contrast of the colour pairs that our own layer
// combines, in the light and the dark theme. Checkers in a browser pass over
// text on masks, SVG and some dark pages; this reads the built sheet.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postcss from 'postcss';

const out = process.argv[2];
if (!out) {
  console.error('usage: node ui/contrast.mjs OUTDIR');
  process.exit(2);
}
const sheet = postcss.parse(readFileSync(join(out, 'lotse.css'), 'utf8'));
const themes = { light: new Map(), dark: new Map() };
sheet.walkDecls(/^--/, (decl) => {
  const { selector, parent } = decl.parent;
  if (selector !== ':root') return;
  if (parent.type === 'root') {
    themes.light.set(decl.prop, decl.value.trim());
    if (!themes.dark.has(decl.prop)) themes.dark.set(decl.prop, decl.value.trim());
  } else if (/prefers-color-scheme:\s*dark/.test(parent.params)) {
    themes.dark.set(decl.prop, decl.value.trim());
  }
});

function rgb(theme, value) {
  for (let hops = 0; hops < 10; ++hops) {
    const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    if (!name) break;
    value = theme.get(name) ?? '';
  }
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(value)?.[1];
  if (!hex) return null;
  const long = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
  return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16) / 255);
}
const luminance = (colour) =>
  colour
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
function ratio(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const background = ['layout-background-default', 'layout-background-hued', 'layout-background-level-1'];
const feedback = ['danger', 'info', 'success', 'warning'];
// [foreground, background, smallest ratio]: 4.5 for text, 3 for signs and edges.
const pairs = [
  ...background.flatMap((b) => [
    ['layout-text-default', b, 4.5],
    ['layout-text-muted', b, 4.5],
    ['action-default', b, 4.5],
    ['action-visited', b, 4.5],
    ['action-focus-default', b, 3],
    ['feedback-danger', b, 4.5],
    ['feedback-info', b, 3],
    ['layout-border', b, 3],
  ]),
  ['action-on-default', 'action-default', 4.5],
  ['layout-background-default', 'feedback-danger', 4.5],
  ...feedback.flatMap((name) => [
    ['layout-text-default', `feedback-${name}-background`, 4.5],
    [`feedback-${name}`, `feedback-${name}-background`, 3],
  ]),
  ['layout-text-default', 'feedback-default-background', 4.5],
  ['feedback-default', 'feedback-default-background', 3],
];
let failed = 0;
let checked = 0;
for (const [name, theme] of Object.entries(themes)) {
  for (const [front, back, least] of pairs) {
    const colours = [front, back].map((token) => rgb(theme, `var(--kern-color-${token})`));
    if (colours.includes(null)) {
      console.error(`ui contrast: ${name}: no colour for ${front} or ${back}`);
      ++failed;
      continue;
    }
    ++checked;
    const found = ratio(...colours);
    if (found < least) {
      console.error(`ui contrast: ${name}: ${front} on ${back} is ${found.toFixed(2)}, needed ${least}`);
      ++failed;
    }
  }
}
console.log(`contrast: ${checked} pairs checked, ${failed} failed`);
process.exit(failed ? 1 : 0);
