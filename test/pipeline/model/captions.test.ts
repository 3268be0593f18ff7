import { describe, expect, test } from 'vitest';
import { captionChannelsOf, readCaptionChannels, withoutEmulationPrevention } from '../../../pipeline/model/captions.ts';

/** `GA94`, type 3, flags with the count, an unused byte, the triplets and a marker. */
function captions(...triplets: string[]): Buffer {
  return Buffer.from(`b5003147413934 03${(0x40 + triplets.length).toString(16)}ff${triplets.join('')}ff`.replaceAll(' ', ''), 'hex');
}

/** With odd parity: roll-up of two lines (RU2) in each channel. */
const RU2 = { CC1: 'fc9425', CC2: 'fc1c25', CC3: 'fd1525', CC4: 'fd9d25' } as const;
const FILLING = ['fc8080', 'fd8080', 'f80000', 'fa0000'];

describe('the channels of captions', () => {
  test.each(Object.entries(RU2))('%s is the one whose control codes are there', (channel, triplet) => {
    expect(readCaptionChannels(captions(...FILLING, triplet))).toEqual([channel]);
  });

  test('are all that anything in the bitstream is written to, in their order', () => {
    const bytes = Buffer.concat([captions(RU2.CC3), Buffer.from('GGA9 4'), captions('fc94d0'), captions(RU2.CC3)]);
    expect(readCaptionChannels(bytes)).toEqual(['CC1', 'CC3']);
  });

  test.each([
    ['what fills unused fields', FILLING],
    ['letters without a control code', ['fc4869']],
    ['a pair that says of itself that it is not valid', ['f89425']],
    ['captions of CEA-708', ['ff9425', 'fe9425']],
    ['text mode', ['fc942a', 'fc1cab']],
    ['what only erases', ['fc942c', 'fc94ae']],
    ['names of programmes beside the captions (XDS)', ['fd0103', 'fd8f00']],
  ])('are none for %s', (_title, triplets) => expect(readCaptionChannels(captions(...triplets))).toEqual([]));

  test('are none where captions are not to be processed, or are cut off', () => {
    const whole = captions(RU2.CC1);
    const unprocessed = Buffer.from(whole);
    unprocessed[8]! &= 0xbf;
    expect(readCaptionChannels(unprocessed)).toEqual([]);
    for (let length = 0; length < whole.length - 1; length++) expect(readCaptionChannels(whole.subarray(0, length))).toEqual([]);
  });
});

test('what a codec puts between zeros is taken out', () => {
  expect([...withoutEmulationPrevention(Uint8Array.of(1, 0, 0, 3, 0, 0, 3, 1, 0, 3, 0, 0, 1))]).toEqual([1, 0, 0, 0, 0, 1, 0, 3, 0, 0, 1]);
});

test('where nobody has looked, captions are taken to be in the first channel', () => {
  expect(captionChannelsOf({ hasClosedCaptions: true })).toEqual(['CC1']);
  expect(captionChannelsOf({ hasClosedCaptions: true, captionChannels: [] })).toEqual([]);
  expect(captionChannelsOf({ hasClosedCaptions: false })).toEqual([]);
});
