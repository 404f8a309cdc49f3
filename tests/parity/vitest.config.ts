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
    // One model of 4 GB at a time.
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
