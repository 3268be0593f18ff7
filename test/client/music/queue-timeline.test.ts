import { expect, test } from 'vitest';
import { placeAt } from '../../../client/src/music/queue-timeline.ts';

test.each([
  [0, 2],
  [9.99, 2],
  [10, 3],
  [400, 4],
])('after %d seconds track %d of the queue is heard', (seconds, index) => {
  const places = [
    { index: 2, startSeconds: 0 },
    { index: 3, startSeconds: 10 },
    { index: 4, startSeconds: 33.3 },
  ];
  expect(placeAt(places, seconds)?.index).toBe(index);
  expect(placeAt([], seconds)).toBeUndefined();
});
