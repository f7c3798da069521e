// SPDX-License-Identifier: EUPL-1.2
// After a form came back with errors: focus on their summary, so that a screen
// reader begins there. The page must give it tabindex="-1".

export function focusErrors(): void {
  document.querySelector<HTMLElement>('.lo-errors[tabindex]')?.focus();
}
