import type { FfmpegTools } from './ffmpeg/locate.ts';
import type { RunEnvironment } from './ffmpeg/run-chunk.ts';
import { fitToPicture } from './fit-to-picture.ts';
import { mayBeCopied } from './model/copy/plan-copies.ts';
import type { Plan } from './model/plan.ts';
import { type PlanTitleInput, planTitle } from './model/plan-title.ts';
import { normaliseLoudness } from './normalise-loudness.ts';
import { readCopySource } from './read-copy-source.ts';

export interface PlanSourceInput extends Omit<PlanTitleInput, 'copySource' | 'encoderFingerprint'> {
  /** Absolute. */
  path: string;
  /** Whether copying the picture was tried and refused. */
  isCopyRefused?: boolean;
  /** How long the picture may be sampled. Default: as fitToPicture says. */
  samplingMs?: number;
}

/** The plan of a probed source, with what must be read of it for that: its tables, samples of its picture, its loudness. Throws `cancelled` and what the file system does. */
export async function planSource(
  { path, isCopyRefused = false, samplingMs, ...input }: PlanSourceInput,
  environment: Pick<RunEnvironment, 'log' | 'signal'> & { tools: FfmpegTools },
): Promise<Plan> {
  const { info, settings } = input;
  const read = settings.copy === 'auto' && mayBeCopied(info) ? await readCopySource(path, info) : undefined;
  const copySource = read && isCopyRefused ? { ...read, areKeyframesSound: false } : read;
  const planned = planTitle({ ...input, encoderFingerprint: environment.tools.encoderFingerprint, copySource });
  const limit = samplingMs === undefined ? {} : { timeoutMs: samplingMs };
  const fitted = settings.isContentAware ? await fitToPicture(planned, { path, info }, { ...environment, ...limit }) : planned;
  return normaliseLoudness(fitted, { path }, settings.loudnessLufs, environment);
}
