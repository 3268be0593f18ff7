import { AppError } from './errors.ts';
import type { ChunkSource } from './ffmpeg/chunk-command.ts';
import { measureLosses } from './ffmpeg/measure-losses.ts';
import type { RunEnvironment } from './ffmpeg/run-chunk.ts';
import { fitLadder, type LadderFit } from './model/ladder/fit-ladder.ts';
import type { Plan } from './model/plan.ts';

/**
 * The plan with its ladder fitted to the picture, before it is published: samples say what each rung needs. Where there are none, the ladder
 * stays as it is, and the plan says why. Throws `cancelled` only.
 */
export async function fitToPicture(
  plan: Plan,
  source: ChunkSource,
  environment: Pick<RunEnvironment, 'tools' | 'log' | 'signal'>,
): Promise<Plan> {
  const rungs = plan.renditions.filter((rendition) => rendition.kind === 'video');
  const [top] = rungs;
  if (!top) return plan;
  const losses = await measureLosses(source, rungs, environment).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    environment.log.warn({ err: error }, 'the picture could not be sampled: the ladder stays as it is');
    return 'failed' as const;
  });
  if (typeof losses === 'string') return { ...plan, ladderFit: { kind: 'unsampled', reason: losses } };
  const fitted = fitLadder(rungs, losses);
  const leftOut = rungs.filter(({ id }) => !fitted.some((kept) => kept.id === id)).map(({ width, height }) => ({ width, height }));
  const ladderFit: LadderFit = { kind: 'fitted', losses, crf: top.crf, leftOut };
  environment.log.debug({ ladderFit, crf: fitted.map(({ id, crf }) => `${id}: ${crf}`) }, 'the ladder is fitted to the picture');
  return { ...plan, renditions: [...fitted, ...plan.renditions.filter(({ kind }) => kind !== 'video')], ladderFit };
}
