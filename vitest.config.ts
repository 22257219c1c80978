import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need an image and an engine: npm run test:image.
    exclude: ['test/image/**', 'node_modules/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Most tests wait for a program or a server that they have started.
    maxWorkers: '100%',
  },
});
