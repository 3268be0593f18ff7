import { expect, test } from 'vitest';
import { createStallCounter } from '../../../client/src/player/stall-counter.ts';

test('a wait of more than 250 ms is a stall, a shorter one is not seen', () => {
  const counter = createStallCounter();
  counter.wait(1_000);
  counter.resume(1_250);
  counter.wait(2_000);
  counter.resume(2_251);
  expect(counter.read(3_000)).toEqual({ count: 1, totalMs: 251 });
});

test('a stall counts while it still lasts, and once only', () => {
  const counter = createStallCounter();
  counter.wait(0);
  counter.wait(200);
  expect(counter.read(250)).toEqual({ count: 0, totalMs: 0 });
  expect(counter.read(900)).toEqual({ count: 1, totalMs: 900 });
  counter.resume(1_000);
  counter.resume(5_000);
  expect(counter.read(9_000)).toEqual({ count: 1, totalMs: 1_000 });
});
