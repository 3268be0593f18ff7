import type { AudioRenditionPlan, IframeRenditionPlan, Plan, VideoRenditionPlan } from '../../../../pipeline/model/plan.ts';
import { planTimeline } from '../../../../pipeline/model/timeline/boundaries.ts';

/** A plan as a two-language 540p source of 10.5 s would get: two rungs, two audio tracks, I-frames. */
export function samplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    version: 1,
    titleId: 'sample',
    revision: 0,
    originTicks: 0,
    timeline: planTimeline(945_000),
    renditions: [
      videoRendition(),
      smallRung(),
      audioRendition(),
      audioRendition({ id: 'a2', sourceStreamIndex: 2, timescale: 44_100, language: 'ko', name: '한국어', isDefault: false }),
      iframeRendition(),
    ],
    encoderFingerprint: 'libx264 test',
    ...changes,
  };
}

export function videoRendition(changes: Partial<VideoRenditionPlan> = {}): VideoRenditionPlan {
  return {
    id: 'v540',
    kind: 'video',
    sourceStreamIndex: 0,
    timescale: 90_000,
    width: 960,
    height: 540,
    frameRate: 25,
    crf: 23,
    maxrateBps: 2_000_000,
    bufsizeBits: 3_000_000,
    preset: 'veryfast',
    level: 31,
    codecs: 'avc1.64001f',
    ...changes,
  };
}

export function smallRung(changes: Partial<VideoRenditionPlan> = {}): VideoRenditionPlan {
  const size = { width: 640, height: 360, level: 30, codecs: 'avc1.64001e', maxrateBps: 800_000, bufsizeBits: 1_200_000 };
  return videoRendition({ id: 'v360', ...size, ...changes });
}

export function iframeRendition(changes: Partial<IframeRenditionPlan> = {}): IframeRenditionPlan {
  const { frameRate: _, ...rung } = smallRung();
  return { ...rung, id: 'i360', kind: 'iframe', maxrateBps: 200_000, bufsizeBits: 400_000, ...changes };
}

/** The small rung in another codec. */
export function hevcRung(changes: Partial<VideoRenditionPlan> = {}): VideoRenditionPlan {
  return smallRung({
    id: 'v360-hevc',
    codec: 'hevc',
    level: 63,
    codecs: 'hvc1.1.6.L63.90',
    maxrateBps: 640_000,
    bufsizeBits: 960_000,
    ...changes,
  });
}

export function av1Rung(changes: Partial<VideoRenditionPlan> = {}): VideoRenditionPlan {
  return smallRung({
    id: 'v360-av1',
    codec: 'av1',
    level: 1,
    codecs: 'av01.0.01M.08',
    maxrateBps: 720_000,
    bufsizeBits: 1_080_000,
    ...changes,
  });
}

/** What recordedSets belong to, of three codecs and with high dynamic range, beside the sample's rungs. */
export function codecsPlan(): Plan {
  const size = { width: 160, height: 90 };
  const further = [
    hevcRung({ id: 'v90-hevc', ...size, level: 30, codecs: 'hvc1.2.4.L30.90', hdr: { range: 'PQ' } }),
    av1Rung({ id: 'v90-av1', ...size, level: 0, codecs: 'av01.0.00M.08' }),
  ];
  return samplePlan({ renditions: [videoRendition(), smallRung(), ...further, audioRendition(), iframeRendition()] });
}

export function audioRendition(changes: Partial<AudioRenditionPlan> = {}): AudioRenditionPlan {
  return {
    id: 'a1',
    kind: 'audio',
    sourceStreamIndex: 1,
    timescale: 48_000,
    frameSamples: 1024,
    channels: 2,
    bitrateBps: 128_000,
    codecs: 'mp4a.40.2',
    language: 'en',
    name: 'English',
    isDefault: true,
    ...changes,
  };
}
