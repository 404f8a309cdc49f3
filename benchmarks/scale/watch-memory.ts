import { readFile } from 'node:fs/promises';

/** Asks Linux again and again for the most memory that a process has had at one time, until it is gone. */
export function watchMemory(pid: number): { stop(): number } {
  let peak = 0;
  const ask = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
    if (found) peak = Math.max(peak, Number(found[1]) * 1024);
  };
  const timer = setInterval(ask, 100);
  return {
    /** @returns Bytes. */
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}
