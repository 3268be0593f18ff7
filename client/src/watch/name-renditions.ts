import type { RenditionView } from '../../../pipeline/model/title.ts';
import { rungName } from '../format.ts';
import { texts } from '../texts.ts';

/** Rungs from the best down, then sound. Pure. */
export function orderRenditions(renditions: readonly RenditionView[]): RenditionView[] {
  return renditions.toSorted((a, b) => (a.kind === b.kind ? b.bitrateBps - a.bitrateBps : a.kind === 'video' ? -1 : 1));
}

/** The same with what people call them: `720p`, `Sound`; several sounds by their names, those of more than two channels with `5.1`. Pure. */
export function nameRenditions(renditions: readonly RenditionView[]): { id: string; kind: 'video' | 'audio'; name: string }[] {
  const sounds = renditions.filter(({ kind }) => kind === 'audio').map(({ id }) => id);
  return orderRenditions(renditions).map((rendition) => {
    const { id, kind } = rendition;
    if (kind === 'video') return { id, kind, name: rungName(rendition) };
    if (sounds.length === 1) return { id, kind, name: texts.sound };
    const name = rendition.name ?? texts.soundNumber(sounds.indexOf(id) + 1);
    return { id, kind, name: (rendition.channels ?? 2) > 2 ? texts.surround(name) : name };
  });
}
