// SPDX-License-Identifier: EUPL-1.2
// What the journeys know of the invented town, read from its source.
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'));

export const town = read('sample/town.json');
export const topics = read('src/topic/catalogue.json').topics;

export const languages = ['de', 'de-x-simple', 'en', 'uk', 'ru', 'ar', 'fa', 'tr', 'bg', 'ro', 'ku', 'ti'];
export const rightToLeft = new Set(['ar', 'fa', 'ar-XB']);

/** The languages and widths of the journeys. */
export const walks = ['de', 'uk', 'ar'].flatMap((language) => [390, 1280].map((width) => ({ language, width, name: `${language}/${width}` })));

export const spoken = { de: 'deu', uk: 'ukr', ar: 'ara' };

export const confidential = town.locations.filter((each) => each.confidential);
