import { joinNotes } from './report-notes.ts';
import { ticksToSeconds } from './time.ts';
import type { Gap } from './timeline/gaps.ts';
import type { StreamReport, TitleRecord } from './title.ts';

/** A title's report with a line for each gap in its picture (I2), each once. */
export function reportGaps({ report, sourceInfo }: Pick<TitleRecord, 'report' | 'sourceInfo'>, gaps: readonly Gap[]): StreamReport[] {
  const { video } = sourceInfo ?? {};
  if (!video) return report;
  const lines = gaps.map(
    ({ frameTicks }): StreamReport => ({
      streamIndex: video.index,
      kind: 'video',
      codec: video.codec,
      outcome: 'converted',
      ...joinNotes([
        {
          code: 'stands-still',
          sentence: `There is no picture for a while after ${ticksToSeconds(frameTicks).toFixed(2)} s; the one before it is shown on.`,
        },
      ]),
    }),
  );
  return [...report, ...lines.filter((line, index) => !has(report, line) && !has(lines.slice(0, index), line))];
}

/** Learned while encoding, not by the probe. */
export function isOfGap({ codes }: StreamReport): boolean {
  return codes?.includes('stands-still') ?? false;
}

function has(report: readonly StreamReport[], line: StreamReport): boolean {
  return report.some((other) => other.streamIndex === line.streamIndex && other.reason === line.reason);
}
