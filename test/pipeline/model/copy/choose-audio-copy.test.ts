import { expect, test } from 'vitest';
import { type AudioCopyDecision, chooseAudioCopy } from '../../../../pipeline/model/copy/choose-audio-copy.ts';
import { planAudioRenditions } from '../../../../pipeline/model/ladder/audio-ladder.ts';
import type { MovieTrack } from '../../../../pipeline/model/mp4/movie-track.ts';
import type { AudioStreamInfo } from '../../../../pipeline/model/source-info.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';
import { soundTrack } from './synthetic-track.ts';

interface Situation {
  facts?: Partial<AudioStreamInfo>;
  track?: MovieTrack | undefined;
  originTicks?: number;
  isNormalised?: boolean;
}

function choose({ facts = {}, originTicks = 0, isNormalised = false, ...situation }: Situation = {}): AudioCopyDecision {
  const track = 'track' in situation ? situation.track : soundTrack();
  const stream: AudioStreamInfo = {
    ...{ index: 1, codec: 'aac', profile: 'LC', sampleRate: 48_000, channels: 2, timeBase: { num: 1, den: 48_000 } },
    ...{ isDefault: true, startTicks: 0, endTicks: 20 * 90_000, frameSamples: 1024, ...facts },
  };
  const [rendition] = planAudioRenditions([stream]);
  const copySource = { sizeBytes: 1e9, areKeyframesSound: false, tracks: new Map(track ? [[1, track]] : []) };
  return chooseAudioCopy({ stream, rendition: rendition!, copySource, originTicks, timeline: planTimeline(20 * 90_000), isNormalised });
}

function withTrack(change: (track: MovieTrack) => void): Situation {
  const track = soundTrack();
  change(track);
  return { track };
}

test('AAC-LC is copied, its rates those of its packets', () => {
  const decision = choose();
  if (decision.kind !== 'copy') throw new Error(decision.note.code);
  expect(decision.rendition).toMatchObject({ id: 'a1', channels: 2, timescale: 48_000 });
  expect(decision.rendition.gridOffsetSamples).toBeUndefined();
  // 340 bytes and twelve of trun, 46.875 times a second.
  expect(Math.round(decision.rendition.copied!.averageBps / 1000)).toBe(132);
});

test('its grid is that of its packets, whatever the picture begins with', () => {
  const decision = choose({ originTicks: 3003, facts: { startTicks: 0 } });
  // 3003 ticks are 1601.6 samples: packet 2 stands at 2048 - 1602.
  expect(decision.kind === 'copy' && decision.rendition.gridOffsetSamples).toBe(446);
});

test('one channel stays one channel', () => {
  const decision = choose({ facts: { channels: 1 }, ...withTrack((track) => (track.audioSpecificConfig = Uint8Array.of(0x11, 0x88))) });
  expect(decision.kind === 'copy' && decision.rendition).toMatchObject({ channels: 1 });
  expect(decision.kind === 'copy' && decision.rendition.mix).toBeUndefined();
});

test('where no edit list tells of priming, decoders begin a packet late: it is copied all the same', () => {
  const track = { ...soundTrack(), shiftTicks: 0 };
  expect(choose({ track, facts: { startTicks: 1920 } }).kind).toBe('copy');
});

test.each<[string, string, Situation]>([
  ['a container without tables', 'uncopied-container', { track: undefined }],
  ['loudness that is to be changed', 'uncopied-loudness', { isNormalised: true }],
  ['5.1', 'uncopied-channels', { facts: { channels: 6, channelLayout: '5.1' } }],
  ['32 kHz', 'uncopied-sample-rate', { facts: { sampleRate: 32_000 } }],
  ['HE-AAC', 'uncopied-profile', { facts: { profile: 'HE-AAC' } }],
  ['another configuration than AAC-LC of that rate', 'uncopied-profile', withTrack(configured(0x12, 0x10))],
  ['HE-AAC that is signalled behind AAC-LC', 'uncopied-profile', withTrack(configured(0x11, 0x90, 0x56, 0xe5, 0x98))],
  ['a gap between packets', 'uncopied-times', withTrack(({ samples }) => samples.compositionTimes.set([900_000], 800))],
  ['another start than is decoded', 'uncopied-times', { facts: { startTicks: 9_000 } }],
  ['times that jitter', 'uncopied-times', { facts: { isJittery: true } }],
  ['times that cannot be believed', 'uncopied-times', { facts: { isCounted: true } }],
  ['too many bits', 'uncopied-bit-rate', { track: soundTrack({ sampleBytes: 900 }) }],
])('%s: encoded, as %s', (_, code, situation) => {
  const decision = choose(situation);
  expect(decision.kind === 'encode' && decision.note.code).toBe(code);
});

test('AAC-LC that says that nothing is hidden behind it is copied', () => {
  expect(choose(withTrack(configured(0x11, 0x90, 0x56, 0xe5, 0x00))).kind).toBe('copy');
});

function configured(...config: number[]): (track: MovieTrack) => void {
  return (track) => {
    track.audioSpecificConfig = Uint8Array.from(config);
  };
}
