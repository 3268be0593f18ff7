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
 * planned start, and the last frame lasts until the planned end. So durations add up to the plan's whatever encoder delay or
 * seek brought the frames about, and no composition offset is negative.
 *
 * Between them, each frame is decoded as many frames late as the deepest reordering asks for, so that a sample lasts as long as
 * a frame is shown: a player that seeks takes a sample's duration for the time on the screen, and would show a frame too
 * early (Chromium, tried). What is left over lies with the first frames, which are short, and the last, which may be long.
 * No sample reaches past the segment's end: a player would cut off what is buffered there.
 *
 * `presentationTicks` within [startTicks, endTicks), all different.
 */
export function assignTiming(presentationTicks: readonly Ticks[], startTicks: Ticks, endTicks: Ticks): SampleTiming[] {
  const latest = smallestStillToCome(presentationTicks);
  const first = latest[0];
  if (first === undefined) throw new TimingError('A segment needs at least one frame');
  if (first < startTicks || presentationTicks.some((ticks) => ticks >= endTicks)) {
    throw new TimingError(`A frame lies outside its segment, ${startTicks} to ${endTicks}`);
  }
  const decodeTicks = delayEvenly(presentationTicks, latest);
  for (let index = decodeTicks.length - 2; index > 0; index--) {
    const earliest = (decodeTicks[index + 1] as Ticks) - (endTicks - (presentationTicks[index] as Ticks));
    decodeTicks[index] = Math.max(decodeTicks[index] as Ticks, earliest);
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

/**
 * The presentation times in order, each given to the sample so many places later that none is decoded after it is shown. The
 * last sample is decoded when it is shown: it lasts to the segment's end and no further.
 */
function delayEvenly(presentationTicks: readonly Ticks[], latest: readonly Ticks[]): Ticks[] {
  const shown = [...presentationTicks].sort((a, b) => a - b);
  const rank = new Map(shown.map((ticks, index) => [ticks, index]));
  const delay = Math.max(...latest.map((ticks, index) => index - (rank.get(ticks) as number)));
  const last = latest.length - 1;
  return latest.map((ticks, index) => (index === last ? ticks : (shown[Math.max(1, index - delay)] ?? ticks)));
}

/** What each sample may be decoded at, at the latest: the smallest presentation time of it and all that follow. */
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
