// SPDX-License-Identifier: EUPL-1.2
// <lo-here>: "near me". The position is rounded to 0.01 degrees (about one
// kilometre) on the device; nothing finer leaves it. It travels by POST, so it
// stays out of addresses, history and logs.

import { reveal, say } from './say';

// Two decimals of a degree; "-0.00" would be read as another place by some.
export function coarse(degrees: number): string {
  const text = degrees.toFixed(2);
  return text === '-0.00' ? '0.00' : text;
}

export class Here extends HTMLElement {
  #wired = false;

  connectedCallback(): void {
    if (this.#wired || !('geolocation' in navigator) || !this.#form()) return;
    this.#wired = true;
    reveal(this)?.addEventListener('click', () => this.#ask());
  }

  #form(): HTMLFormElement | null {
    return this.closest('form');
  }

  #ask(): void {
    const button = this.querySelector('button');
    if (!button || button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    say(this, 'wait');
    navigator.geolocation.getCurrentPosition(
      (found) => {
        button.removeAttribute('aria-disabled');
        this.#send(found.coords.latitude, found.coords.longitude);
      },
      () => {
        button.removeAttribute('aria-disabled');
        say(this, 'error');
      },
      { enableHighAccuracy: false, maximumAge: 600_000, timeout: 15_000 },
    );
  }

  // The two fields are disabled in the HTML, so that an ordinary search does
  // not carry them; they are enabled for this one submission only.
  #send(latitude: number, longitude: number): void {
    const form = this.#form();
    const lat = form?.querySelector<HTMLInputElement>('input[name="lat"]');
    const lon = form?.querySelector<HTMLInputElement>('input[name="lon"]');
    if (!form || !lat || !lon) return say(this, 'error');
    lat.value = coarse(latitude);
    lon.value = coarse(longitude);
    lat.disabled = lon.disabled = false;
    const submitter = document.createElement('button');
    submitter.hidden = true;
    submitter.formMethod = 'post';
    submitter.formNoValidate = true;
    if (this.dataset.action) submitter.formAction = this.dataset.action;
    form.append(submitter);
    submitter.click();
    submitter.remove();
    lat.disabled = lon.disabled = true;
    lat.value = lon.value = '';
  }
}
