import type { TitleView } from '../../../pipeline/model/title.ts';
import { formatPercent, rungName } from '../format.ts';
import { texts } from '../texts.ts';

/** One line on what can be done with a title now. Pure. */
export function describeState(title: TitleView): string {
  const said = title.state === 'failed' ? title.error : title.problem;
  if (said !== undefined) return said.message;
  if (title.state === 'playable') return texts.preparing(formatPercent(title.progress));
  return texts.states[title.state];
}

/** The name of its best rung, or that it has no picture; nothing until it is planned. */
export function describePicture(title: TitleView): string {
  const pictures = title.renditions.filter(({ kind }) => kind === 'video');
  if (pictures.length === 0) return title.renditions.length === 0 ? '' : texts.soundOnly;
  const best = pictures.reduce((a, b) => (Math.min(b.width ?? 0, b.height ?? 0) > Math.min(a.width ?? 0, a.height ?? 0) ? b : a));
  return rungName(best);
}

/** Who made it and what it is called, as its source says; empty where that says nothing. Pure. */
export function describeTags({ tags }: TitleView): string {
  const { artist, title, album, year } = tags ?? {};
  return [artist, title, album, year].filter((fact) => fact !== undefined).join(' · ');
}
