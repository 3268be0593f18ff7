import { describe, expect, test } from 'vitest';
import { indexKeyframes, type KeyframeLine, parseKeyframeLine, seekToKeyframeBefore } from '../../../pipeline/ffmpeg/keyframe-index.ts';

const NINETY_KHZ = { num: 1, den: 90_000 };

function keyframe(pts: number, dts = pts, isDiscarded = false): KeyframeLine {
  return { pts, dts, isDiscarded };
}

test.each([
  ['0,      -1024,          0,      512,   615354, 0xd19cf7d7', keyframe(0, -1024)],
  ['0,      10, 30,      512,   615354, 0xd19cf7d7, F=0x5', keyframe(30, 10, true)],
  ['0,      10, 30,      512,   615354, 0xd19cf7d7, S=1,        8, 0x0a1b', keyframe(30, 10)],
  ['0,       -512,       2048,      512,   243713, 0x19a8c118, F=0x0', undefined],
  ['#codec_id 0: h264', undefined],
])('of the line %j the keyframe is %j', (line, expected) => {
  expect(parseKeyframeLine(line)).toEqual(expected);
});

describe('a seek', () => {
  const index = indexKeyframes([keyframe(100, -100), keyframe(900, 300), keyframe(1300, 1100)], NINETY_KHZ)!;

  test.each([
    ['at a keyframe', 900, 900],
    ['just before the next', 1299, 900],
    ['at the first', 100, 200],
    ['behind the last, to the place itself', 5000, 5000],
  ])('%s aims between its keyframe’s decode time and the next one’s', (_, ticks, expected) => {
    expect(seekToKeyframeBefore(index, ticks)).toBe(expected);
  });

  test('before the first keyframe has none', () => {
    expect(seekToKeyframeBefore(index, 99)).toBeUndefined();
  });
});

test.each([
  ['none', []],
  ['times that run backwards', [keyframe(0), keyframe(900), keyframe(450)]],
  ['decode times that stand still', [keyframe(0), keyframe(900, 0)]],
  ['an edit that begins between keyframes', [keyframe(0), keyframe(900, 900, true)]],
])('keyframes with %s are no index', (_, keyframes) => {
  expect(indexKeyframes(keyframes, NINETY_KHZ)).toBeUndefined();
});

test('a film that begins between keyframes has one', () => {
  expect(indexKeyframes([keyframe(-450, -450, true), keyframe(900)], NINETY_KHZ)).toBeDefined();
});
