// SPDX-License-Identifier: EUPL-1.2
// Something of the server's goes on by itself: shows how far it is, and the
// page anew once it is something else. Without scripts, a link does so.

const PAUSE_MS = 1500;

interface Far {
  state: string;
  at_work: boolean;
  progress: number;
  total: number;
}

export class Wait extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    this.#timer = window.setTimeout(() => void this.#look(), PAUSE_MS);
  }

  disconnectedCallback(): void {
    window.clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: 'application/json' } });
      if (!answer.ok) return;
      const far = (await answer.json()) as Far;
      if (far.state !== this.dataset['state'] || !far.at_work) return location.reload();
      const bar = this.querySelector('progress');
      if (bar && far.total > 0) {
        bar.max = far.total;
        bar.value = far.progress;
      }
    } catch {
      // The server is away for a moment; the next look tells.
    }
    this.#timer = window.setTimeout(() => void this.#look(), PAUSE_MS);
  }
}
