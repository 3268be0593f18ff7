import { expect, test } from 'vitest';
import { chooseVideoCopy, type VideoCopyDecision } from '../../../../pipeline/model/copy/choose-video-copy.ts';
import { DEFAULT_LADDER } from '../../../../pipeline/model/ladder/ladder-settings.ts';
import { planVideoLadder } from '../../../../pipeline/model/ladder/video-ladder.ts';
import type { MovieTrack } from '../../../../pipeline/model/mp4/movie-track.ts';
import type { VideoStreamInfo } from '../../../../pipeline/model/source-info.ts';
import { DEFAULT_TIMELINE } from '../../../../pipeline/model/timeline/boundaries.ts';
import { videoStream } from '../sample-video.ts';
import { pictureTrack } from './synthetic-track.ts';

interface Situation {
  facts?: Partial<VideoStreamInfo>;
  track?: MovieTrack | undefined;
  areKeyframesSound?: boolean;
  sizeBytes?: number;
}

function choose({ facts = {}, areKeyframesSound = true, sizeBytes = 1e9, ...situation }: Situation = {}): VideoCopyDecision {
  const track = 'track' in situation ? situation.track : pictureTrack();
  const lastFrameTicks = ((track?.samples.count ?? 1) - 1) * 3600;
  const video = videoStream({ lastFrameTicks, endTicks: lastFrameTicks + 3600, colorSpace: 'bt709', ...facts });
  const [top] = planVideoLadder(video, DEFAULT_LADDER);
  const copySource = { sizeBytes, areKeyframesSound, tracks: new Map(track ? [[0, track]] : []) };
  return chooseVideoCopy({ video, top: top!, copySource, endTicks: video.endTicks, settings: DEFAULT_TIMELINE });
}

function withTrack(change: (track: MovieTrack) => void): Situation {
  const track = pictureTrack();
  change(track);
  return { track };
}

test('a picture that every browser plays is the best rung as it is, and segments start at its keyframes', () => {
  const decision = choose();
  if (decision.kind !== 'copy') throw new Error(decision.note.code);
  const { rendition, timeline } = decision;
  expect(rendition).toMatchObject({ id: 'v1080', width: 1920, height: 1080, level: 40, codecs: 'avc1.640028' });
  // 24 frames of 40 ms from one keyframe to the next; one frame before its two B-frames is decoded two early.
  expect(timeline.boundaries.every((ticks) => ticks % (24 * 3600) === 0 || ticks === timeline.boundaries.at(-1))).toBe(true);
  expect(timeline).toMatchObject({ followsSource: true, targetDurationSeconds: 4 });
  // 25 × 20,000 bytes a second, and a little for the boxes.
  expect(rendition.copied?.averageBps).toBeGreaterThan(4_000_000);
  expect(rendition.copied?.averageBps).toBeLessThan(4_010_000);
});

test.each<[string, string, Situation]>([
  ['a container without tables', 'uncopied-container', { track: undefined }],
  ['a file that was cut short', 'uncopied-container', { sizeBytes: 1_000_000 }],
  ['a sample of nothing', 'uncopied-container', withTrack(({ samples }) => samples.sizes.set([0], 5))],
  ['two sets of parameters', 'uncopied-parameter-sets', withTrack(({ avc }) => avc!.sps.push(avc!.sps[0]!))],
  ['parameters that make no sense', 'uncopied-parameter-sets', withTrack(({ avc }) => avc!.sps.splice(0, 1, Uint8Array.of(0x67)))],
  ['lengths of two bytes', 'uncopied-parameter-sets', withTrack((track) => (track.avc = { ...track.avc!, lengthBytes: 2 }))],
  ['High 10', 'uncopied-profile', { track: pictureTrack({ sps: { profile: 110 } }) }],
  ['4:4:4', 'uncopied-profile', { track: pictureTrack({ sps: { profile: 244 } }) }],
  ['a level beyond 5.2', 'uncopied-profile', { track: pictureTrack({ sps: { level: 60 } }) }],
  ['an SPS that allows fields', 'uncopied-fields', { track: pictureTrack({ sps: { isInterlaced: true } }) }],
  ['fields', 'uncopied-fields', { facts: { fieldOrder: 'tt' } }],
  ['fields that were seen only', 'uncopied-fields', { facts: { areFieldsUnmarked: true } }],
  ['a picture that is turned', 'uncopied-shape', { facts: { rotationDegrees: 180 } }],
  ['a mirrored picture', 'uncopied-shape', { facts: { isMirrored: true } }],
  ['pixels that are not square', 'uncopied-shape', { facts: { sampleAspectRatio: { num: 4, den: 3 } } }],
  ['a picture of which a part is shown', 'uncopied-shape', { track: pictureTrack({ sps: { height: 1088 } }) }],
  ['HDR', 'uncopied-colors', { facts: { colorTransfer: 'smpte2084' } }],
  ['BT.601', 'uncopied-colors', { facts: { colorSpace: 'smpte170m' } }],
  ['full range', 'uncopied-colors', { facts: { colorRange: 'pc' } }],
  ['Dolby Vision', 'uncopied-colors', { facts: { dolbyVisionProfile: 8 } }],
  ['more than 60 frames a second', 'uncopied-frame-rate', { facts: { frameRate: { num: 120, den: 1 } } }],
  ['another first frame than is decoded', 'uncopied-times', { facts: { firstFrameTicks: 3600 } }],
  ['another last frame than is decoded', 'uncopied-times', { facts: { lastFrameTicks: 90_000 } }],
  ['an edit list that ends before the last frame', 'uncopied-times', withTrack((track) => (track.editEndTicks = 90_000))],
  ['two frames at one time', 'uncopied-times', withTrack(({ samples: { compositionTimes } }) => compositionTimes.set([3 * 3600], 1))],
  ['frames too far from each other', 'uncopied-times', withTrack(({ samples }) => spread(samples.compositionTimes))],
  ['keyframes too far apart', 'uncopied-keyframes', { track: pictureTrack({ gop: 240 }) }],
  ['no word on its keyframes', 'uncopied-keyframes', withTrack(({ samples }) => (samples.syncSamples = undefined))],
  ['keyframes before which frames are shown that come after them', 'uncopied-keyframes', withTrack(({ samples }) => openGops(samples))],
  ['keyframes that are none', 'uncopied-keyframes', { areKeyframesSound: false }],
  ['too many bits', 'uncopied-bit-rate', { track: pictureTrack({ sampleBytes: 100_000 }) }],
])('%s: encoded, as %s', (_, code, situation) => {
  const decision = choose(situation);
  expect(decision.kind === 'encode' && decision.note.code).toBe(code);
});

test('a picture above the ladder is not copied', () => {
  const track = pictureTrack({ sps: { width: 3840, height: 2160, level: 51 } });
  const decision = choose({ facts: { width: 3840, height: 2160 }, track });
  expect(decision.kind === 'encode' && decision.note.code).toBe('uncopied-size');
});

test('a small picture that states no colours is encoded: players would take it for BT.601', () => {
  const track = pictureTrack({ sps: { width: 1024, height: 600 } });
  const decision = choose({ facts: { width: 1024, height: 600, colorSpace: 'unknown' }, track });
  expect(decision.kind === 'encode' && decision.note.code).toBe('uncopied-colors');
});

/** From the second frame on, three seconds later. */
function spread(times: Float64Array): void {
  for (let sample = 1; sample < times.length - 1; sample++) times[sample] = (times[sample] as number) + (sample < 4 ? 0 : 270_000);
}

/** Each keyframe is shown after the three that are decoded after it. */
function openGops({ compositionTimes }: MovieTrack['samples']): void {
  for (let sample = 4; sample < compositionTimes.length; sample += 4) {
    const first = compositionTimes[sample] as number;
    compositionTimes.set([first + 2 * 3600, first + 3 * 3600, first, first + 3600], sample);
  }
}
