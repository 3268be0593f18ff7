import type { Cue } from './cue.ts';

/** Apple authoring 5.2: local times are the media's own, whose decode times begin at 0. */
export const TIMESTAMP_MAP = 'X-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0';

/** A WebVTT file of these cues. `header` is a line below the first. */
export function renderVtt(cues: readonly Cue[], header?: string): string {
  const blocks = cues.map(({ startMs, endMs, text, settings }) => {
    const timing = `${renderTime(startMs)} --> ${renderTime(endMs)}`;
    return `${settings === undefined ? timing : `${timing} ${settings}`}\n${text}\n`;
  });
  return [header === undefined ? 'WEBVTT\n' : `WEBVTT\n${header}\n`, ...blocks].join('\n');
}

/** `01:02:03.004` */
function renderTime(ms: number): string {
  const [hours, minutes, seconds] = [3_600_000, 60_000, 1_000].map((unit, index) =>
    String(Math.floor(ms / unit) % (index === 0 ? Number.POSITIVE_INFINITY : 60)).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(ms % 1000).padStart(3, '0')}`;
}
