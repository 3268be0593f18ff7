import { expect, test } from 'vitest';
import { createUploads, type SendFile, type UploadSource } from '../../../client/src/app/uploads.ts';

interface Transfer {
  file: UploadSource;
  progress(sentBytes: number): void;
  signal: AbortSignal;
  done(id: string): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** Uploads whose transfers the test moves along by hand. */
function setUp(concurrency = 2) {
  const transfers: Transfer[] = [];
  const clock = { ms: 0 };
  const send: SendFile<UploadSource> = (file, progress, signal) =>
    new Promise((resolve, reject) => {
      // The queue goes on in a microtask after a transfer ends.
      const settled = () => new Promise<void>((settle) => setImmediate(settle));
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      transfers.push({
        file,
        progress,
        signal,
        done(id) {
          resolve({ id });
          return settled();
        },
        fail(error) {
          reject(error);
          return settled();
        },
      });
    });
  const uploads = createUploads({ send, concurrency, nowMs: () => clock.ms, onChange: () => undefined });
  const states = () => uploads.list().map(({ state }) => state);
  return { uploads, transfers, clock, states };
}

const file = (name: string, size = 100) => ({ name, size });

test('no more files are sent at once than agreed, and the next begins when one ends', async () => {
  const { uploads, transfers, states } = setUp(2);
  uploads.add([file('a'), file('b'), file('c')]);
  expect(states()).toEqual(['sending', 'sending', 'queued']);
  await transfers[0]?.done('t1');
  expect(states()).toEqual(['done', 'sending', 'sending']);
  expect(uploads.list()[0]?.titleId).toBe('t1');
});

test('a failed file does not keep the next one back, says why, and can be sent again', async () => {
  const { uploads, transfers, states } = setUp(1);
  uploads.add([file('a'), file('b')]);
  await transfers[0]?.fail(new Error('The disk is full.'));
  expect(states()).toEqual(['failed', 'sending']);
  expect(uploads.list()[0]).toMatchObject({ error: 'The disk is full.', isRetryable: true });
  await transfers[1]?.done('t2');
  uploads.retry(uploads.list()[0]!.id);
  expect(states()).toEqual(['sending', 'done']);
  expect(uploads.list()[0]?.error).toBeUndefined();
  expect(transfers[2]?.file.name).toBe('a');
});

test('a refusal that will not change is not offered again', async () => {
  const { uploads, transfers } = setUp();
  uploads.add([file('notes.txt')]);
  await transfers[0]?.fail(Object.assign(new Error('This is text.'), { isRetryable: false }));
  expect(uploads.list()[0]?.isRetryable).toBe(false);
});

test('removing a running upload ends its transfer and begins the next', async () => {
  const { uploads, transfers, states } = setUp(1);
  uploads.add([file('a'), file('b')]);
  uploads.remove(uploads.list()[0]!.id);
  expect(transfers[0]?.signal.aborted).toBe(true);
  await new Promise((settle) => setImmediate(settle));
  expect(states()).toEqual(['sending']);
  expect(uploads.list()[0]?.name).toBe('b');
});

test('progress tells the rate, and a file that is sent whole is being checked', () => {
  const { uploads, transfers, clock } = setUp();
  uploads.add([file('a', 1_000)]);
  clock.ms = 2_000;
  transfers[0]?.progress(500);
  expect(uploads.list()[0]).toMatchObject({ state: 'sending', sentBytes: 500, bytesPerSecond: 250 });
  transfers[0]?.progress(1_000);
  expect(uploads.list()[0]?.state).toBe('checking');
});
