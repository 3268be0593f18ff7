/**
 * Units of time. All timeline arithmetic is in integer ticks on a stated timescale; seconds exist only at the edges
 * (settings, playlists, people).
 */

declare const unit: unique symbol;

/** An integer count of 1/timescale seconds. The timescale is stated where the value is: 90 kHz unless a name says otherwise. */
export type Ticks = number & { readonly [unit]?: 'ticks' };

/** A duration in seconds, for people and playlists; never an input to timeline arithmetic. */
export type Seconds = number & { readonly [unit]?: 'seconds' };

/** Ticks per second of every video rendition and of title time. */
export const VIDEO_TIMESCALE = 90_000;

/** Rounds seconds to the nearest tick. */
export function secondsToTicks(seconds: Seconds, timescale: number = VIDEO_TIMESCALE): Ticks {
  return Math.round(seconds * timescale);
}

export function ticksToSeconds(ticks: Ticks, timescale: number = VIDEO_TIMESCALE): Seconds {
  return ticks / timescale;
}

/** Below this the quotient of two integers is never rounded up to the next one. */
const EXACT_BELOW = 2 ** 52;

/**
 * Converts between timescales exactly, rounding half away from zero as ffmpeg's av_rescale_q does, so that our grid
 * and its frames never disagree by the rounding. BigInt, because ticks × timescale passes 2^53 within a day of 90 kHz.
 */
export function rescale(ticks: Ticks, from: number, to: number): Ticks {
  if (from === to) return ticks;
  // Where numbers are exact all the way: whole tables of samples are converted by it.
  const doubled = 2 * Math.abs(ticks) * to + from;
  if (doubled < EXACT_BELOW) return Math.sign(ticks) * Math.floor(doubled / (2 * from));
  const product = BigInt(ticks) * BigInt(to);
  const divisor = BigInt(from);
  const magnitude = product < 0n ? -product : product;
  const rounded = (magnitude * 2n + divisor) / (divisor * 2n);
  return Number(product < 0n ? -rounded : rounded);
}

/** A ratio of integers, as containers state frame rates, time bases and pixel shapes. */
export interface Rational {
  num: number;
  den: number;
}
