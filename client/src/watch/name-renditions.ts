import type { RenditionView } from '../../../pipeline/model/title.ts';
import { codecName, rungName } from '../format.ts';
import { texts } from '../texts.ts';

const KINDS: readonly RenditionView['kind'][] = ['video', 'audio', 'iframe'];

/** Rungs from the best down, then sound, then I-frames. Pure. */
export function orderRenditions(renditions: readonly RenditionView[]): RenditionView[] {
  return renditions.toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || b.bitrateBps - a.bitrateBps);
}

/** The same with what people call them: `720p`, `720p HEVC`, `Sound`; several sounds by their names, those of more than two channels with `5.1`. Pure. */
export function nameRenditions(renditions: readonly RenditionView[]): Pick<Required<RenditionView>, 'id' | 'kind' | 'name'>[] {
  const sounds = renditions.filter(({ kind }) => kind === 'audio').map(({ id }) => id);
  return orderRenditions(renditions).map((rendition) => {
    const { id, kind } = rendition;
    if (kind === 'video') return { id, kind, name: [rungName(rendition), codecName(rendition.codecs)].filter(Boolean).join(' ') };
    if (kind === 'iframe') return { id, kind, name: texts.iframes };
    if (sounds.length === 1) return { id, kind, name: texts.sound };
    const name = rendition.name ?? texts.soundNumber(sounds.indexOf(id) + 1);
    return { id, kind, name: (rendition.channels ?? 2) > 2 ? texts.surround(name) : name };
  });
}
