import { captionChannelsOf } from '../model/captions.ts';
import type { TitleText } from '../model/hls/text-renditions.ts';
import type { SourceInfo } from '../model/source-info.ts';
import { SUBTITLE_DOCUMENT, type SubtitleDocument } from '../model/text/subtitle-document.ts';
import { streamTracks } from '../model/text/text-tracks.ts';
import type { SegmentStore } from '../storage/segment-store.ts';

/** What a title offers to read: the text streams of its source, known since the probe, and the files that came beside it. */
export async function readTitleText(store: Pick<SegmentStore, 'readTitle' | 'readAsset'>, titleId: string): Promise<TitleText> {
  const [title, document] = await Promise.all([store.readTitle(titleId), readSubtitleDocument(store, titleId)]);
  return describeText(title?.sourceInfo, document);
}

export function describeText(info: SourceInfo | undefined, document: SubtitleDocument): TitleText {
  return {
    tracks: [...document.files, ...(info ? streamTracks(info) : [])],
    captionChannels: info?.video ? captionChannelsOf(info.video) : [],
  };
}

export async function readSubtitleDocument(store: Pick<SegmentStore, 'readAsset'>, titleId: string): Promise<SubtitleDocument> {
  const bytes = await store.readAsset(titleId, SUBTITLE_DOCUMENT);
  return parseDocument(bytes && Buffer.from(bytes).toString('utf8')) ?? { version: 1, files: [], failures: [] };
}

/** A document that cannot be understood keeps no film from playing: its files can be dropped again. */
function parseDocument(text: string | undefined): SubtitleDocument | undefined {
  try {
    const document = JSON.parse(text ?? 'null') as SubtitleDocument | null;
    return document?.version === 1 && Array.isArray(document.files) && Array.isArray(document.failures) ? document : undefined;
  } catch {
    return undefined;
  }
}
