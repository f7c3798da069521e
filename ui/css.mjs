// SPDX-License-Identifier: EUPL-1.2
// The two style sheets: KERN simplified, mirrored for the second one, and our
// own layer behind it.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import postcss from 'postcss';
import rtlcss from 'rtlcss';
import * as sass from 'sass';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');

export function iconSource(name) {
  return readFileSync(join(here, 'icons', `${name}.svg`), 'utf8')
    .replace(/<!--[\s\S]*?-->\s*/g, '')
    .trim();
}

function dataUrl(svg) {
  const text = svg
    .replaceAll('"', "'")
    .replace(/[%#{}<>]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `url("data:image/svg+xml,${text}")`;
}

// `@use 'lo:icons'`: the icons of ui/icons as a Sass map.
const ownIcons = {
  canonicalize: (url) => (url === 'lo:icons' ? new URL(url) : null),
  load() {
    const names = readdirSync(join(here, 'icons'))
      .filter((file) => file.endsWith('.svg'))
      .map((file) => file.slice(0, -4))
      .filter((name) => name !== 'favicon' && name !== 'mark')
      .sort();
    const map = names.map((name) => `'${name}': ${dataUrl(iconSource(name))}`).join(',\n');
    return { contents: `$icons: (${map});\n$mark: ${dataUrl(iconSource('mark'))};`, syntax: 'scss' };
  },
};

function compile(file) {
  return sass.compile(join(here, 'style', file), {
    style: 'expanded',
    charset: false,
    quietDeps: true,
    importers: [ownIcons, new sass.NodePackageImporter(root)],
    loadPaths: [join(root, 'node_modules')],
    url: pathToFileURL(join(here, 'style', file)),
  }).css;
}

// Old phones (before 2023) do not know oklch(); sRGB hex says the same.
function hexOfOklch(lightness, chroma, hue) {
  const h = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(h);
  const b = chroma * Math.sin(h);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (x) => {
    const v = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
    return Math.round(Math.min(1, Math.max(0, v)) * 255)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${linear.map(byte).join('')}`;
}

const oklch = /oklch\(\s*([\d.]+)%\s+([\d.]+)\s+([\d.]+)\s*\)/g;

// What KERN's sheet holds and Lotse does not need, by selector.
const unused = [
  /data-kern-theme|\.kern-(light|dark)\b/, // the theme follows the device
  /\.kern-level-2\b/,
  /^(area\[href\]|iframe:|\[tabindex\]|\[contentEditable)/i, // takes the focus ring away again
  /\.kern-heading-display|\.kern-sr-only-mobile|\.kern-card--(active|large|small)|\.kern-card__media/,
];

function simplifyKern(css) {
  const sheet = postcss.parse(css);
  sheet.walkComments((comment) => void comment.remove());

  // Light is the rule, dark is for screens that ask for it: so paper is light.
  sheet.walkAtRules('media', (media) => {
    if (/prefers-color-scheme:\s*light/.test(media.params)) media.replaceWith(media.nodes);
    else if (/prefers-color-scheme:\s*dark/.test(media.params)) {
      media.params = 'screen and (prefers-color-scheme: dark)';
      dark.push(media);
    }
  });

  sheet.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && rule.parent.name === 'keyframes') return;
    if (/^:is\(body,/.test(rule.selector)) rule.selector = 'body';
    const kept = rule.selectors.filter((one) => !unused.some((pattern) => pattern.test(one)));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  });
  sheet.walkDecls((decl) => {
    decl.value = decl.value.replace(oklch, (_, l, c, h) => hexOfOklch(l / 100, +c, +h));
  });
  sheet.walkRules((rule) => {
    const seen = new Set();
    for (const decl of rule.nodes.filter((node) => node.type === 'decl').reverse()) {
      const key = `${decl.prop}${decl.important}`;
      // Written twice: the mixin's default and what follows it.
      if (seen.has(key) && !decl.prop.startsWith('--')) decl.remove();
      seen.add(key);
      // Said once for all elements, by `*:not(i)` and by the browser.
      if (/^font-family$/.test(decl.prop) && rule.selector !== '*:not(i)') decl.remove();
      if (decl.prop === 'font-style' || decl.prop === 'letter-spacing') decl.remove();
    }
  });
  gatherForcedColours(sheet);
  // The unwrapped light tokens come after the dark ones: put dark last.
  for (const media of dark.splice(0)) {
    if (media.parent) sheet.append(media.remove());
  }
  return sheet;
}
const dark = [];

// KERN repeats the same few declarations for forced colours forty times.
function gatherForcedColours(sheet) {
  const groups = new Map();
  sheet.walkAtRules('media', (media) => {
    if (!/^\(forced-colors:\s*active\)$/.test(media.params)) return;
    media.walkRules((rule) => {
      const body = rule.nodes.map(String).join(';');
      groups.set(body, [...(groups.get(body) ?? []), rule]);
    });
    media.remove();
  });
  const gathered = postcss.atRule({ name: 'media', params: '(forced-colors: active)' });
  for (const [first, ...rest] of groups.values()) {
    // A selector that one browser does not know would take the others with it.
    const special = ({ selector }) => /::-(webkit|moz)/.test(selector);
    const common = [first, ...rest].filter((rule) => !special(rule));
    if (common.length > 0) {
      const selectors = [...new Set(common.flatMap((rule) => rule.selectors))];
      gathered.append(common[0].clone({ selector: selectors.join(',') }));
    }
    for (const rule of [first, ...rest].filter(special)) gathered.append(rule.clone());
  }
  sheet.append(gathered);
}

// KERN's tick is a turned box: mirroring its sides pulls it out of the field.
function mirror(sheet) {
  const copy = sheet.clone();
  copy.walkRules((rule) => {
    if (/__checkbox/.test(rule.selector) && /::?before/.test(rule.selector)) {
      rule.before({ text: 'rtl:ignore' });
    }
  });
  return postcss.parse(rtlcss.process(copy.toString()));
}

// Custom properties: constants of the lowest layer are written out, fallbacks
// of known ones dropped, those that nobody reads removed.
function settle(sheet) {
  const definitions = new Map();
  sheet.walkDecls(/^--/, (decl) => {
    definitions.set(decl.prop, [...(definitions.get(decl.prop) ?? []), decl]);
  });
  const constant = new Map();
  for (const [name, decls] of definitions) {
    const primitive = /^--kern-(\d+|font-size-\d+|color-(white|black|[a-z]+-\d{3})|metric-(?!border-radius).*|typography-font-weight-.*|component-.*)$/;
    if (decls.length === 1 && decls[0].parent.selector === ':root'
        && decls[0].parent.parent.type === 'root' && primitive.test(name)) {
      constant.set(name, decls[0].value.trim());
    }
  }
  const resolve = (value) => {
    let from = 0;
    for (;;) {
      const start = value.indexOf('var(--', from);
      if (start < 0) return value;
      let depth = 0;
      let end = start + 3;
      for (; end < value.length; ++end) {
        if (value[end] === '(') ++depth;
        else if (value[end] === ')' && --depth === 0) break;
      }
      const inner = value.slice(start + 4, end);
      const comma = inner.indexOf(',');
      const name = (comma < 0 ? inner : inner.slice(0, comma)).trim();
      let with_ = value.slice(start, end + 1);
      if (constant.has(name)) with_ = constant.get(name);
      else if (definitions.has(name)) with_ = `var(${name})`;
      else if (comma >= 0) with_ = inner.slice(comma + 1).trim();
      const unchanged = with_ === value.slice(start, end + 1);
      value = value.slice(0, start) + with_ + value.slice(end + 1);
      from = unchanged || with_.startsWith(`var(${name})`) ? start + with_.length : start;
    }
  };
  sheet.walkDecls((decl) => {
    if (decl.value.includes('var(')) decl.value = resolve(decl.value);
  });
  for (let again = true; again; ) {
    again = false;
    const read = new Set();
    sheet.walkDecls((decl) => {
      for (const [, name] of decl.value.matchAll(/var\((--[\w-]+)/g)) read.add(name);
    });
    sheet.walkDecls(/^--/, (decl) => {
      if (!read.has(decl.prop)) {
        decl.remove();
        again = true;
      }
    });
  }
  sheet.walkRules((rule) => {
    if (rule.nodes.length === 0) rule.remove();
  });
  sheet.walkAtRules('media', (media) => {
    if (media.nodes.length === 0) media.remove();
  });
  return sheet;
}

async function minify(css) {
  const result = await transform(css, {
    loader: 'css',
    minify: true,
    legalComments: 'none',
    target: ['chrome88', 'firefox85', 'safari14'],
    logLevel: 'silent',
  });
  return result.code;
}

const banner = '/*! SPDX-License-Identifier: EUPL-1.2 | Lotse, with KERN-UX native */\n';

export async function styleSheets() {
  const kern = simplifyKern(compile('kern.scss'));
  const own = postcss.parse(compile('lotse.scss'));
  own.walkComments((comment) => void comment.remove());
  const join_ = (first) => {
    const both = postcss.root();
    both.append(first.clone().nodes, own.clone().nodes);
    return settle(both).toString();
  };
  const ltr = join_(kern);
  const rtl = join_(mirror(kern));
  const [css, rtlCss] = await Promise.all([minify(ltr), minify(rtl)]);
  return { css: banner + css, rtl: banner + rtlCss };
}
