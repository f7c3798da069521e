// SPDX-License-Identifier: EUPL-1.2
// <lo-print>: the print window of the browser.

import { reveal } from './say';

export class Print extends HTMLElement {
  #wired = false;

  connectedCallback(): void {
    if (this.#wired) return;
    this.#wired = true;
    reveal(this)?.addEventListener('click', () => window.print());
  }
}
