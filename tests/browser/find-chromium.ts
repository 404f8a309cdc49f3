import { execFileSync } from 'node:child_process';

/** A Chromium of the machine, or none, and says so: this project downloads no browser. */
export function findChromium(): string | undefined {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim();
    } catch {}
  }
  console.warn('skipped: no Chromium on this machine (Debian: apt-get install chromium)');
  return undefined;
}
