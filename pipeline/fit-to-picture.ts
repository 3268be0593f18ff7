import { AppError } from './errors.ts';
import type { ChunkSource } from './ffmpeg/chunk-command.ts';
import { type MeasureLossesOptions, measureLosses } from './ffmpeg/measure-losses.ts';
import { fitLadder, type LadderFit } from './model/ladder/fit-ladder.ts';
import { codecOf, type Plan, type RenditionPlan, type VideoRenditionPlan } from './model/plan.ts';

/**
 * The plan with its ladder fitted to the picture, before it is published: samples say what each rung needs. Where there are none, the ladder
 * stays as it is, and the plan says why. `timeoutMs`: see MeasureLossesOptions. Throws `cancelled` only.
 */
export async function fitToPicture(plan: Plan, source: ChunkSource, environment: MeasureLossesOptions): Promise<Plan> {
  const rungs = plan.renditions.filter(isRung);
  const [top] = rungs;
  if (!top) return plan;
  const losses = await measureLosses(source, rungs, environment).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    environment.log.warn({ err: error }, 'the picture could not be sampled: the ladder stays as it is');
    return 'failed' as const;
  });
  if (typeof losses === 'string') return { ...plan, ladderFit: { kind: 'unsampled', reason: losses } };
  const fitted = fitLadder(rungs, losses);
  // What is copied costs nothing to make, and is what it is.
  const chosen = (rung: VideoRenditionPlan): VideoRenditionPlan | undefined =>
    rung.copied ? rung : fitted.find(({ id }) => id === rung.id);
  const leftOut = rungs.filter((rung) => !chosen(rung)).map(({ width, height }) => ({ width, height }));
  const ladderFit: LadderFit = { kind: 'fitted', losses, crf: top.crf, leftOut };
  environment.log.debug({ ladderFit, crf: fitted.map(({ id, crf }) => `${id}: ${crf}`) }, 'the ladder is fitted to the picture');
  const renditions = plan.renditions.flatMap((rendition): RenditionPlan | RenditionPlan[] =>
    isRung(rendition) ? (chosen(rendition) ?? []) : rendition,
  );
  return { ...plan, renditions, ladderFit };
}

/** What the samples speak of: a picture that x264 makes. */
function isRung(rendition: RenditionPlan): rendition is VideoRenditionPlan {
  return rendition.kind === 'video' && codecOf(rendition) === 'h264';
}
