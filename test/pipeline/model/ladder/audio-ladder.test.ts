import { expect, test } from 'vitest';
import { outputSampleRate, planAudioRenditions } from '../../../../pipeline/model/ladder/audio-ladder.ts';
import type { AudioStreamInfo } from '../../../../pipeline/model/source-info.ts';

function track(facts: Partial<AudioStreamInfo>): AudioStreamInfo {
  const timeBase = { num: 1, den: 48_000 };
  return {
    index: 1,
    codec: 'aac',
    sampleRate: 48_000,
    channels: 2,
    timeBase,
    isDefault: false,
    startTicks: 0,
    endTicks: 90_000,
    frameSamples: 1024,
    ...facts,
  };
}

test('every track is a rendition, in order, and exactly one is the default', () => {
  const plans = planAudioRenditions([track({ index: 1 }), track({ index: 4, isDefault: true }), track({ index: 5, isDefault: true })]);
  expect(plans.map(({ id, sourceStreamIndex, isDefault }) => [id, sourceStreamIndex, isDefault])).toEqual([
    ['a1', 1, false],
    ['a2', 4, true],
    ['a3', 5, false],
  ]);
});

test('names come from the title, else the language, and never repeat', () => {
  const plans = planAudioRenditions([
    track({ language: 'ko' }),
    track({ language: 'ko' }),
    track({ language: 'ko', title: 'Director "cut"' }),
    track({}),
  ]);
  expect(plans.map(({ name }) => name)).toEqual(['Korean', 'Korean (2)', 'Director  cut', 'Audio 4']);
  expect(plans.map(({ language }) => language)).toEqual(['ko', 'ko', 'ko', 'und']);
});

test.each([
  [44_100, 44_100],
  [88_200, 44_100],
  [11_025, 44_100],
  [48_000, 48_000],
  [96_000, 48_000],
  [8_000, 48_000],
  [32_000, 48_000],
])('%d Hz becomes %d Hz', (source, output) => {
  expect(outputSampleRate(source)).toBe(output);
});
