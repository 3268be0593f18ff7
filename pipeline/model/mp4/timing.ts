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
 * Between them, a sample lasts as long as a frame is shown: a player that seeks takes a sample's duration for the time on the
 * screen, and would show a neighbour of the right frame (Chromium, tried). That wants `delayTicks`, by which all of the track
 * is presented later and which its edit list takes back (decision 0019). Reordering that is deeper decodes each frame some
 * frames late; what is left over lies with the first frames, which are short, and the last, which may be long. No sample
 * reaches past the segment's end: a player would cut off what is buffered there.
 *
 * `presentationTicks` without the delay, within [startTicks, endTicks), all different.
 */
export function assignTiming(
  presentationTicks: readonly Ticks[],
  startTicks: Ticks,
  endTicks: Ticks,
  delayTicks: Ticks = 0,
): SampleTiming[] {
  const stillToCome = smallestStillToCome(presentationTicks);
  const first = stillToCome[0];
  if (first === undefined) throw new TimingError('A segment needs at least one frame');
  if (first < startTicks || presentationTicks.some((ticks) => ticks >= endTicks)) {
    throw new TimingError(`A frame lies outside its segment, ${startTicks} to ${endTicks}`);
  }
  const decodeTicks = delayEvenly(
    presentationTicks,
    stillToCome.map((ticks) => ticks + delayTicks),
  );
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
    return { durationTicks, compositionOffsetTicks: (presentationTicks[index] as Ticks) + delayTicks - decode };
  });
}

/**
 * The presentation times in order, each given to the sample as few places later as keeps every decode time within `latest`. The
 * last sample is not decoded before it is shown: it lasts to the segment's end and no further.
 */
function delayEvenly(presentationTicks: readonly Ticks[], latest: readonly Ticks[]): Ticks[] {
  const shown = [...presentationTicks].sort((a, b) => a - b);
  let [delay, rank] = [0, 0];
  latest.forEach((limit, index) => {
    while (rank + 1 < shown.length && (shown[rank + 1] as Ticks) <= limit) rank++;
    delay = Math.max(delay, index - rank);
  });
  const last = latest.length - 1;
  return latest.map((limit, index) => Math.min(limit, shown[index === last ? last : Math.max(1, index - delay)] ?? limit));
}

/** The smallest presentation time of each sample and all that follow. */
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
