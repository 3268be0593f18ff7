import type { TitleView } from '../../../pipeline/model/title.ts';
import { formatBitrate } from '../format.ts';
import { texts } from '../texts.ts';
import { nameRenditions, orderRenditions } from './name-renditions.ts';

export const RENDITION_HEADINGS = [texts.rendition, texts.size, texts.bitrate, texts.codec];
export const REPORT_HEADINGS = [texts.stream, texts.codec, texts.outcome, texts.why];

/** In the order of orderRenditions. Pure. */
export function renditionRows({ renditions }: TitleView): string[][] {
  const names = nameRenditions(renditions);
  return orderRenditions(renditions).map((rendition, index) => [
    names[index]!.name,
    rendition.width && rendition.height ? `${rendition.width} × ${rendition.height}` : '–',
    formatBitrate(rendition.bitrateBps),
    rendition.codecs,
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
