import { type Rational, VIDEO_TIMESCALE } from '../model/time.ts';
import { greatestCommonDivisor, type StreamHead, toTicks } from './stream-extent.ts';

/** No camera is faster; containers that say so state their time base or a mistake (1000/1, 90000/1). */
const HIGHEST_FRAME_RATE = 480;
/** So many times what frames show steadily, a rate is the container's mistake (DefaultDuration of Matroska), or that of fields. */
const MISTAKEN_RATE = 1.5;
const FALLBACK_FRAME_RATE: Rational = { num: 25, den: 1 };
/** Of a burst of frames before the picture stands still, all of which are kept: the most that is ever offered. */
const BURST_FRAME_RATE: Rational = { num: 60, den: 1 };

/** What a container states. */
export interface StatedRates {
  average?: Rational | undefined;
  /** Whether the average is of all frames (MP4), and not what the first ones or a header say. */
  isCounted: boolean;
  /** At which all times can be told (ffprobe's r_frame_rate). */
  lowest?: Rational | undefined;
}

/** Frames per second of a picture, by what is stated of it and what its first frames show. */
export function chooseFrameRate({ average, isCounted, lowest }: StatedRates, head: StreamHead, timeBase: Rational): Rational {
  const isSane = (rate: Rational | undefined): rate is Rational => rate !== undefined && rate.num / rate.den <= HIGHEST_FRAME_RATE;
  const observed = observeFrameRate(head, timeBase);
  const isMistaken = average && observed && average.num * observed.den > MISTAKEN_RATE * observed.num * average.den;
  if (isMistaken && !isCounted && isSteady(head)) return observed;
  const candidates = [average, observed, lowest];
  return candidates.find(isSane) ?? (observed === undefined ? FALLBACK_FRAME_RATE : BURST_FRAME_RATE);
}

const FEWEST_STEADY_STEPS = 7;
const STEADY = { least: 0.75, most: 1.25 };

/** Many steps are alike and none is much shorter; a longer one is a frame that is missing from what was looked at. */
function isSteady({ framePts }: StreamHead): boolean {
  const steps = framePts.slice(1).map((pts, index) => pts - (framePts[index] as number));
  const middle = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const alike = steps.filter((step) => step <= STEADY.most * middle);
  return alike.length >= FEWEST_STEADY_STEPS && alike.every((step) => step >= STEADY.least * middle);
}

/** A longer step than this, measured by the one in the middle, is a frame that is missing. */
const LONGEST_STEP = 1.5;

function observeFrameRate({ framePts }: StreamHead, timeBase: Rational): Rational | undefined {
  const times = framePts.map((pts) => toTicks(pts, timeBase));
  const steps = times.slice(1).map((ticks, index) => ticks - (times[index] ?? ticks));
  const middle = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  if (middle === undefined || middle <= 0) return undefined;
  const even = steps.filter((step) => step <= LONGEST_STEP * middle);
  const num = even.length * VIDEO_TIMESCALE;
  const den = even.reduce((sum, step) => sum + step, 0);
  const divisor = greatestCommonDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}
