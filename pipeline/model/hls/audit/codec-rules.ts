import { h264Level } from '../../ladder/h264-level.ts';
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
    title: 'Parameter sets are in the sample description: avc1, not avc3',
    check: ({ tracks }) =>
      tracks.flatMap(({ files }) =>
        [...files.inits.values()]
          .filter(({ facts }) => facts?.kind === 'video' && !['avc1', 'hvc1', 'dvh1', 'av01'].includes(facts.sampleEntry))
          .map(({ where, facts }) => ({ where, expected: 'avc1', seen: facts?.sampleEntry ?? 'nothing' })),
      ),
  },
  {
    id: 'A1.11',
    severity: 'should',
    title: 'The level is no higher than size, frame rate and bit rate need',
    check: ({ variants }) =>
      videoVariants(variants).flatMap(({ where, variant, track }) => {
        const stated = track.init?.firstSps?.level ?? 0;
        const lowest = Math.max(lowestLevel(variant, track), LEVEL_THAT_ALL_DECODE);
        return stated > lowest ? [{ where, expected: `level ${lowest / 10}`, seen: `level ${stated / 10}` }] : [];
      }),
  },
  {
    id: 'A1.14',
    severity: 'must',
    title: 'Video is not interlaced',
    check: ({ tracks }) =>
      tracks
        .filter(({ init }) => init?.firstSps?.isInterlaced)
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
/** Every decoder of High profile takes 3.0, so a lower level opens nothing to anyone. */
const LEVEL_THAT_ALL_DECODE = 30;

interface VideoVariant extends AuditVariant {
  track: AuditTrack;
}

export function videoVariants(variants: readonly AuditVariant[]): VideoVariant[] {
  return variants.filter((variant): variant is VideoVariant => variant.track?.kind === 'video');
}

/** Infinity for what no level allows. */
function lowestLevel(variant: Variant, track: AuditTrack): number {
  const [width, height] = pictureSize(track);
  try {
    return h264Level({
      width,
      height,
      framesPerSecond: Math.max(variant.frameRate ?? 0, frameRates(track).average),
      maxrateBps: variant.bandwidthBps,
      bufsizeBits: 0,
      decodedFrames: track.init?.firstSps?.maxReferenceFrames ?? 0,
    });
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

/** For H.264 from the SPS itself, which is what decoders go by. */
function bitstreamCodec({ init }: AuditTrack): string | undefined {
  const sps = init?.sps?.[0];
  if (!init || !sps) return init && normalized(init.codecs);
  const profileHex = [...sps.subarray(1, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${init.sampleEntry}.${profileHex}`;
}

/** RFC 6381 has the hexadecimal part of avc1 in either case. */
function normalized(codec: string): string {
  return /^avc[13]\./.test(codec) ? codec.toLowerCase() : codec;
}

export function pictureSize({ init }: AuditTrack): [width: number, height: number] {
  return [init?.firstSps?.width ?? init?.width ?? 0, init?.firstSps?.height ?? init?.height ?? 0];
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

/** `highest` is that of the closest two frames: FRAME-RATE is a maximum, and a variable rate may state it. */
function frameRates(track: AuditTrack): { average: number; highest: number } {
  const closest = track.segments.flatMap(({ facts }) => (facts?.closestFramesTicks ? [facts.closestFramesTicks / facts.timescale] : []));
  return {
    average: track.frameSeconds > 0 ? 1 / track.frameSeconds : 0,
    highest: closest.length > 0 ? 1 / closest.reduce((least, seconds) => Math.min(least, seconds)) : 0,
  };
}
