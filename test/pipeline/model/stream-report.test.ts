import { expect, test } from 'vitest';
import { MOST_AUDIO_TRACKS } from '../../../pipeline/model/ladder/audio-ladder.ts';
import type { SourceInfo } from '../../../pipeline/model/source-info.ts';
import { reportStreams } from '../../../pipeline/model/stream-report.ts';

const INFO: SourceInfo = {
  formatNames: ['matroska', 'webm'],
  sizeBytes: 1,
  video: {
    index: 1,
    codec: 'h264',
    pixelFormat: 'yuv420p',
    width: 720,
    height: 576,
    sampleAspectRatio: { num: 1, den: 1 },
    rotationDegrees: 0,
    frameRate: { num: 25, den: 1 },
    timeBase: { num: 1, den: 1000 },
    fieldOrder: 'tt',
    hasClosedCaptions: true,
    captionChannels: ['CC1', 'CC3'],
    firstFrameTicks: 0,
    lastFrameTicks: 0,
    endTicks: 3600,
  },
  audio: [
    {
      ...{ index: 0, codec: 'ac3', sampleRate: 48_000, channels: 6, channelLayout: '5.1(side)', timeBase: { num: 1, den: 1000 } },
      ...{ isDefault: true, startTicks: 0, endTicks: 3600, frameSamples: 1536 },
    },
  ],
  others: [
    { index: 4, kind: 'audio', codec: 'dts', reason: 'It holds no packets.' },
    { index: 2, kind: 'subtitle', codec: 'subrip' },
    { index: 3, kind: 'cover', codec: 'mjpeg' },
  ],
  chapterCount: 14,
  tags: {},
};

test('every stream of the source has its line, in its order, and so have captions and chapters', () => {
  const reports = reportStreams(INFO, { renditions: [] });
  expect(reports.map(({ streamIndex, kind, outcome }) => `${streamIndex} ${kind} ${outcome}`)).toEqual([
    '0 audio converted',
    '1 video converted',
    '1 captions carried',
    '2 subtitle converted',
    '3 cover not-carried',
    '4 audio not-carried',
    '-1 chapters carried',
  ]);
  expect(reports.every(({ reason }) => reason.length > 0)).toBe(true);
  expect(reports.map(({ codes }) => codes?.join(' '))).toEqual([
    'encoded mixed-down',
    'encoded deinterlaced colors-converted',
    'captions',
    'subtitle',
    'cover',
    'unplayable',
    'chapters',
  ]);
});

test('sound tracks past the limit are told as not carried', () => {
  const audio = Array.from({ length: MOST_AUDIO_TRACKS + 1 }, (_, index) => ({ ...INFO.audio[0]!, index: index + 10 }));
  const reports = reportStreams({ ...INFO, audio }, { renditions: [] }).filter(({ streamIndex }) => streamIndex >= 10);
  expect(reports.map(({ outcome }) => outcome).lastIndexOf('converted')).toBe(MOST_AUDIO_TRACKS - 1);
  expect(reports.at(-1)).toMatchObject({ outcome: 'not-carried', reason: 'Only the first 32 sound tracks are carried.' });
});
test.each(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub'])(
  '%s, which is pictures, is listed as not carried, with what helps',
  (codec) => {
    const reports = reportStreams({ ...INFO, others: [{ index: 2, kind: 'subtitle', codec }] }, { renditions: [] });
    expect(reports.find(({ streamIndex }) => streamIndex === 2)).toMatchObject({
      outcome: 'not-carried',
      reason: expect.stringMatching(/pictures, not text.*beside the film/),
    });
  },
);

test('recordings that follow in the same file and are not played are told of', () => {
  expect(reportStreams({ ...INFO, linksLeftOut: 2 }, { renditions: [] }).at(-1)).toMatchObject({
    kind: 'container',
    outcome: 'not-carried',
  });
  expect(reportStreams({ ...INFO, linksLeftOut: 2 }, { renditions: [] }).at(-1)?.reason).toContain('2 more recordings');
});

test('a clock that begins anew is told of', () => {
  expect(reportStreams({ ...INFO, clockRestarts: 1 }, { renditions: [] }).at(-1)).toMatchObject({
    kind: 'container',
    outcome: 'not-carried',
    codes: ['clock-restarts'],
  });
});

test('the report says what was done to a stream, or why nothing was', () => {
  const reasons = reportStreams(INFO, { renditions: [] }).map(({ reason }) => reason);
  expect(reasons[0]).toContain('5.1(side)');
  expect(reasons[1]).toContain('Deinterlaced');
  expect(reasons[5]).toBe('It holds no packets.');
});

test.each([
  ['is told when it lacks seconds that it states', 60, 40, true],
  ['is not when its header is off by a trifle', 60, 59.2, false],
  ['is not when it holds more than it states', 60, 70, false],
])('a file cut short %s', (_title, statedSeconds, heldSeconds, isTold) => {
  const video = { ...INFO.video!, endTicks: heldSeconds * 90_000 };
  const reports = reportStreams({ ...INFO, video, statedDurationTicks: statedSeconds * 90_000 }, { renditions: [] });
  expect(reports.some(({ kind, reason }) => kind === 'container' && reason.includes('cut short'))).toBe(isTold);
});

test('room for captions that nothing is in is told as such', () => {
  const video = { ...INFO.video!, captionChannels: [] };
  const reports = reportStreams({ ...INFO, video }, { renditions: [] });
  expect(reports.find(({ kind }) => kind === 'captions')?.codes).toEqual(['captions-empty']);
});
