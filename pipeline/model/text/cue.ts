/** A subtitle: what is shown from one moment to another. Times are milliseconds, from whatever the file counts from. */
export interface Cue {
  startMs: number;
  endMs: number;
  /** WebVTT cue text (styled-text.ts makes it): `<b>`, `<i>` and `<u>` in balance, all else escaped, no blank line. */
  text: string;
  /** WebVTT cue settings, as `line:0`. */
  settings?: string;
}

/** What no film has: beyond these files are cut off, so that none of them keeps the others waiting. */
export const MOST_CUES = 50_000;
export const MOST_CUE_CHARACTERS = 4_000;

/** How long a cue is shown whose file gives it no time, unless the next one comes sooner. */
const UNTIMED_MS = 2_000;

/**
 * What players want of what files hold: in order of their starts, none empty, none that stands twice (layers of one line), none
 * that ends before it starts. Cues that overlap stay as they are.
 */
export function arrangeCues(cues: readonly Cue[]): Cue[] {
  const seen = new Set<string>();
  const arranged = cues
    .filter((cue) => {
      const key = `${cue.startMs} ${cue.endMs} ${cue.settings} ${cue.text}`;
      return cue.text !== '' && !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const next = laterTimes(arranged.map(({ startMs }) => startMs));
  return arranged.map((cue, index) => {
    if (cue.endMs > cue.startMs) return cue;
    return { ...cue, endMs: Math.min(cue.startMs + UNTIMED_MS, next[index] ?? Number.POSITIVE_INFINITY) };
  });
}

/** For each of these ascending times the first that is later. */
export function laterTimes(times: readonly number[]): (number | undefined)[] {
  const later: (number | undefined)[] = new Array(times.length);
  for (let index = times.length - 2; index >= 0; index--) {
    const next = times[index + 1] as number;
    later[index] = next > (times[index] as number) ? next : later[index + 1];
  }
  return later;
}

/** Counts from another moment. What is over before it is left out. */
export function shiftCues(cues: readonly Cue[], byMs: number): Cue[] {
  return cues
    .map((cue) => ({ ...cue, startMs: Math.max(0, cue.startMs + byMs), endMs: cue.endMs + byMs }))
    .filter(({ endMs }) => endMs > 0);
}
