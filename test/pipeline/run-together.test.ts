import { expect, test } from 'vitest';
import { runTogether } from '../../pipeline/run-together.ts';

function untilAborted(signal: AbortSignal, onEnded: () => void): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      onEnded();
      reject(new Error('ended with the others'));
    });
  });
}

test('all run at once, and all end', async () => {
  const seen: string[] = [];
  let release = (): void => {};
  const first = new Promise<void>((resolve) => (release = resolve));
  await runTogether([
    () => first.then(() => void seen.push('first')),
    async () => {
      seen.push('second');
      release();
    },
  ]);
  expect(seen).toEqual(['second', 'first']);
});

test('the first failure ends the others, and is thrown when they have ended', async () => {
  let hasEnded = false;
  const runs = [(signal: AbortSignal) => untilAborted(signal, () => (hasEnded = true)), () => Promise.reject(new Error('the cause'))];
  await expect(runTogether(runs)).rejects.toThrow('the cause');
  expect(hasEnded).toBe(true);
});

test('what ends all ends each', async () => {
  const stop = new AbortController();
  let ended = 0;
  const run = (signal: AbortSignal): Promise<void> => untilAborted(signal, () => ended++);
  const both = runTogether([run, run], stop.signal);
  stop.abort();
  await expect(both).rejects.toThrow('ended with the others');
  expect(ended).toBe(2);
});
