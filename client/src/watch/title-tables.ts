import type { TitleView } from '../../../pipeline/model/title.ts';
import { formatBitrate, rungName } from '../format.ts';
import { texts } from '../texts.ts';

export const RENDITION_HEADINGS = [texts.rendition, texts.size, texts.bitrate, texts.codec, texts.prepared];
export const REPORT_HEADINGS = [texts.stream, texts.codec, texts.outcome, texts.why];

/** Rungs from the best down, then sound. Pure. */
export function renditionRows({ renditions }: TitleView): string[][] {
  const ordered = renditions.toSorted((a, b) => (a.kind === b.kind ? b.bitrateBps - a.bitrateBps : a.kind === 'video' ? -1 : 1));
  return ordered.map((rendition) => [
    rendition.kind === 'video' ? rungName(rendition) : texts.sound,
    rendition.width && rendition.height ? `${rendition.width} × ${rendition.height}` : '–',
    formatBitrate(rendition.bitrateBps),
    rendition.codecs,
    texts.preparedSegments(rendition.segmentsCommitted, rendition.segmentsPlanned),
  ]);
}

/** One row for each stream of the source. Pure. */
export function reportRows({ report }: TitleView): string[][] {
  return report.map(({ streamIndex, kind, codec, outcome, reason }) => [
    texts.streamName(streamIndex, kind),
    codec,
    texts.outcomes[outcome],
    reason,
  ]);
}
