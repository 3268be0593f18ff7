import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { oncePer } from '../../../client/src/app/once-per.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a burst runs the action at once, and once more after it', () => {
  const runs: string[] = [];
  const call = oncePer(100, async (key) => void runs.push(key));
  for (let index = 0; index < 50; index++) call('a');
  expect(runs).toEqual(['a']);
  vi.advanceTimersByTime(1_000);
  expect(runs).toEqual(['a', 'a']);
});

test('keys do not hold each other up', () => {
  const runs: string[] = [];
  const call = oncePer(100, async (key) => void runs.push(key));
  call('a');
  call('b');
  expect(runs).toEqual(['a', 'b']);
});
