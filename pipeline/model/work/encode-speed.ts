import { codecOf, type Plan, type VideoRenditionPlan } from '../plan.ts';

/**
 * How fast this machine encodes single rungs, learned from the runs that made one: seconds of film per second, start-up
 * counted in, as a viewer meets it.
 */
export type EncodeSpeeds = ReadonlyMap<string, number>;

const NEWEST_SHARE = 0.4;
/** Of a title whose speed is not known, many titles' are remembered; the oldest is forgotten first (I10). */
const MOST_SPEEDS = 2_000;

export function learnSpeed(
  speeds: EncodeSpeeds,
  titleId: string,
  renditionId: string,
  filmSeconds: number,
  wallSeconds: number,
): EncodeSpeeds {
  if (filmSeconds <= 0 || wallSeconds <= 0) return speeds;
  const key = keyOf(titleId, renditionId);
  const known = speeds.get(key);
  const measured = filmSeconds / wallSeconds;
  const next = new Map(speeds);
  next.delete(key);
  next.set(key, known === undefined ? measured : known + NEWEST_SHARE * (measured - known));
  if (next.size > MOST_SPEEDS) next.delete(next.keys().next().value as string);
  return next;
}

/**
 * Of a rung that was not measured, by the measured rung of the title and codec that is nearest in size: never taken for faster than a
 * smaller one, nor for slower than by its pixels. Null when none was measured.
 */
export function encodeSpeed(speeds: EncodeSpeeds, plan: Plan, renditionId: string): number | null {
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const wanted = rungs.find((rung) => rung.id === renditionId);
  if (!wanted) return null;
  // What is copied tells nothing of what is encoded, nor the other way round; and codecs differ in speed more than sizes do.
  if (wanted.copied) return speeds.get(keyOf(plan.titleId, renditionId)) ?? null;
  const measured = rungs
    .filter((rung) => !rung.copied && codecOf(rung) === codecOf(wanted))
    .flatMap((rung) => {
      const speed = speeds.get(keyOf(plan.titleId, rung.id));
      return speed === undefined ? [] : [{ ratio: pixels(wanted) / pixels(rung), speed }];
    });
  const [nearest] = measured.sort((a, b) => Math.abs(Math.log(a.ratio)) - Math.abs(Math.log(b.ratio)));
  return nearest === undefined ? null : nearest.speed / Math.max(1, nearest.ratio);
}

function keyOf(titleId: string, renditionId: string): string {
  return `${titleId}/${renditionId}`;
}

function pixels({ width, height }: VideoRenditionPlan): number {
  return width * height;
}
