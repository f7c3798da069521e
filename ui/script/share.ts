// SPDX-License-Identifier: EUPL-1.2
// <lo-share>: the share sheet of the phone, else a copy of the link. Address:
// data-url, or that of the page without query and fragment, which may hold
// what somebody searched for.

import { reveal, say } from './say';

export class Share extends HTMLElement {
  #wired = false;

  connectedCallback(): void {
    if (this.#wired || !(navigator.share || navigator.clipboard)) return;
    this.#wired = true;
    reveal(this)?.addEventListener('click', () => void this.#share());
  }

  async #share(): Promise<void> {
    const url = new URL(this.dataset.url ?? location.pathname, location.href).href;
    try {
      if (navigator.share) {
        await navigator.share({ title: this.dataset.title ?? document.title, url });
      } else {
        await navigator.clipboard.writeText(url);
        say(this, 'done');
      }
    } catch (error) {
      if ((error as Error).name !== 'AbortError') say(this, 'error');
    }
  }
}
