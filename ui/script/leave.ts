// SPDX-License-Identifier: EUPL-1.2
// <lo-leave>: leave this page at once, by its link or by pressing Escape three
// times. The page is replaced, so that "back" does not return to it. Without
// scripts it is an ordinary link.

const presses = 3;
const within = 3000;

export class Leave extends HTMLElement {
  #times: number[] = [];

  connectedCallback(): void {
    this.addEventListener('click', this.#click);
    document.addEventListener('keydown', this.#key);
  }

  disconnectedCallback(): void {
    this.removeEventListener('click', this.#click);
    document.removeEventListener('keydown', this.#key);
  }

  #click = (event: Event): void => {
    event.preventDefault();
    this.#go();
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.repeat) {
      if (event.key !== 'Escape') this.#times = [];
      return;
    }
    const now = event.timeStamp;
    this.#times = [...this.#times.filter((time) => now - time < within), now];
    if (this.#times.length >= presses) this.#go();
  };

  #go(): void {
    const link = this.querySelector('a');
    if (!link) return;
    // A slow network must not leave the page in sight meanwhile.
    document.documentElement.classList.add('lo-gone');
    document.title = '…';
    location.replace(link.href);
  }
}
