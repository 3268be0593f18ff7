import { joinNotes, type ReportNote } from '../report-notes.ts';
import type { SourceInfo } from '../source-info.ts';
import type { StreamReport } from '../title.ts';
import type { SubtitleDocument } from './subtitle-document.ts';
import { textStreams } from './text-tracks.ts';

/**
 * A title's report with what became of its subtitles since the probe: files that came, streams of which no text could be got.
 * Streams that were left alone when a title was made are offered now.
 */
export function reportText(report: readonly StreamReport[], info: SourceInfo | undefined, document: SubtitleDocument): StreamReport[] {
  const texts = new Set(info ? textStreams(info).map(({ index }) => index) : []);
  const failures = new Map(document.failures.map(({ streamIndex, reason }) => [streamIndex, reason]));
  const streams = report.map((line): StreamReport => {
    if (line.kind !== 'subtitle' || !texts.has(line.streamIndex)) return line;
    const failure = failures.get(line.streamIndex);
    return failure === undefined
      ? { ...line, outcome: 'converted', ...joinNotes([OFFERED]) }
      : { ...line, outcome: 'not-carried', ...joinNotes([{ code: 'subtitle', sentence: failure }]) };
  });
  const files = document.files.map(
    ({ fileName, encoding }): StreamReport => ({
      streamIndex: -1,
      kind: 'subtitle',
      codec: encoding,
      outcome: 'converted',
      ...joinNotes([{ code: 'subtitle-file', sentence: `${fileName}, a file beside the film.` }, OFFERED]),
    }),
  );
  return [...streams, ...files];
}

export const OFFERED: ReportNote = { code: 'subtitle', sentence: 'Offered as WebVTT subtitles.' };
