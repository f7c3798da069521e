// SPDX-License-Identifier: EUPL-1.2
// What every program of this folder begins and ends with: a browser, and nothing left running afterwards.
import { startBrowser } from './browser.mjs';
import { killAll } from './server.mjs';

/**
 * Opens a browser, does `work` with it, closes it, and ends the program: 0 if `work` gives true, else 1. An error of
 * `work` is handed to `report`.
 * @param {(browser: import('playwright-core').Browser) => Promise<boolean>} work
 * @param {(error: unknown) => void} report
 */
export async function withBrowser(work, report) {
  let browser;
  const close = () => browser?.close().catch(() => {});
  process.on('exit', killAll);
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]])
    process.on(signal, async () => {
      killAll();
      await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, 3000))]);
      process.exit(code);
    });
  let good = false;
  try {
    browser = await startBrowser();
    good = await work(browser);
  } catch (error) {
    report(error);
  } finally {
    await close();
    killAll();
  }
  process.exit(good ? 0 : 1);
}
