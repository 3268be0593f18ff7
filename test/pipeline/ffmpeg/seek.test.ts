import { describe, expect, test } from 'vitest';
import { chooseAudioSeek, chooseVideoSeek, seekTrust } from '../../../pipeline/ffmpeg/seek.ts';

const SECOND = 90_000;

test.each([
  ['decode-time', ['mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2']],
  ['decode-time', ['flv']],
  ['exact', ['matroska', 'webm']],
  ['margin', ['mpegts']],
  ['margin', ['avi']],
  ['none', ['mp3']],
  ['none', ['h264']],
] as const)('seeking is trusted %s in %j', (trust, formatNames) => {
  expect(seekTrust(formatNames)).toBe(trust);
});

describe('a picture', () => {
  test('of a container with an index is sought where it is wanted', () => {
    expect(chooseVideoSeek('exact', 0, 100 * SECOND)).toBe(100 * SECOND);
  });

  test('of one whose index goes by decode times is sought before any keyframe that is decoded before the place and shown after it', () => {
    expect(chooseVideoSeek('decode-time', 0, 100 * SECOND)).toBe(99 * SECOND);
    expect(chooseVideoSeek('decode-time', 7 * SECOND, 8 * SECOND)).toBeUndefined();
  });

  test('of one whose keyframes an index knows is sought just there', () => {
    expect(chooseVideoSeek('decode-time', 0, 100 * SECOND, 99.5 * SECOND)).toBe(99.5 * SECOND);
    expect(chooseVideoSeek('decode-time', 7 * SECOND, 8 * SECOND, 7 * SECOND)).toBeUndefined();
  });

  test('of one without is sought a little before its keyframe, and well before the place where that is not known', () => {
    expect(chooseVideoSeek('margin', 0, 100 * SECOND, 80 * SECOND)).toBe(79.5 * SECOND);
    expect(chooseVideoSeek('margin', 0, 100 * SECOND)).toBe(90 * SECOND);
  });

  test.each([
    ['times after a seek are guesses', 'none', 100],
    ['the place is the start', 'exact', 7],
    ['the start is within the margin', 'margin', 12],
  ] as const)('is read from the start where %s', (_, trust, seconds) => {
    expect(chooseVideoSeek(trust, 7 * SECOND, seconds * SECOND)).toBeUndefined();
  });

  test('whose keyframe is the first is read from the start', () => {
    expect(chooseVideoSeek('margin', 7 * SECOND, 100 * SECOND, 7 * SECOND)).toBeUndefined();
  });
});

describe('a sound', () => {
  test('is sought as early as its decoder needs, earlier where a seek may land late', () => {
    expect(chooseAudioSeek('exact', 0, 100 * SECOND)).toBe(99.4 * SECOND);
    expect(chooseAudioSeek('margin', 0, 100 * SECOND)).toBe(96.4 * SECOND);
  });

  test('is read from the start where that is near, or seeking is no use', () => {
    expect(chooseAudioSeek('exact', 0, 0.5 * SECOND)).toBeUndefined();
    expect(chooseAudioSeek('none', 0, 100 * SECOND)).toBeUndefined();
  });
});
