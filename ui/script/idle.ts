// SPDX-License-Identifier: EUPL-1.2
// <lo-idle>: warns two minutes before the server locks the session, and hides
// the page when it does. What was typed stays in the hidden page, in memory of
// this tab alone. Tabs tell each other when somebody was there, when it was
// locked, and when it was opened again. Without scripts the server does all of
// it with the next request.

type Word = 'seen' | 'locked' | 'unlocked';

const kSeldom = 60_000;

export class Idle extends HTMLElement {
  #seen = Date.now();
  #told = Date.now();
  #timer = 0;
  #locked = false;
  // Where there is none (Safari 14), each tab looks after itself.
  #tabs = 'BroadcastChannel' in window ? new BroadcastChannel('lo-idle') : null;
  #focus: Element | null = null;

  connectedCallback(): void {
    this.#tabs?.addEventListener('message', (event: MessageEvent<Word>) => this.#hear(event.data));
    for (const kind of ['keydown', 'pointerdown', 'input']) document.addEventListener(kind, this.#there, { passive: true });
    // A laptop that slept: its timers did too.
    for (const kind of ['visibilitychange', 'pageshow']) addEventListener(kind, () => this.#look(), true);
    this.querySelector('[data-do="stay"]')?.addEventListener('click', () => void this.#stay());
    this.querySelector('form')?.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#unlock(event.target as HTMLFormElement);
    });
    this.#tabs?.postMessage('seen');
    this.#look();
  }

  #hear(word: Word): void {
    if (word === 'locked') this.#hide();
    if (word === 'unlocked' && this.#locked) this.#show();
    if (word !== 'locked' && !this.#locked) this.#fresh();
  }

  #there = (): void => {
    // While the warning stands, only its button counts: a sleeve on the keyboard is nobody.
    if (this.#locked || !this.#part('warning').hidden || Date.now() - this.#told < kSeldom) return;
    void this.#stay();
  };

  async #stay(): Promise<void> {
    const before = this.#told;
    this.#told = Date.now();
    try {
      const answer = await fetch('/awake', { headers: { accept: 'application/json' } });
      if (answer.status === 401) return this.#lock();
      if (!answer.ok) throw new Error(String(answer.status));
      this.#fresh();
      this.#tabs?.postMessage('seen');
    } catch {
      this.#told = before;
    }
  }

  #fresh(): void {
    this.#seen = Date.now();
    this.#part('warning').hidden = true;
    this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (this.#locked) return;
    const idle = Date.now() - this.#seen;
    const warn = Number(this.dataset.warn);
    const lock = Number(this.dataset.lock);
    if (idle >= lock) return void this.#lock();
    if (idle >= warn && this.#part('warning').hidden) this.#warn(new Date(this.#seen + lock));
    this.#timer = window.setTimeout(() => this.#look(), (idle < warn ? warn : lock) - idle);
  }

  #warn(at: Date): void {
    const time = `${at.getHours()}`.padStart(2, '0') + ':' + `${at.getMinutes()}`.padStart(2, '0');
    this.#part('warning').hidden = false;
    const text = this.querySelector('[role="status"]');
    if (text) text.textContent = (this.dataset.text ?? '').replace('{time}', time);
  }

  #lock(): void {
    this.#hide();
    this.#tabs?.postMessage('locked');
    void this.#send('/lock', {}).catch(() => undefined);
  }

  #hide(): void {
    if (this.#locked) return;
    this.#locked = true;
    clearTimeout(this.#timer);
    this.#focus = document.activeElement;
    this.#part('warning').hidden = true;
    this.#cover(true);
    this.#part('lock').hidden = false;
    this.querySelector<HTMLElement>('#lo-idle-heading')?.focus();
  }

  #show(): void {
    this.#locked = false;
    this.#part('lock').hidden = true;
    this.querySelector('form')?.reset();
    this.#error('');
    this.#cover(false);
    (this.#focus as HTMLElement | null)?.focus?.();
    this.#fresh();
  }

  // Neither seen, nor read out, nor reached by the keyboard, nor printed.
  #cover(on: boolean): void {
    for (const each of Array.from(document.body.children)) if (each !== this) each.toggleAttribute('data-lo-covered', on);
  }

  async #unlock(form: HTMLFormElement): Promise<void> {
    try {
      const answer = await this.#send('/unlock', { password: form.querySelector('input')?.value ?? '' });
      if (answer.ok) {
        this.#show();
        this.#tabs?.postMessage('unlocked');
        return;
      }
      // Over for good: what to do then, the server says.
      if (answer.status === 401) return location.reload();
      const problem = (await answer.json()) as { errors?: { detail: string }[] };
      this.#error(problem.errors?.[0]?.detail ?? this.dataset.failed ?? '');
    } catch {
      this.#error(this.dataset.failed ?? '');
    }
    this.querySelector<HTMLInputElement>('#lo-idle-password')?.focus();
  }

  #error(text: string): void {
    const place = this.querySelector('#lo-idle-error');
    if (place) place.textContent = text;
    this.querySelector('#lo-idle-password')?.setAttribute('aria-invalid', String(text !== ''));
  }

  #send(path: string, body: object): Promise<Response> {
    return fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { accept: 'application/json', 'content-type': 'application/json' } });
  }

  #part(name: string): HTMLElement {
    return this.querySelector(`[data-part="${name}"]`) as HTMLElement;
  }
}
