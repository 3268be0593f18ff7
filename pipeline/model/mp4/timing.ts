import type { Ticks } from '../time.ts';

export interface SampleTiming {
  durationTicks: Ticks;
  compositionOffsetTicks: Ticks;
}

/** Thrown when the frames given cannot be timed as one segment. */
export class TimingError extends Error {
  override readonly name = 'TimingError';
}

/**
 * Decode times for the frames of one segment, given their presentation times in decode order (design §6): the first is the
 * planned start, each other one is the smallest presentation time still to come, ties are spread evenly back to the decode
 * time before them, and the last frame lasts until the planned end. So durations add up to the plan's whatever encoder
 * delay or seek brought the frames about, and no composition offset is negative.
 *
 * `presentationTicks` within [startTicks, endTicks), all different.
 */
export function assignTiming(presentationTicks: readonly Ticks[], startTicks: Ticks, endTicks: Ticks): SampleTiming[] {
  const decodeTicks = smallestStillToCome(presentationTicks);
  const first = decodeTicks[0];
  if (first === undefined) throw new TimingError('A segment needs at least one frame');
  if (first < startTicks || presentationTicks.some((ticks) => ticks >= endTicks)) {
    throw new TimingError(`A frame lies outside its segment, ${startTicks} to ${endTicks}`);
  }
  decodeTicks[0] = startTicks;
  spreadTies(decodeTicks);
  keepApart(decodeTicks);
  return decodeTicks.map((decode, index) => {
    const durationTicks = (decodeTicks[index + 1] ?? endTicks) - decode;
    if (durationTicks <= 0) throw new TimingError(`Frames stand too close together at ${decode}`);
    return { durationTicks, compositionOffsetTicks: (presentationTicks[index] as Ticks) - decode };
  });
}

function smallestStillToCome(presentationTicks: readonly Ticks[]): Ticks[] {
  const smallest = [...presentationTicks];
  for (let index = smallest.length - 2; index >= 0; index--) {
    smallest[index] = Math.min(smallest[index] as Ticks, smallest[index + 1] as Ticks);
  }
  return smallest;
}

/** A run of equal decode times becomes evenly spaced, from the one before the run up to the run's own value. */
function spreadTies(decodeTicks: Ticks[]): void {
  for (let runStart = 1; runStart < decodeTicks.length; ) {
    let runEnd = runStart + 1;
    while (decodeTicks[runEnd] === decodeTicks[runStart]) runEnd++;
    const previous = decodeTicks[runStart - 1] as Ticks;
    const value = decodeTicks[runStart] as Ticks;
    const length = runEnd - runStart;
    for (let step = 1; step < length; step++) {
      decodeTicks[runStart + step - 1] = previous + Math.floor(((value - previous) * step) / length);
    }
    runStart = runEnd;
  }
}

/** Frames a tick or two apart leave no room for a tie between them: what comes before makes room. */
function keepApart(decodeTicks: Ticks[]): void {
  for (let index = decodeTicks.length - 1; index > 1; index--) {
    decodeTicks[index - 1] = Math.min(decodeTicks[index - 1] as Ticks, (decodeTicks[index] as Ticks) - 1);
  }
}
