import type { VideoRenditionPlan } from '../plan.ts';
import type { PictureSize } from './picture-size.ts';

/**
 * What samples of a film's picture lose, each as 1 − SSIM of its brightness, at the size of the best rung: 0 is nothing,
 * 0.05 is plain to see.
 */
export interface PictureLosses {
  /** By being encoded at the size of the best rung, with `crf`. */
  encoding: number;
  crf: number;
  /** By being scaled to a rung's size and back, best rung first: of that one about 0. */
  scaling: readonly number[];
}

/** How a title's ladder came about. */
export type LadderFit =
  | { kind: 'fitted'; losses: PictureLosses /** What it would have been. */; crf: number; leftOut: PictureSize[] }
  | { kind: 'unsampled'; reason: UnsampledReason };

/** `failed`: it could not be decoded in time. */
export type UnsampledReason = 'short' | 'large' | 'high-dynamic-range' | 'no-index' | 'failed';

/**
 * From here on nobody sees a difference: SSIM 0.985 is what visually lossless compression of pictures keeps (Ponomarenko et al., cited in
 * docs/decisions/0021). What a rung has beyond it is given up; what it has below it is kept.
 */
export const UNSEEN_LOSS = 0.015;
/** A coarser quantiser than this much above the setting is never chosen, whatever SSIM says of it. */
const MOST_CRF_ABOVE = 8;
/** x264 takes fractions. */
const CRF_STEP = 0.5;

/** Measured over the corpus, see docs/decisions/0021: what one step of CRF adds to the loss and takes from the bits, in powers of two. */
const LOSS_A_CRF = 0.19;
const BITS_A_CRF = 0.17;
/** Of a smaller picture each pixel takes more bits, and what is lost of it is shown larger. */
const BITS_EXPONENT = 0.8;
const LOSS_EXPONENT = -0.4;
/** Another size than the rung's own must save so much to be worth it: the estimate is no better. */
const WORTHWHILE = 0.9;
/** A smaller size stands for a rung only where it holds all but so much of it: SSIM alone forgives blur too easily. */
const HOLDS_ALL_BUT = UNSEEN_LOSS / 5;
/** A rung that costs less than the one above it by a smaller factor is no choice for a player, only work. */
const CLOSEST_BITS = 1.2;

interface Choice {
  rung: VideoRenditionPlan;
  crf: number;
  /** Of the best rung's at the setting's CRF. */
  bits: number;
  loss: number;
}

/**
 * The fixed ladder, best rung first and all of one CRF, fitted to a picture: of each rung the quality stays, up to what can be seen; the
 * bits are the fewest that any of the sizes needs for it. So the CRF rises where the picture is easy, and a rung is left out where one that is kept
 * looks as good and costs hardly more. No rung gets more bits than it had, none is added, and one is always left.
 */
export function fitLadder(rungs: readonly VideoRenditionPlan[], losses: PictureLosses): VideoRenditionPlan[] {
  const [top] = rungs;
  if (!top) return [];
  const kept: Choice[] = [];
  const scalingOf = (rung: VideoRenditionPlan): number => losses.scaling[rungs.indexOf(rung)] ?? 0;
  for (const rung of rungs) {
    const asBefore = estimate(top, rung, rung.crf, losses, scalingOf(rung));
    const most = Math.max(asBefore.loss, UNSEEN_LOSS);
    const last = kept.at(-1);
    if (last && last.loss <= most && last.bits <= asBefore.bits * CLOSEST_BITS) continue;
    const allowed = rungs.filter(
      (size) => (!last || pixels(size) < pixels(last.rung)) && scalingOf(size) <= scalingOf(rung) + HOLDS_ALL_BUT,
    );
    const choices = allowed.flatMap((size) => coarsest(top, size, most, losses, scalingOf(size)));
    const own = choices.find((choice) => choice.rung === rung) ?? asBefore;
    const cheapest = choices.reduce((best, choice) => (choice.bits < best.bits ? choice : best), own);
    if (cheapest.bits <= own.bits * WORTHWHILE) kept.push(cheapest);
    else if (allowed.includes(rung)) kept.push(own);
  }
  return withSecond(
    rungs,
    kept.map(({ rung, crf }) => ({ ...rung, crf })),
  );
}

/** Players want a choice of two (Apple authoring 9.9): beside one rung that shows it all, the smallest, or the one above that. */
function withSecond(rungs: readonly VideoRenditionPlan[], kept: VideoRenditionPlan[]): VideoRenditionPlan[] {
  const [only, ...others] = kept;
  const [above, smallest] = rungs.slice(-2);
  if (!only || others.length > 0 || !above || !smallest) return kept;
  return only.id === smallest.id ? [{ ...above, crf: only.crf }, only] : [only, smallest];
}

/** The highest CRF at which a size loses no more than `most`; none where it loses more even at the setting's. */
function coarsest(top: VideoRenditionPlan, size: VideoRenditionPlan, most: number, losses: PictureLosses, scaling: number): Choice[] {
  const encodingLoss = estimate(top, size, losses.crf, losses, 0).loss;
  const wanted = losses.crf + Math.log2(Math.max(most - scaling, Number.MIN_VALUE) / Math.max(encodingLoss, Number.MIN_VALUE)) / LOSS_A_CRF;
  const crf = Math.min(size.crf + MOST_CRF_ABOVE, Math.floor(wanted / CRF_STEP) * CRF_STEP);
  return crf < size.crf ? [] : [estimate(top, size, crf, losses, scaling)];
}

/** What a size at a CRF loses and costs, by the model. */
function estimate(top: VideoRenditionPlan, rung: VideoRenditionPlan, crf: number, losses: PictureLosses, scaling: number): Choice {
  const share = pixels(rung) / pixels(top);
  const loss = scaling + losses.encoding * share ** LOSS_EXPONENT * 2 ** (LOSS_A_CRF * (crf - losses.crf));
  return { rung, crf, bits: share ** BITS_EXPONENT * 2 ** (-BITS_A_CRF * (crf - top.crf)), loss };
}

function pixels({ width, height }: VideoRenditionPlan): number {
  return width * height;
}
