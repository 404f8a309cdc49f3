import { defineConfig } from 'vitest/config';

const conditions = ['@anagram/source'];

/** Apart from the other projects, so that `vitest run` needs no Python. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name: 'parity',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: ['setup.ts'],
    // One file after the other in one process, which has one Python; of a file's concurrent cases two at a time, as models of 4 GB are
    // among them.
    fileParallelism: false,
    isolate: false,
    maxConcurrency: 2,
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
