import { describe, expect, test } from 'vitest';
import type { LadderFit } from '../../../pipeline/model/ladder/fit-ladder.ts';
import type { VideoRenditionPlan } from '../../../pipeline/model/plan.ts';
import { reportVideo } from '../../../pipeline/model/report-video.ts';
import type { VideoStreamInfo } from '../../../pipeline/model/source-info.ts';
import { videoRendition } from './hls/sample-plan.ts';
import { videoStream } from './sample-video.ts';

const VIDEO = videoStream();
const RUNGS: VideoRenditionPlan[] = [
  videoRendition({ id: 'v1080', width: 1920, height: 1080, frameRate: 25 }),
  videoRendition({ id: 'v720', width: 1280, height: 720, frameRate: 25 }),
];

test.each<{ what: string; changes: Partial<VideoStreamInfo>; codes: string[]; sentence: string }>([
  { what: 'an ordinary picture', changes: {}, codes: ['encoded'], sentence: 'Encoded as H.264 in 2 sizes up to 1920 × 1080.' },
  { what: 'its even size', changes: { width: 1921, height: 1081 }, codes: ['encoded'], sentence: 'Encoded' },
  {
    what: 'what is larger than the ladder',
    changes: { width: 3840, height: 2160 },
    codes: ['encoded', 'scaled-down'],
    sentence: 'Scaled down from 3840 × 2160: the ladder ends there.',
  },
  {
    what: 'what is faster than screens',
    changes: { frameRate: { num: 100, den: 1 } },
    codes: ['encoded', 'frames-thinned'],
    sentence: '25 of 100 frames a second are kept: screens and players show no more.',
  },
  {
    what: 'a phone held upright, mirrored',
    changes: { rotationDegrees: 90, isMirrored: true },
    codes: ['encoded', 'turned', 'mirrored'],
    sentence: 'Turned upright (90° clockwise). Mirrored as the file asks for.',
  },
  {
    what: 'wide pixels of a disc',
    changes: { width: 720, height: 576, sampleAspectRatio: { num: 64, den: 45 }, colorSpace: 'bt470bg', colorPrimaries: 'bt470bg' },
    codes: ['encoded', 'pixels-squared', 'colors-converted'],
    sentence: 'Colours converted to BT.709 from BT.601.',
  },
  {
    what: 'small pictures that state no colours',
    changes: { width: 640, height: 360 },
    codes: ['encoded', 'colors-converted'],
    sentence: 'Colours converted to BT.709 from BT.601, which its size suggests.',
  },
  {
    what: 'fields that no mark tells of',
    changes: { fieldOrder: 'tt', areFieldsUnmarked: true },
    codes: ['encoded', 'deinterlaced', 'fields-detected'],
    sentence: 'Its frames do not say that they are interlaced, but are.',
  },
  {
    what: 'HDR10',
    changes: { pixelFormat: 'yuv420p10le', colorTransfer: 'smpte2084', peakNits: 1600 },
    codes: ['encoded', 'tone-mapped'],
    sentence: 'Tone-mapped from high dynamic range (PQ, up to 1600 cd/m²) to standard range.',
  },
  {
    what: 'Dolby Vision on HLG',
    changes: { pixelFormat: 'yuv420p10le', colorTransfer: 'arib-std-b67', dolbyVisionProfile: 8 },
    codes: ['encoded', 'tone-mapped', 'dolby-vision-base'],
    sentence: 'Of Dolby Vision (profile 8) the base layer is shown, without its metadata.',
  },
  {
    what: 'Dolby Vision that has no base layer',
    changes: { dolbyVisionProfile: 5 },
    codes: ['encoded', 'tone-mapped', 'dolby-vision-grey'],
    sentence: 'shown in grey',
  },
  {
    what: 'deep colours and transparency',
    changes: { codec: 'prores', pixelFormat: 'yuva444p12le' },
    codes: ['encoded', 'alpha-flattened', 'depth-reduced'],
    sentence: 'What is transparent is shown over black. Reduced to 8 bits',
  },
])('the report tells of $what', ({ changes, codes, sentence }) => {
  const [report] = reportVideo({ ...VIDEO, ...changes }, RUNGS);
  expect(report).toMatchObject({ streamIndex: 0, outcome: 'converted', codes });
  expect(report!.reason).toContain(sentence);
});

test('a ladder of one rung is told by its size', () => {
  expect(reportVideo(VIDEO, RUNGS.slice(0, 1))[0]!.reason).toBe('Encoded as H.264 in 1920 × 1080.');
});

describe('the report tells how the ladder was fitted', () => {
  const losses = { encoding: 0.01, crf: 27, scaling: [0, 0.01] };

  test.each<[string, LadderFit, number, string[], string]>([
    [
      'to an easy picture',
      { kind: 'fitted', losses, crf: 23, leftOut: [{ width: 960, height: 540 }] },
      28.5,
      ['encoded', 'bits-saved', 'rungs-left-out'],
      'Encoded at CRF 23 to 28.5 instead of 23: samples of it show no difference that can be seen (SSIM 0.985). 960 × 540 left out:',
    ],
    [
      'to one that needs all of it',
      { kind: 'fitted', losses, crf: 23, leftOut: [] },
      23,
      ['encoded', 'ladder-kept'],
      'need the whole ladder',
    ],
    ['not at all', { kind: 'unsampled', reason: 'short' }, 23, ['encoded', 'ladder-unsampled'], 'the same as for any film: it is short.'],
  ])('%s', (_what, fit, crf, codes, sentence) => {
    const [top, ...lower] = RUNGS;
    const [report] = reportVideo(VIDEO, [{ ...top!, crf }, ...lower], { fit });
    expect(report).toMatchObject({ codes });
    expect(report!.reason).toContain(sentence);
  });
});

test('further codecs are told beside H.264, with what HEVC keeps', () => {
  const further = [
    ...RUNGS.map((rung) => ({ ...rung, id: `${rung.id}-hevc`, codec: 'hevc' as const, hdr: { range: 'PQ' as const } })),
    ...RUNGS.map((rung) => ({ ...rung, id: `${rung.id}-av1`, codec: 'av1' as const })),
  ];
  const [report] = reportVideo(VIDEO, [...RUNGS.slice(0, 1), ...further]);
  expect(report!.codes).toEqual(['encoded', 'encoded-further', 'encoded-further']);
  expect(report!.reason).toBe(
    'Encoded as H.264 in 1920 × 1080. Also encoded as HEVC, which keeps its high dynamic range (PQ). Also encoded as AV1.',
  );
});
