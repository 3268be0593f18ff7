import { startRenditions } from '../hls/render-multivariant.ts';
import { type AudioRenditionPlan, codecOf, type Plan, type RenditionPlan, type VideoRenditionPlan } from '../plan.ts';
import { revisedId } from '../revised-id.ts';

/** What a viewer wants of a title, as it stands in the address. */
export interface StreamWish {
  /** The short side of the picture at the most: `720`, `720p`. */
  quality?: string | undefined;
  /** A rung by its id: `v720`. */
  rendition?: string | undefined;
  /** A sound track by its id or its language: `a2`, `ko`. */
  audio?: string | undefined;
}

/** `none`: the title has nothing of the kind. `unknown`: not that which was asked for. */
export type Choice<Chosen> = { kind: 'chosen'; rendition: Chosen } | { kind: 'none' } | { kind: 'unknown' };

type OfferedPlan = Pick<Plan, 'renditions' | 'revision' | 'timeline'>;

/**
 * The rung of a progressive stream. Without a wish the best one that is complete; while none is, the one that is encoded first. Of H.264,
 * which every player has, unless another is named.
 */
export function chooseRung(
  plan: OfferedPlan,
  { rendition: id, quality }: StreamWish,
  isComplete: (rendition: RenditionPlan) => boolean,
): Choice<VideoRenditionPlan> {
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  if (rungs.length === 0) return { kind: 'none' };
  if (id !== undefined) return orUnknown(rungs.find((rung) => isNamed(rung, id, plan.revision)));
  const plain = rungs.filter((rung) => codecOf(rung) === 'h264');
  const offered = [...(plain.length > 0 ? plain : rungs)].sort((a, b) => shortSide(b) - shortSide(a));
  if (quality !== undefined) {
    const most = Number(/^(\d{2,5})p?$/.exec(quality)?.[1]);
    return orUnknown(offered.find((rung) => shortSide(rung) <= most));
  }
  const first = startRenditions(plan).find((rendition) => rendition.kind === 'video');
  return orUnknown(offered.find(isComplete) ?? first ?? offered[0]);
}

/** The sound of a progressive stream: the default one unless another is named. */
export function chooseSound({ renditions, revision }: OfferedPlan, { audio }: StreamWish): Choice<AudioRenditionPlan> {
  const tracks = renditions.filter((rendition) => rendition.kind === 'audio');
  if (tracks.length === 0) return { kind: 'none' };
  if (audio === undefined) return orUnknown(tracks.find(({ isDefault }) => isDefault) ?? tracks[0]);
  return orUnknown(tracks.find((track) => isNamed(track, audio, revision)) ?? tracks.find(({ language }) => language === audio));
}

function orUnknown<Chosen>(rendition: Chosen | undefined): Choice<Chosen> {
  return rendition === undefined ? { kind: 'unknown' } : { kind: 'chosen', rendition };
}

/** By its own id, or by the one that it has in every revision. */
function isNamed({ id }: RenditionPlan, name: string, revision: number): boolean {
  return id === name || id === revisedId(name, revision);
}

function shortSide({ width, height }: VideoRenditionPlan): number {
  return Math.min(width, height);
}
