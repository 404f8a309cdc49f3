import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const conditions = ['@anagram/source'];
const common = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
};

/** Projects by cost: `unit` needs nothing, `native` the addon, `system` the built packages and subprocesses. */
export default defineConfig({
  ...common,
  test: {
    // By itself vitest leaves one core to nobody, which of two is half; and files that wait, for servers, timers or processes
    // that they have killed, leave theirs.
    maxWorkers: availableParallelism() + 1,
    // Threads that wait leave the core to the other file.
    env: { OMP_WAIT_POLICY: 'PASSIVE' },
    projects: [
      {
        ...common,
        test: {
          name: 'unit',
          include: [
            'packages/*/{src,lib}/**/*.test.ts',
            'benchmarks/**/*.test.ts',
            'scripts/**/*.test.ts',
            'tests/architecture.test.ts',
          ],
        },
      },
      {
        ...common,
        test: { name: 'native', include: ['packages/*/test/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 },
      },
      {
        ...common,
        test: {
          name: 'system',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/architecture.test.ts', 'tests/parity/**'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
