import type { LevelDemand } from './h264-level.ts';

interface LevelLimits {
  /** general_level_idc: level × 30. */
  level: number;
  lumaSamplesPerFrame: number;
  lumaSamplesPerSecond: number;
  /** Main tier, units of 1,000 bit/s, and of 1,000 bits. */
  bitrate: number;
  buffer: number;
}

/** ITU-T H.265 (08/2021) tables A.8 and A.9, Main tier. */
const LEVELS: readonly LevelLimits[] = (
  [
    [30, 36_864, 552_960, 128, 350],
    [60, 122_880, 3_686_400, 1500, 1500],
    [63, 245_760, 7_372_800, 3000, 3000],
    [90, 552_960, 16_588_800, 6000, 6000],
    [93, 983_040, 33_177_600, 10_000, 10_000],
    [120, 2_228_224, 66_846_720, 12_000, 12_000],
    [123, 2_228_224, 133_693_440, 20_000, 20_000],
    [150, 8_912_896, 267_386_880, 25_000, 25_000],
    [153, 8_912_896, 534_773_760, 40_000, 40_000],
    [156, 8_912_896, 1_069_547_520, 60_000, 60_000],
    [180, 35_651_584, 1_069_547_520, 60_000, 60_000],
    [183, 35_651_584, 2_139_095_040, 120_000, 120_000],
    [186, 35_651_584, 4_278_190_080, 240_000, 240_000],
  ] as const
).map(([level, lumaSamplesPerFrame, lumaSamplesPerSecond, bitrate, buffer]) => ({
  level,
  lumaSamplesPerFrame,
  lumaSamplesPerSecond,
  bitrate,
  buffer,
}));

/** Sides are coded in multiples of the smallest coding block, which is that of x265. */
const CODING_BLOCK = 8;

/**
 * The lowest level of Main tier that allows the stream (Apple authoring rule 1.11), as general_level_idc. Every level holds
 * six frames of its largest size, as many as any preset of x265 keeps at the rungs' sizes.
 */
export function hevcLevel(demand: Omit<LevelDemand, 'decodedFrames'>): number {
  const [width, height] = [demand.width, demand.height].map((side) => Math.ceil(side / CODING_BLOCK) * CODING_BLOCK) as [number, number];
  const frame = width * height;
  const fits = (limits: LevelLimits): boolean =>
    frame <= limits.lumaSamplesPerFrame &&
    // A.4.1 b, c: neither side longer than the root of eight times the frame.
    Math.max(width, height) ** 2 <= 8 * limits.lumaSamplesPerFrame &&
    frame * demand.framesPerSecond <= limits.lumaSamplesPerSecond &&
    demand.maxrateBps <= limits.bitrate * 1000 &&
    demand.bufsizeBits <= limits.buffer * 1000;
  const limits = LEVELS.find(fits);
  if (!limits) throw new RangeError(`No HEVC level allows ${demand.width}x${demand.height} at ${demand.framesPerSecond} frames a second`);
  return limits.level;
}

/** RFC 6381 of what x265 makes: frames only, one profile (ISO/IEC 14496-15 E.3). `hvc1.2.4.L120.90` is Main 10 at level 4.0. */
export function plannedHevcCodecs(level: number, bitDepth: 8 | 10): string {
  return bitDepth === 8 ? `hvc1.1.6.L${level}.90` : `hvc1.2.4.L${level}.90`;
}
