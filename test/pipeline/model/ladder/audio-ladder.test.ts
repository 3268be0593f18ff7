import { expect, test } from 'vitest';
import { MOST_AUDIO_TRACKS, outputSampleRate, planAudioRenditions } from '../../../../pipeline/model/ladder/audio-ladder.ts';
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

test('a film begins with its own sound, not with a track for the blind or a commentary, whatever is marked as the default', () => {
  const described = track({ isDescription: true, isDefault: true, language: 'de' });
  const commentary = track({ isCommentary: true, isDefault: true });
  const plans = planAudioRenditions([described, commentary, track({ language: 'de' })]);
  expect(plans.map(({ name, role, isDefault }) => [name, role, isDefault])).toEqual([
    ['German (audio description)', 'description', false],
    ['Audio 2 (commentary)', 'commentary', false],
    ['German', undefined, true],
  ]);
  expect(planAudioRenditions([commentary])[0]?.isDefault).toBe(true);
});

test('5.1 stands beside the stereo of its track, under the same name, after all stereo', () => {
  const plans = planAudioRenditions([track({ channels: 6, channelLayout: '5.1(side)', language: 'en' }), track({})]);
  expect(plans.map(({ id, channels, name, isDefault, mix }) => [id, channels, name, isDefault, mix?.inputLayout])).toEqual([
    ['a1', 2, 'English', true, '5.1(side)'],
    ['a2', 2, 'Audio 2', false, undefined],
    ['a1-surround', 6, 'English', true, '5.1(side)'],
  ]);
});

test('no file decides how many tracks are encoded, or how long a name is', () => {
  const plans = planAudioRenditions(Array.from({ length: 1000 }, () => track({ title: '😀'.repeat(5000) })));
  expect(plans).toHaveLength(MOST_AUDIO_TRACKS);
  expect(plans[0]?.name).toBe('😀'.repeat(100));
});

test.each([
  [44_100, 44_100],
  [88_200, 44_100],
  [11_025, 44_100],
  [48_000, 48_000],
  [96_000, 48_000],
  [8_000, 48_000],
  [32_000, 48_000],
  [176_400, 44_100],
  [192_000, 48_000],
])('%d Hz becomes %d Hz', (source, output) => {
  expect(outputSampleRate(source)).toBe(output);
});
