// SPDX-License-Identifier: EUPL-1.2
// Starts the program with the invented town in a folder of its own, and ends it again.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const today = '2026-12-08'; // a Tuesday
export const password = 'lotse-sample-town';

const running = new Set();

/** Ends whatever still runs; for signals and for the end of the process, so without waiting. */
export function killAll() {
  for (const one of running) one.kill();
}

/**
 * @param {{binary: string, store?: string}} options store: an address of a migrated PostgreSQL; else SQLite.
 * @returns {Promise<{base: string, folder: string, errors: () => string, now: () => number, invite: (...words: string[]) => string, stop: () => Promise<void>, kill: () => void}>}
 */
export async function startServer({ binary, store }) {
  const folder = mkdtempSync(join(tmpdir(), 'lotse-browser-'));
  const where = store ? ['--store', store] : ['--data', folder];
  const started = Date.now();
  const child = spawn(binary, ['serve', ...where, '--listen', '127.0.0.1:0', '--sample', '--today', today], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let ended = false;
  const end = new Promise((resolve) => child.once('exit', (code, signal) => { ended = true; resolve(signal ?? code); }));
  child.stderr.on('data', (data) => { err = (err + data).slice(-20_000); });

  const remove = () => rmSync(folder, { recursive: true, force: true });
  const server = {
    base: '',
    /** Where its files lie; with SQLite, `lotse.db` too. */
    folder,
    errors: () => err,
    /** What the clock of the program shows, in ms: noon of `today` when it began. */
    now: () => Date.parse(`${today}T12:00:00+01:00`) + Date.now() - started,
    /** `lotse admin invite` with these words; the link. It holds only where the command lives on the same day: with SQLite. */
    invite(...words) {
      const done = spawnSync(binary, ['admin', 'invite', ...where, '--public-url', server.base, ...words], { encoding: 'utf8', timeout: 20_000 });
      if (done.status !== 0) throw new Error(`admin invite ended with ${done.status}: ${done.stderr}`);
      return /^http\S+$/m.exec(done.stdout)[0];
    },
    kill() {
      running.delete(server);
      if (!ended) child.kill('SIGKILL');
      remove();
    },
    async stop() {
      running.delete(server);
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      const how = await end;
      clearTimeout(late);
      remove();
      return how;
    },
  };
  running.add(server);

  const base = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server did not start within 60 s: ${err.slice(-500)}`)), 60_000);
    child.once('error', reject);
    end.then((how) => reject(new Error(`the server ended with ${how}: ${err.slice(-500)}`)));
    child.stdout.on('data', (data) => {
      out += data;
      const at = /^listening on (http:\/\/\S+)$/m.exec(out);
      if (!at) return;
      clearTimeout(late);
      resolve(at[1]);
    });
  });
  server.base = base;
  return server;
}
