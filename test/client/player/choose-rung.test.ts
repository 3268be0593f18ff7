import { describe, expect, test } from 'vitest';
import { chooseRung, type RungQuestion } from '../../../client/src/player/choose-rung.ts';
import type { RungAtPlace } from '../../../client/src/segments/prepared-parts.ts';

const stored = (encodeSpeed: number | null = null): RungAtPlace => ({ place: 'stored', encodeSpeed });
const coming = (encodeSpeed: number | null = null): RungAtPlace => ({ place: 'coming', encodeSpeed });
const missing = (encodeSpeed: number | null = null): RungAtPlace => ({ place: 'missing', encodeSpeed });

/** After a seek, with nothing buffered. */
const seek: Omit<RungQuestion, 'rungs'> = { wanted: 2, current: 2, bufferSeconds: 0, isNewPlace: true };
const playing = { ...seek, bufferSeconds: 4, isNewPlace: false };

describe('after a seek', () => {
  test.each<[string, Partial<RungQuestion>, RungQuestion['rungs'], number]>([
    ['a rung that is stored there is kept', {}, [stored(9), stored(4), stored(1)], 2],
    ['a rung that is stored there is kept, though the line carries more', { current: 1 }, [stored(), stored(), missing()], 1],
    ['the highest that is stored goes before what must be made', {}, [stored(9), stored(4), missing(3)], 1],
    ['what is stored above the last rung is taken, as far as the line carries', { current: 0 }, [missing(9), stored(4), stored(1)], 2],
    ['nothing is stored: the highest that is encoded at twice the film’s speed', {}, [missing(9), missing(2), missing(1.9)], 1],
    ['the rung is kept when it is fast enough itself', {}, [missing(9), missing(5), missing(2)], 2],
    ['an unknown speed is not taken for a fast one', {}, [missing(9), missing(null), missing(null)], 0],
    ['without any speed the rung is kept', {}, [missing(), missing(), missing()], 2],
    ['a slow machine begins with what it is least slow at', {}, [missing(1.5), missing(0.9), missing(0.4)], 0],
    ['what is being made for somebody else is waited for', {}, [stored(9), missing(4), coming(1.2)], 2],
    ['what is being made and cannot keep up is not', {}, [missing(9), missing(4), coming(0.8)], 1],
    ['where nothing is known the rung is kept', {}, [undefined, undefined, undefined], 2],
  ])('%s', (_title, changes, rungs, rung) => {
    expect(chooseRung({ ...seek, ...changes, rungs })).toBe(rung);
  });
});

describe('what the line carries', () => {
  test('is never passed', () => {
    for (const rungs of [
      [missing(9), stored(9), stored(9)],
      [missing(null), missing(9), missing(9)],
      [stored(), coming(), stored()],
    ]) {
      for (const current of [-1, 0, 1, 2]) expect(chooseRung({ ...seek, wanted: 0, current, rungs })).toBe(0);
    }
  });

  test('is what playback begins with where nothing else is known', () => {
    expect(chooseRung({ ...seek, current: -1, rungs: [undefined, undefined, undefined] })).toBe(2);
  });
});

describe('while playback goes on', () => {
  test.each<[string, Partial<RungQuestion>, RungQuestion['rungs'], number]>([
    ['a long buffer pays for whatever the line carries', { bufferSeconds: 8 }, [stored(9), stored(9), missing(0.5)], 2],
    [
      'a rung that is stored goes on, and climbs out of a long buffer',
      { current: 1, bufferSeconds: 7.9 },
      [stored(), stored(), stored()],
      1,
    ],
    ['a short buffer takes what is stored above, since nothing is waited for', { current: 1 }, [missing(9), missing(4), stored(1)], 2],
    ['no climb is encoded out of a short buffer', { current: 0 }, [missing(9), missing(5), missing(3)], 0],
    ['what is being made ahead of this viewer is not left for a lower rung', {}, [stored(9), stored(9), coming(2)], 2],
    ['a line that got slower is followed', { wanted: 0 }, [missing(9), stored(9), stored(9)], 0],
  ])('%s', (_title, changes, rungs, rung) => {
    expect(chooseRung({ ...playing, ...changes, rungs })).toBe(rung);
  });
});
