import type { ChunkSource } from './ffmpeg/chunk-command.ts';
import { measureLoudness } from './ffmpeg/measure-loudness.ts';
import type { RunEnvironment } from './ffmpeg/run-chunk.ts';
import { chooseGain, withGain } from './model/ladder/loudness.ts';
import type { Plan, RenditionPlan } from './model/plan.ts';

/** For all tracks of a title together: nobody waits longer for a plan. */
const LONGEST_MEASURING_MS = 120_000;

/**
 * The plan with every sound at the wanted loudness, before it is published: one gain for a whole track, so that no division
 * into chunks shows. A track that cannot be measured in time stays as it is. Throws `cancelled` only.
 */
export async function normaliseLoudness(
  plan: Plan,
  source: Pick<ChunkSource, 'path'>,
  targetLufs: number | undefined,
  environment: Pick<RunEnvironment, 'tools' | 'log' | 'signal'>,
): Promise<Plan> {
  if (targetLufs === undefined) return plan;
  const deadlineMs = performance.now() + LONGEST_MEASURING_MS;
  const renditions: RenditionPlan[] = [];
  for (const rendition of plan.renditions) {
    if (rendition.kind !== 'audio') {
      renditions.push(rendition);
      continue;
    }
    const timeoutMs = Math.max(0, Math.round(deadlineMs - performance.now()));
    const measured = await measureLoudness(source, rendition, { ...environment, timeoutMs }).catch((error: unknown) => {
      environment.signal?.throwIfAborted();
      environment.log.warn({ err: error, rendition: rendition.id }, 'the loudness could not be measured: the sound stays as loud as it is');
      return undefined;
    });
    renditions.push(measured ? withGain(rendition, chooseGain(measured, targetLufs)) : rendition);
  }
  return { ...plan, renditions };
}
