import { defineConfig } from 'vitest/config';

/** Vite puts a BASE_URL of its own into the environment, which the servers that tests start would take for theirs. */
const env = { BASE_URL: '' };
const SLOW = ['test/ffmpeg/**', 'test/e2e/**'];
/** What a viewer sees frame by frame: a second test beside it would take the processor from the browser. */
const WATCHED = ['test/e2e/playback.test.ts'];

/**
 * Four projects, one after another: what is pure or quick; what runs a real ffmpeg; what runs a real server; what is watched
 * in a browser. The slow ones share the cores with the processes they start, so few of their files run at once.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: { env, name: 'unit', include: ['test/**/*.test.ts'], exclude: SLOW, testTimeout: 30_000, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          env,
          name: 'ffmpeg',
          include: ['test/ffmpeg/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          env,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: WATCHED,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          env,
          name: 'watched',
          include: WATCHED,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
