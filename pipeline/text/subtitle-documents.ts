import { SUBTITLE_DOCUMENT, type SubtitleDocument } from '../model/text/subtitle-document.ts';
import type { SegmentStore } from '../storage/segment-store.ts';
import { readSubtitleDocument } from './title-text.ts';

export interface SubtitleDocuments {
  /** Changes a title's document, one change after another. Throws as putAsset does. */
  change(titleId: string, update: (document: SubtitleDocument) => SubtitleDocument): Promise<void>;
}

export function createSubtitleDocuments(store: Pick<SegmentStore, 'readAsset' | 'putAsset'>): SubtitleDocuments {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async change(titleId, update) {
      const write = async (): Promise<void> => {
        const changed = update(await readSubtitleDocument(store, titleId));
        await store.putAsset(titleId, SUBTITLE_DOCUMENT, Buffer.from(`${JSON.stringify(changed, null, 1)}\n`));
      };
      const turn = (tails.get(titleId) ?? Promise.resolve()).then(write, write);
      tails.set(titleId, turn);
      try {
        await turn;
      } finally {
        if (tails.get(titleId) === turn) tails.delete(titleId);
      }
    },
  };
}
