import { av1Level } from '../../ladder/av1-level.ts';
import { h264Level } from '../../ladder/h264-level.ts';
import { hevcLevel } from '../../ladder/hevc-level.ts';
import { SAMPLE_ENTRIES } from '../../mp4/parameter-sets.ts';
import type { VideoCodec } from '../../plan.ts';
import type { Variant } from '../variant.ts';
import type { AuditTrack, AuditVariant } from './audit-title.ts';
import type { Finding, Rule } from './rule.ts';

/** Rules on the bitstreams, and whether the multivariant playlist tells the truth about them. */
export const CODEC_RULES: Rule[] = [
  {
    id: 'A9.1',
    severity: 'must',
    title: 'Every variant has CODECS, and they are those of the bitstream',
    check: ({ variants }) => variants.flatMap(codecsFindings),
  },
  {
    id: 'A9.2',
    severity: 'must',
    title: 'Every video variant has RESOLUTION, and it is that of the bitstream',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }) => {
        const [width, height] = pictureSize(track);
        const { resolution } = variant;
        return resolution?.width === width && resolution?.height === height
          ? []
          : [{ where, expected: `RESOLUTION=${width}x${height}`, seen: resolution ? `${resolution.width}x${resolution.height}` : 'none' }];
      }),
  },
  {
    id: 'A9.15',
    severity: 'must',
    title: 'Every video variant has FRAME-RATE, and it is that of the frames',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }) => {
        const { average, highest } = frameRates(track);
        const stated = variant.frameRate;
        if (stated === undefined) return [{ where, expected: `FRAME-RATE=${average.toFixed(3)}`, seen: 'none' }];
        // Over a short title one frame more or less is much of the rate.
        const tolerance = Math.max(0.05, 1.5 / sampleCount(track));
        const isTrue = stated >= average * (1 - tolerance) && stated <= Math.max(average, highest) * (1 + tolerance);
        return isTrue || average === 0 ? [] : [{ where, expected: `FRAME-RATE=${average.toFixed(3)}`, seen: stated.toFixed(3) }];
      }),
  },
  {
    id: 'A1.19',
    severity: 'must',
    title: 'There are 60 frames per second at most',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }) => {
        const highest = Math.max(variant.frameRate ?? 0, frameRates(track).average);
        return highest > 60.5 ? [{ where, expected: 'at most 60 per second', seen: highest.toFixed(3) }] : [];
      }),
  },
  {
    id: 'A1.3',
    severity: 'must',
    title: 'H.264 is High profile, level 5.2 at most',
    check: ({ tracks }) =>
      tracks.flatMap(({ where, init }) => {
        const sps = init?.firstSps;
        return sps && (sps.profile > HIGH_PROFILE || sps.level > 52)
          ? [{ where, expected: `profile ${HIGH_PROFILE} and level 5.2 at most`, seen: `profile ${sps.profile}, level ${sps.level / 10}` }]
          : [];
      }),
  },
  {
    id: 'A1.10',
    severity: 'should',
    title: 'Parameter sets are in the sample description: avc1 and hvc1, not avc3 and hev1',
    check: ({ tracks }) =>
      tracks.flatMap(({ files }) =>
        [...files.inits.values()]
          .filter(({ facts }) => facts?.kind === 'video' && !['avc1', 'hvc1', 'dvh1', 'av01'].includes(facts.sampleEntry))
          .map(({ where, facts }) => ({
            where,
            expected: SAMPLE_ENTRIES[facts?.picture?.codec ?? 'h264'],
            seen: facts?.sampleEntry ?? 'nothing',
          })),
      ),
  },
  {
    id: 'A1.11',
    severity: 'should',
    title: 'The level is no higher than size, frame rate and bit rate need',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }) => {
        const { codec = 'h264', level = 0 } = track.init?.picture ?? {};
        const lowest = Math.max(lowestLevel(codec, variant, track), LEVEL_THAT_ALL_DECODE[codec]);
        return level > lowest ? [{ where, expected: `level ${nameLevel(codec, lowest)}`, seen: `level ${nameLevel(codec, level)}` }] : [];
      }),
  },
  {
    id: 'A1.14',
    severity: 'must',
    title: 'Video is not interlaced',
    check: ({ tracks }) =>
      tracks
        .filter(({ init }) => init?.picture?.isInterlaced)
        .map(({ where }) => ({ where, expected: 'frames only', seen: 'an SPS that allows fields' })),
  },
  {
    id: 'A1.33',
    severity: 'should',
    title: 'All video variants have one aspect ratio',
    check: ({ variants }) => {
      const [reference, ...others] = videoVariants(variants);
      if (!reference) return [];
      return others
        .filter((variant) => !haveSameShape(pictureSize(reference.track), pictureSize(variant.track)))
        .map(({ where, track }) => ({
          where,
          expected: `the shape of ${pictureSize(reference.track).join('x')}`,
          seen: pictureSize(track).join('x'),
        }));
    },
  },
];

const HIGH_PROFILE = 100;
/** Every decoder of High profile takes 3.0, so a lower level opens nothing to anyone; of the others, nobody takes less than 3.0 either. */
const LEVEL_THAT_ALL_DECODE: Readonly<Record<VideoCodec, number>> = { h264: 30, hevc: 90, av1: 4 };

function nameLevel(codec: VideoCodec, level: number): string {
  if (codec === 'av1') return `${2 + (level >> 2)}.${level & 3}`;
  return String(codec === 'hevc' ? level / 30 : level / 10);
}

interface VideoVariant extends AuditVariant {
  track: AuditTrack;
}

export function videoVariants(variants: readonly AuditVariant[]): VideoVariant[] {
  return variants.filter((variant): variant is VideoVariant => variant.track?.kind === 'video');
}

/** Infinity for what no level allows. */
function lowestLevel(codec: VideoCodec, variant: Variant, track: AuditTrack): number {
  const [width, height] = pictureSize(track);
  const framesPerSecond = Math.max(variant.frameRate ?? 0, frameRates(track).average);
  const demand = { width, height, framesPerSecond, maxrateBps: variant.bandwidthBps, bufsizeBits: 0 };
  try {
    if (codec === 'hevc') return hevcLevel(demand);
    if (codec === 'av1') return av1Level(demand);
    return h264Level({ ...demand, decodedFrames: track.init?.firstSps?.maxReferenceFrames ?? 0 });
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

export function codecsFindings({
  where,
  variant,
  track,
  audio,
}: Pick<AuditVariant, 'where' | 'track' | 'audio'> & { variant: Pick<Variant, 'codecs'> }): Finding[] {
  const members = track ? [track, ...audio] : audio;
  const actual = [...new Set(members.flatMap((member) => bitstreamCodec(member) ?? []))];
  if (variant.codecs === undefined) return [{ where, expected: `CODECS="${actual.join(',')}"`, seen: 'none' }];
  const stated = variant.codecs.split(',').map((codec) => normalized(codec.trim()));
  // Where a bitstream cannot be read, other rules say so, and what it would need is not known.
  const isKnown = track !== undefined && members.every(({ init }) => init !== undefined);
  const isTrue = !isKnown || stated.every((codec) => actual.includes(codec) || SUBTITLE_CODECS.includes(codec));
  const isComplete = actual.every((codec) => stated.includes(codec));
  return isComplete && isTrue ? [] : [{ where, expected: `CODECS="${actual.join(',')}"`, seen: variant.codecs }];
}

const SUBTITLE_CODECS = ['wvtt', 'stpp.ttml.im1t'];

function bitstreamCodec({ init }: AuditTrack): string | undefined {
  return init && normalized(init.codecs);
}

/** RFC 6381 has the hexadecimal part of avc1 in either case. */
function normalized(codec: string): string {
  return /^avc[13]\./.test(codec) ? codec.toLowerCase() : codec;
}

export function pictureSize({ init }: AuditTrack): [width: number, height: number] {
  return [init?.picture?.width ?? init?.width ?? 0, init?.picture?.height ?? init?.height ?? 0];
}

/** Sizes are rounded to even numbers, so each side may be off by one: is there a shape that both could have come from? */
export function haveSameShape([width, height]: [number, number], [otherWidth, otherHeight]: [number, number]): boolean {
  const least = (w: number, h: number): number => (w - 1) / (h + 1);
  const most = (w: number, h: number): number => (w + 1) / (h - 1);
  return least(width, height) <= most(otherWidth, otherHeight) && least(otherWidth, otherHeight) <= most(width, height);
}

function sampleCount(track: AuditTrack): number {
  return track.segments.reduce((sum, { facts }) => sum + (facts?.sampleCount ?? 0), 0);
}

/** A lone frame has none (0). `highest` is that of the closest two frames: FRAME-RATE is a maximum, and a variable rate may state it. */
function frameRates(track: AuditTrack): { average: number; highest: number } {
  const closest = track.segments.flatMap(({ facts }) => (facts?.closestFramesTicks ? [facts.closestFramesTicks / facts.timescale] : []));
  return {
    average: sampleCount(track) > 1 ? 1 / track.frameSeconds : 0,
    highest: closest.length > 0 ? 1 / closest.reduce((least, seconds) => Math.min(least, seconds)) : 0,
  };
}
