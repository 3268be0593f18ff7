/** What decides the level of an H.264 stream. */
export interface LevelDemand {
  width: number;
  height: number;
  framesPerSecond: number;
  maxrateBps: number;
  bufsizeBits: number;
  /** Frames the decoder must hold. */
  decodedFrames: number;
}

interface LevelLimits {
  /** Level × 10, which is level_idc. */
  level: number;
  macroblocksPerSecond: number;
  macroblocksPerFrame: number;
  /** MaxDpbMbs: macroblocks of all frames held. */
  macroblocksHeld: number;
  /** Units of 1,000 bit/s, for Baseline and Main. */
  bitrate: number;
  /** Units of 1,000 bits, for Baseline and Main. */
  buffer: number;
}

/** ITU-T H.264 (08/2021) table A-1, without 1b. */
const LEVELS: readonly LevelLimits[] = (
  [
    [10, 1485, 99, 396, 64, 175],
    [11, 3000, 396, 900, 192, 500],
    [12, 6000, 396, 2376, 384, 1000],
    [13, 11880, 396, 2376, 768, 2000],
    [20, 11880, 396, 2376, 2000, 2000],
    [21, 19800, 792, 4752, 4000, 4000],
    [22, 20250, 1620, 8100, 4000, 4000],
    [30, 40500, 1620, 8100, 10000, 10000],
    [31, 108000, 3600, 18000, 14000, 14000],
    [32, 216000, 5120, 20480, 20000, 20000],
    [40, 245760, 8192, 32768, 20000, 25000],
    [41, 245760, 8192, 32768, 50000, 62500],
    [42, 522240, 8704, 34816, 50000, 62500],
    [50, 589824, 22080, 110400, 135000, 135000],
    [51, 983040, 36864, 184320, 240000, 240000],
    [52, 2073600, 36864, 184320, 240000, 240000],
    [60, 4177920, 139264, 696320, 240000, 240000],
    [61, 8355840, 139264, 696320, 480000, 480000],
    [62, 16711680, 139264, 696320, 800000, 800000],
  ] as const
).map(([level, macroblocksPerSecond, macroblocksPerFrame, macroblocksHeld, bitrate, buffer]) => ({
  level,
  macroblocksPerSecond,
  macroblocksPerFrame,
  macroblocksHeld,
  bitrate,
  buffer,
}));

const MOST_MACROBLOCKS_HELD = Math.max(...LEVELS.map(({ macroblocksHeld }) => macroblocksHeld));

/** High profile may use a quarter more bits than Baseline and Main (cpbBrVclFactor 1250, table A-2). */
const HIGH_PROFILE_FACTOR = 1250;

/** The lowest level of High profile that allows the stream (Apple authoring rule 1.11: no higher than needed), as level × 10. */
export function h264Level(demand: LevelDemand): number {
  const columns = Math.ceil(demand.width / 16);
  const rows = Math.ceil(demand.height / 16);
  const frame = columns * rows;
  // Of pictures so large that no level holds them all, ffmpeg has x264 refer to fewer (libx264.c).
  const held = Math.min(frame * demand.decodedFrames, MOST_MACROBLOCKS_HELD);
  const fits = (limits: LevelLimits): boolean =>
    frame <= limits.macroblocksPerFrame &&
    // A.3.1 f, g: neither side longer than the root of eight times the frame.
    Math.max(columns, rows) ** 2 <= 8 * limits.macroblocksPerFrame &&
    frame * demand.framesPerSecond <= limits.macroblocksPerSecond &&
    held <= limits.macroblocksHeld &&
    demand.maxrateBps <= limits.bitrate * HIGH_PROFILE_FACTOR &&
    demand.bufsizeBits <= limits.buffer * HIGH_PROFILE_FACTOR;
  const limits = LEVELS.find(fits);
  if (!limits) throw new RangeError(`No H.264 level allows ${demand.width}x${demand.height} at ${demand.framesPerSecond} frames a second`);
  return limits.level;
}

/** RFC 6381 for High profile without constraints: `avc1.64001f` is level 3.1. */
export function h264Codecs(level: number): string {
  return `avc1.6400${level.toString(16).padStart(2, '0')}`;
}
