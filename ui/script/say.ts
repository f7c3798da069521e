// SPDX-License-Identifier: EUPL-1.2
// The child with role="status" of a component: texts come from the server.

export function say(host: HTMLElement, key: string): void {
  const status = host.querySelector<HTMLElement>('[role="status"]');
  if (status) status.textContent = host.dataset[key] ?? '';
}

// Buttons are hidden in the HTML, as without scripts they can do nothing.
export function reveal(host: HTMLElement): HTMLButtonElement | null {
  const button = host.querySelector('button');
  if (button) button.hidden = false;
  return button;
}
