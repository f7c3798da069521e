// SPDX-License-Identifier: EUPL-1.2
// What a journey works with: visitors with browser windows of their own, whose every request and console line is watched.
import { wordings } from './po.mjs';
import { equal, Failed, ok } from './check.mjs';
import { password } from './server.mjs';
import { rightToLeft } from './town.mjs';

const heights = { 320: 700, 390: 844, 1280: 900 };

// What the browser itself writes down about an answer such as 422; that the answer came is tested where it matters.
const isStatusLine = (text) => /^Failed to load resource: the server responded with a status of 4\d\d/.test(text);

export class Journey {
  /** @param {{name: string, base: string, browser: import('playwright-core').Browser, shots?: string, strict?: boolean, classes?: Set<string>, shared: object}} o */
  constructor(o) {
    Object.assign(this, o);
    this.contexts = [];
    this.problems = [];
    this.origins = new Set();
  }

  /** All wordings that a page may have for a message of ours. */
  texts(language, id) {
    return wordings(language, id, this.strict);
  }

  /**
   * A window of its own: no cookies of others, empty cache.
   * @param {{language?: string, width?: number, javaScript?: boolean, session?: string, elsewhere?: string[], context?: object}} o
   *   language: as chosen before (cookie); elsewhere: origins that this journey may go to (answered by us).
   */
  async visitor({ language, width = 390, javaScript = true, session, elsewhere = [], context: more = {} } = {}) {
    const context = await this.browser.newContext({
      viewport: { width, height: heights[width] ?? 900 }, javaScriptEnabled: javaScript, locale: 'de-DE', timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce', ...more,
    });
    this.contexts.push(context);
    context.setDefaultTimeout(15_000);
    const cookie = (name, value) => ({ name, value, url: this.base, httpOnly: true, sameSite: 'Lax' });
    if (language) await context.addCookies([cookie('lotse_language', language)]);
    if (session) await context.addCookies([cookie('lotse', session)]);
    for (const origin of elsewhere)
      await context.route(`${origin}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>elsewhere</title><h1>elsewhere</h1>' }));
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol === 'data:' || url.protocol === 'about:') return;
      this.origins.add(url.origin);
      if (url.origin !== this.base && !elsewhere.includes(url.origin)) this.problems.push(`request to another origin: ${url.origin}${url.pathname}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 500) this.problems.push(`status ${response.status()} for ${new URL(response.url()).pathname}`);
      if (response.status() >= 400 && response.url().includes('/static/')) this.problems.push(`status ${response.status()} for ${response.url()}`);
    });
    context.on('console', (message) => {
      if (!['error', 'warning'].includes(message.type()) || isStatusLine(message.text())) return;
      this.problems.push(`console: ${message.text().slice(0, 300)}`);
    });
    context.on('weberror', (error) => this.problems.push(`script: ${error.error().message}`));
    const page = await context.newPage();
    return { context, page, go: (path) => this.go(page, path) };
  }

  /** Something wrong that does not hinder the rest: the journey goes on and fails at its end. */
  note(problem) {
    this.problems.push(problem);
  }

  /** Opens a page of ours; the answer. */
  async go(page, path) {
    return page.goto(this.base + path, { waitUntil: 'load' });
  }

  /** JSON of ours. */
  async json(path, { session, method = 'GET', body, language, form, cookie } = {}) {
    const headers = { accept: 'application/json', origin: this.base };
    const cookies = [];
    if (cookie) cookies.push(cookie);
    if (session) cookies.push(`lotse=${session}`);
    if (language) cookies.push(`lotse_language=${language}`);
    if (cookies.length) headers.cookie = cookies.join('; ');
    if (body) headers['content-type'] = 'application/json';
    if (form) headers['content-type'] = 'application/x-www-form-urlencoded';
    const response = await fetch(this.base + path, {
      method, headers, redirect: 'manual', body: body ? JSON.stringify(body) : form ? new URLSearchParams(form).toString() : undefined,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
  }

  /** Signs in without a browser; the session. Sessions are kept: the sign-in itself is tested by its own journey. */
  async session(email, unit) {
    const key = `${this.base} ${email} ${unit ?? ''}`;
    if (!this.shared.has(key)) {
      const page = await fetch(`${this.base}/sign-in`);
      const guard = /name="_guard" value="([0-9a-f]+)"/.exec(await page.text())[1];
      const kept = page.headers.getSetCookie().find((each) => each.startsWith('lotse_guard=')).split(';')[0];
      let answer = await this.json('/sign-in', { method: 'POST', cookie: kept, form: { email, password, _guard: guard } });
      if (unit) {
        const half = answer.headers.getSetCookie().find((each) => each.startsWith('lotse=')).split(';')[0];
        answer = await this.json('/sign-in/continue', { method: 'POST', cookie: `${kept}; ${half}`, form: { unit, _guard: guard } });
      }
      const cookie = answer.headers.getSetCookie().find((each) => each.startsWith('lotse='));
      ok(answer.status === 303 && cookie, `sign-in of ${email}: status ${answer.status}`);
      this.shared.set(key, cookie.slice('lotse='.length, cookie.indexOf(';')));
    }
    return this.shared.get(key);
  }

  /** Every offer as the list of results has it. */
  async offers(query = '') {
    const all = [];
    for (let page = 1; ; ++page) {
      const { json } = await this.json(`/offers?${query}${query ? '&' : ''}page=${page}`);
      all.push(...json.offers);
      if (json.offers.length < 20) return all;
    }
  }

  /** The offer of a service, for parents. */
  async offerOf(service) {
    const found = (await this.offers()).find((each) => each.service_id === service);
    ok(found, `no offer of service ${service}`);
    return found;
  }

  async isIn(page, language) {
    const html = page.locator('html');
    equal(await html.getAttribute('lang'), language === 'de-x-simple' ? 'de' : language, 'language of the page');
    equal(await html.getAttribute('dir'), rightToLeft.has(language) ? 'rtl' : 'ltr', 'direction of the page');
  }

  /** The summary of problems: it has the focus, and each of its links leads to a field that is there and marked. */
  async problemSummary(page, fields, { focus = true } = {}) {
    const found = await page.evaluate(() => {
      const summary = document.querySelector('.lo-errors');
      if (!summary) return null;
      return {
        count: document.querySelectorAll('.lo-errors').length,
        focused: document.activeElement === summary,
        named: summary.hasAttribute('aria-labelledby') && Boolean(document.getElementById(summary.getAttribute('aria-labelledby'))?.textContent.trim()),
        links: [...summary.querySelectorAll('li')].map((item) => {
          const link = item.querySelector('a');
          const name = link?.getAttribute('href').slice(1) ?? '';
          const field = document.getElementById(name);
          const error = document.getElementById(`${name}-error`);
          const box = field?.getBoundingClientRect();
          return {
            field: name, text: item.textContent.trim(), there: Boolean(field), seen: Boolean(box?.width && box.height),
            marked: field?.getAttribute('aria-invalid') === 'true' || field?.closest('fieldset')?.getAttribute('aria-describedby')?.includes(`${name}-error`) === true,
            same: error?.textContent.trim() === item.textContent.trim(),
            described: `${field?.getAttribute('aria-describedby') ?? ''} ${field?.closest('fieldset')?.getAttribute('aria-describedby') ?? ''}`.split(' ').includes(`${name}-error`),
          };
        }),
      };
    });
    ok(found, 'no summary of problems');
    equal(found.count, 1, 'summaries of problems');
    ok(found.named, 'the summary of problems has no name');
    if (focus) ok(found.focused, 'the summary of problems has not got the focus');
    for (const field of fields) ok(found.links.some((each) => each.field === field), () => `the summary has no problem of ${field}: ${found.links.map((each) => each.field).join(' ')}`);
    const twice = found.links.map((each) => each.field).filter((field, i, all) => field && all.indexOf(field) !== i);
    if (twice.length) this.note(`the summary has two problems of one field: ${[...new Set(twice)].join(' ')}`);
    for (const link of found.links.filter((each, i, all) => each.field && all.findIndex((other) => other.field === each.field) === i)) {
      ok(link.there, `the summary links to #${link.field}, which is not there`);
      ok(link.seen, `#${link.field} has a problem and is not to be seen (inside something closed?)`);
      ok(link.marked, `#${link.field} has a problem and is not marked as invalid`);
      ok(link.described && link.same, `the problem of #${link.field} does not stand at the field in the same words`);
    }
    return found.links;
  }

  async shot(page, name) {
    if (this.shots) await page.screenshot({ path: `${this.shots}/${this.name.replaceAll('/', '-')}-${name}.png`, fullPage: true });
  }

  async close() {
    for (const context of this.contexts.splice(0)) await context.close().catch(() => {});
    if (this.problems.length) throw new Failed([...new Set(this.problems)].join('; '));
  }
}
