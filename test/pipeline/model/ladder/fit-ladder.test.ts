import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitLadder, type PictureLosses } from '../../../../pipeline/model/ladder/fit-ladder.ts';
import { DEFAULT_LADDER } from '../../../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../../../pipeline/model/ladder/video-ladder.ts';
import { videoStream } from '../sample-video.ts';

const HD = planVideoLadder(videoStream({ width: 1280, height: 720 }), DEFAULT_LADDER);
const FULL_HD = planVideoLadder(videoStream(), DEFAULT_LADDER);

function fitted(rungs: typeof HD, encoding: number, scaling: number[]): string {
  return fitLadder(rungs, { encoding, crf: 27, scaling })
    .map(({ height, crf }) => `${height}@${crf}`)
    .join(' ');
}

describe('a ladder is fitted to what its picture loses', () => {
  test.each<[string, typeof HD, number, number[], string]>([
    ['a grainy film keeps every rung as it is', HD, 0.05, [0, 0.01, 0.02, 0.04], '720@23 540@23 360@23 240@23'],
    [
      'an animated film: the best rung at fewer bits is as good as the next, too',
      HD,
      0.0126,
      [0, 0.005, 0.011, 0.017],
      '720@28 360@23 240@23',
    ],
    [
      '480 lines that were blown up to 1080: nothing above what they hold',
      FULL_HD,
      0.006,
      [0, 0.0005, 0.001, 0.008, 0.03],
      '540@29 360@31',
    ],
    ['what is nearly black all along: the smallest rung shows it all, beside another', HD, 0.0001, [0, 0, 0.0001, 0.0003], '360@31 240@31'],
    ['two rungs of which the best costs hardly more: both, since players want a choice', HD.slice(2), 0.0001, [0, 0.02], '360@31 240@23'],
    [
      'what suffers from scaling: a larger size with a coarser quantiser instead of the smallest',
      HD,
      0.008,
      [0, 0.03, 0.08, 0.2],
      '720@31 360@31',
    ],
  ])('%s', (_what, rungs, encoding, scaling, expected) => {
    expect(fitted(rungs, encoding, scaling)).toBe(expected);
  });

  test('the CRF rises by eight at the most, from whatever is set', () => {
    const better = HD.map((rung) => ({ ...rung, crf: 18 }));
    expect(fitLadder(better, { encoding: 0.0001, crf: 22, scaling: [0, 0.1, 0.2, 0.3] })[0]?.crf).toBe(26);
  });

  test('whatever the losses, the rungs are some of those there were, of no better quality setting, best first', () => {
    const loss = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(loss, fc.array(loss, { minLength: 5, maxLength: 5 }), (encoding, scaling) => {
        const kept = fitLadder(FULL_HD, { encoding, crf: 27, scaling } satisfies PictureLosses);
        const ids = FULL_HD.map(({ id }) => id);
        const places = kept.map(({ id }) => ids.indexOf(id));
        expect(places.length).toBeGreaterThan(0);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        for (const { id, crf, ...rest } of kept) {
          const { crf: before, id: _, ...same } = FULL_HD.find((rung) => rung.id === id)!;
          expect(rest).toEqual(same);
          expect(crf - before).toBeGreaterThanOrEqual(0);
          expect(crf - before).toBeLessThanOrEqual(8);
        }
      }),
    );
  });

  test('a picture that loses more never gets fewer bits at its best rung', () => {
    const crfOf = (encoding: number): number => fitLadder(HD, { encoding, crf: 27, scaling: [0, 0.1, 0.2, 0.3] })[0]!.crf;
    const crfs = [0.002, 0.005, 0.01, 0.02, 0.04].map(crfOf);
    expect(crfs).toEqual([...crfs].sort((a, b) => b - a));
    expect(crfs[0]).toBeGreaterThan(crfs.at(-1)!);
  });
});
