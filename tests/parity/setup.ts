import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { readFigures, writeDocument } from './figures.ts';
import { referencePython } from './python.ts';
import { renderTables } from './tables.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Python that has the reference libraries. */
    python: string;
    /** Folder of this run, removed after it. */
    dir: string;
  }
}

/** Finds or makes the Python, and prints the tables when every test has run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (text: string) => console.log(text);
  project.provide('python', await referencePython(say));
  const dir = await mkdtemp(join(tmpdir(), 'anagram-parity-'));
  await mkdir(join(dir, 'figures'));
  project.provide('dir', dir);
  return async () => {
    const figures = await readFigures(join(dir, 'figures'));
    await rm(dir, { recursive: true, force: true });
    if (figures.length === 0) return;
    say(`\n${renderTables(figures)}`);
    if (process.env.ANAGRAM_PARITY_WRITE) await writeDocument(figures);
  };
}
