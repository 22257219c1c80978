import { defineConfig } from 'vitest/config';

/** The tests of the real image; test/image/run.sh builds it and starts an engine for them. */
export default defineConfig({
  test: {
    include: ['test/image/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
  },
});
