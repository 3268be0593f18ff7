/** `00:01:02,500 --> 00:01:04,000 line:0`, as SRT and WebVTT have it. */
export interface TimingLine {
  startMs: number;
  endMs: number;
  /** What stands behind the times. */
  rest: string;
}

const TIME = String.raw`(-?)(?:(\d{1,4})\s*:\s*)?(\d{1,3})\s*:\s*(\d{1,3})(?:\s*[.,:;]\s*(\d{1,9}))?`;
const TIMING = new RegExp(String.raw`^\s*${TIME}\s*-{1,3}\s?>\s*${TIME}(?:\s+(.*))?\s*$`);

/** Also in the forms that files have by mistake: a point for the comma, spaces within, hours or fractions left out. */
export function parseTimingLine(line: string): TimingLine | undefined {
  // Cheap for the many lines that are text.
  if (!line.includes('>')) return undefined;
  const match = TIMING.exec(line);
  if (!match) return undefined;
  return { startMs: readTime(match.slice(1, 6)), endMs: readTime(match.slice(6, 11)), rest: match[11] ?? '' };
}

function readTime([sign, hours, minutes, seconds, fraction]: (string | undefined)[]): number {
  const whole = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  const ms = whole * 1000 + Math.round(Number(`0.${fraction ?? 0}`) * 1000);
  return sign === '-' ? -ms : ms;
}
