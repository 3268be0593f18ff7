import type { LevelDemand } from './h264-level.ts';

interface LevelLimits {
  /** seq_level_idx: 5 for 3.1. */
  level: number;
  pixelsPerFrame: number;
  width: number;
  height: number;
  /** MaxDisplayRate: shown pixels a second. */
  pixelsPerSecond: number;
  /** Main tier, bit/s. */
  bitrate: number;
}

/** AV1 bitstream specification A.3, Main tier. */
const LEVELS: readonly LevelLimits[] = (
  [
    [0, 147_456, 2048, 1152, 4_423_680, 1.5],
    [1, 278_784, 2816, 1584, 8_363_520, 3],
    [4, 665_856, 4352, 2448, 19_975_680, 6],
    [5, 1_065_024, 5504, 3096, 31_950_720, 10],
    [8, 2_359_296, 6144, 3456, 70_778_880, 12],
    [9, 2_359_296, 6144, 3456, 141_557_760, 20],
    [12, 8_912_896, 8192, 4352, 267_386_880, 30],
    [13, 8_912_896, 8192, 4352, 534_773_760, 40],
    [14, 8_912_896, 8192, 4352, 1_069_547_520, 60],
    [15, 8_912_896, 8192, 4352, 1_069_547_520, 60],
    [16, 35_651_584, 16_384, 8704, 1_069_547_520, 60],
    [17, 35_651_584, 16_384, 8704, 2_139_095_040, 100],
    [18, 35_651_584, 16_384, 8704, 4_278_190_080, 160],
  ] as const
).map(([level, pixelsPerFrame, width, height, pixelsPerSecond, megabits]) => ({
  level,
  pixelsPerFrame,
  width,
  height,
  pixelsPerSecond,
  bitrate: megabits * 1_000_000,
}));

/** The lowest level of Main tier that allows the stream, as seq_level_idx. Its buffer is a second of its rate by definition (E.2). */
export function av1Level(demand: Omit<LevelDemand, 'decodedFrames' | 'bufsizeBits'>): number {
  const { width, height, framesPerSecond, maxrateBps } = demand;
  const fits = (limits: LevelLimits): boolean =>
    width * height <= limits.pixelsPerFrame &&
    width <= limits.width &&
    height <= limits.height &&
    width * height * framesPerSecond <= limits.pixelsPerSecond &&
    maxrateBps <= limits.bitrate;
  const limits = LEVELS.find(fits);
  if (!limits) throw new RangeError(`No AV1 level allows ${width}x${height} at ${framesPerSecond} frames a second`);
  return limits.level;
}
